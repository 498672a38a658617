import * as z from 'zod/mini';
import { InvalidInputError } from '../../shared/errors.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';
import { sourcesIn } from '../../shared/rasters/sources.ts';
import { drawRectangles } from './draw.ts';
import { missingFiles } from './gate.ts';
import { readGroup } from './read.ts';

/** The open rasters of a source up to a generation. */
const group = { source: z.string(), generation: z.number() };

/** Where rasters are drawn: the reference of the cache, and the side of a tile of its finest scale in map units. */
const plane = z.object({ crs: z.string(), tileSide: z.number().check(z.positive()) });

const scheme = z.object({
  origin: z.object({ x: z.number(), y: z.number() }),
  rows: z.number(),
  cols: z.number(),
  levels: z.array(z.object({ level: z.number(), scale: z.number(), resolution: z.number() })),
  extent: z.optional(z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() })),
});

const eventSchema = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('missing'), ...group }),
  z.object({ ask: z.literal('read'), ...group, plane }),
  z.object({ ask: z.literal('rectangles'), ...group, plane, scheme, scales: z.array(z.number()), job: z.number() }),
]);

/**
 * What is to be known of the rasters of a group: which files are missing, where they lie, and which parts of a cache that
 * touches. It reads S3, and writes what it has read beside the rasters in the ledger: one call reads as many as it has
 * time for.
 *
 * @throws InvalidInputError where S3 refuses to let something be read, AwsUnavailableError
 */
export async function readFootprints(event: unknown, rasters: RasterTable): Promise<object> {
  const asked = parseInput('read-footprint', eventSchema, event);
  const sources = sourcesIn(environment('RASTERS').RASTERS);
  const source = sources.find(({ name }) => name === asked.source);
  if (source === undefined) {
    throw new InvalidInputError(`source: the settings have no rasters named "${asked.source}", nothing was read.`);
  }
  if (asked.ask === 'missing') return await missingFiles(rasters, source, asked.generation);
  if (asked.ask === 'read') return await readGroup(rasters, source, asked);
  return await drawRectangles(rasters, source, asked);
}
