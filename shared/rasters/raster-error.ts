/** Why it cannot be said where a raster lies, for the person who made it. */
export class RasterError extends Error {
  override readonly name: string = 'RasterError';
}

/** Another object has taken the place of the raster; there is a message about that one too. */
export class ReplacedError extends RasterError {
  override readonly name = 'ReplacedError';
}
