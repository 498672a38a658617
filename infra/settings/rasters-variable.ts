interface RasterSettings {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffixes: readonly string[];
  readonly refresh: Readonly<Record<string, unknown>>;
}

/** What refresh-service is told about its raster sources, in its variable RASTERS. */
export function rastersVariable(rasters: readonly RasterSettings[], ownBucketName: string) {
  return rasters.map(({ bucket = ownBucketName, prefix = '', suffixes, refresh }) => ({
    bucket,
    prefix,
    suffixes,
    refresh,
  }));
}
