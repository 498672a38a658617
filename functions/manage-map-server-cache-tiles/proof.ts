import type { ArcgisSite } from '../../shared/arcgis/site.ts';
import { samplesBefore } from '../../shared/arcgis/tile-proof.ts';
import { areaInScheme, tileSchemeOf } from '../../shared/arcgis/tile-scheme.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { SoughtJob } from '../../shared/jobs/job-reference.ts';
import type { Samples } from '../../shared/jobs/proof.ts';
import type { Input } from './input.ts';
import type { Planned } from './plan.ts';

interface Proved extends Planned {
  input: Pick<Input, 'plan' | 'verify' | 'inputService' | 'updateMode' | 'waitForJobCompletion'>;
}

const UNWATCHED = 'verify: no tile was looked at, because with DO_NOT_WAIT nobody is there when the job ends.';
const LOST = 'verify: no tile was looked at, because the call that looked at them before the job broke off.';

/** Looks at the tiles that `verify` asks for. It never fails a run: where it cannot be, a note says why. */
export async function proofBefore(
  site: ArcgisSite,
  { input, description, cache, scales, area }: Proved,
  { lostSince }: SoughtJob,
): Promise<{ samples?: Samples; notes: string[] }> {
  const { verify: count, inputService: service, updateMode } = input;
  if (count === undefined) return { notes: [] };
  if (input.waitForJobCompletion === 'DO_NOT_WAIT') return { notes: [UNWATCHED] };
  if (lostSince !== undefined) return { notes: [LOST] };
  const scheme = tileSchemeOf(description);
  if (scheme === undefined || (area === undefined && scheme.extent === undefined)) {
    return { notes: ['verify: no tile was looked at, because the service does not tell all of its tiling scheme.'] };
  }
  try {
    const polygons = area && areaInScheme(area, cache.spatialReference);
    const makes = updateMode !== 'DELETE_TILES';
    return { samples: await samplesBefore(site, { service, scheme, scales, area: polygons, count, makes }), notes: [] };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return {
      notes: ['verify: no tile was looked at, because the area cannot be converted to the reference of the cache.'],
    };
  }
}
