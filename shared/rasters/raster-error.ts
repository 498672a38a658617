/** Why it cannot be said where a raster lies, for the person who made it. */
export class RasterError extends Error {
  override readonly name = 'RasterError';
}
