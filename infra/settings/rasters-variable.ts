import { createHash } from 'node:crypto';
import type { Settings } from './settings.ts';

type RasterSettings = Settings['rasters'][number];

/** What functions are told about the raster sources, in their variable RASTERS. */
export function rastersVariable(rasters: readonly RasterSettings[], ownBucketName: string) {
  return rasters.map((source) => {
    const { bucket = ownBucketName, prefix = '', suffixes, together, ready, refresh, tiles, clear } = source;
    return { name: sourceName(source), bucket, prefix, suffixes, together, ready, refresh, tiles, clear };
  });
}

/** Of a source that has none: from what it is, so that a change of the order in the settings does not change it. */
function sourceName({ name, bucket, prefix, suffixes, refresh }: RasterSettings): string {
  if (name !== undefined) return name;
  const what = JSON.stringify([bucket, prefix, suffixes, Object.entries(refresh).toSorted()]);
  const start = String(refresh['serviceName'])
    .replaceAll(/[^0-9a-zA-Z_-]/g, '')
    .slice(0, 20);
  return `${start}-${createHash('sha256').update(what).digest('hex').slice(0, 8)}`;
}
