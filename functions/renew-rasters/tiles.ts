import * as z from 'zod/mini';
import { rectangles as areaOf } from '../../shared/arcgis/polygons.ts';
import {
  isWebMercator,
  isWgs84,
  type SpatialReference,
  spatialReferenceSchema,
} from '../../shared/arcgis/spatial-reference.ts';
import type { Source } from '../../shared/rasters/sources.ts';
import { answerTo } from './ask.ts';
import { afterTrouble, againFrom, failureOf, runOperation } from './child.ts';
import { drawnSchema, type Look, type Memory, on, type Turn } from './turn.ts';

const TILES = 'manage-map-server-cache-tiles';
/** More are made as a plan, in units of so many. */
const TILES_OF_A_JOB = 100_000;

const planSchema = z.looseObject({
  source: z.looseObject({
    scheme: z.looseObject({
      rows: z.number(),
      cols: z.number(),
      levels: z.array(z.looseObject({ scale: z.number(), resolution: z.number() })),
    }),
    scales: z.array(z.number()),
    reference: z.optional(spatialReferenceSchema),
  }),
  figures: z.looseObject({ tiles: z.number() }),
  isHosted: z._default(z.boolean(), false),
});

/** Before anything is refreshed: can the tiles that rasters touch be renewed at all? */
export async function fits(look: Look): Promise<Turn> {
  const { source, memory } = look;
  // How often it was tried is kept: the names of the runs tell by it.
  const fit: Turn = { memory: { ...memory, stage: 'refresh' } };
  if (source.tiles === undefined) return fit;
  const asked = askForCache(look, againFrom(look, 'fits'));
  return 'cache' in asked ? fit : asked.turn;
}

/** How is the map cut into tiles? Asked again, because a refresh may change how far the service reaches. */
export async function scheme(look: Look): Promise<Turn> {
  const { source, memory } = look;
  if (source.tiles === undefined) return on(memory, 'clear');
  const asked = askForCache(look, 'scheme');
  return 'cache' in asked ? on(memory, 'read', { cache: asked.cache, job: 0, tileRuns: [] }) : asked.turn;
}

/** The operation's function knows it, as for a plan. */
function askForCache(look: Look, again: Memory['stage']): { cache: Memory['cache'] } | { turn: Turn } {
  const { source } = look;
  const question = { makePlan: inputOf(source) };
  const said = answerTo(look, { function: TILES, question, reply: planSchema, again });
  if ('turn' in said) return said;
  const { source: cut, figures, isHosted } = said.given;
  const { reference } = cut;
  const crs = reference && crsOf(reference);
  if (isHosted) return refused(look, `${source.refresh.target} is hosted, where tiles are made in a rectangle only`);
  if (reference === undefined || crs === undefined) {
    return refused(
      look,
      `nobody here knows the reference of the cache, ${JSON.stringify(reference) ?? 'which the service does not tell'}`,
    );
  }
  const finest = Math.min(
    ...cut.scheme.levels.filter(({ scale }) => cut.scales.includes(scale)).map(({ resolution }) => resolution),
  );
  const plane = { crs, tileSide: finest * Math.min(cut.scheme.rows, cut.scheme.cols) };
  return { cache: { plane, scheme: cut.scheme, scales: cut.scales, reference, tiles: figures.tiles } };
}

/** It ends before the refresh, unless the service has changed since it was asked first. */
function refused({ source, memory }: Look, why: string): { turn: Turn } {
  const done = memory.stage === 'scheme' ? 'The service is refreshed' : 'Nothing was refreshed';
  const Cause = `tiles: ${why}, so only the tiles that rasters touch cannot be renewed. ${done}, and the rasters wait for the next that arrives. Leave "tiles" out of the source ${source.name}, and renew its tiles by a schedule or an event of the settings (${TILES}).`;
  return { turn: { memory, end: { Error: 'InvalidInputError', Cause } } };
}

/** Ids from 32,768 on are Esri's own, and stand for no code of EPSG. */
function crsOf(reference: SpatialReference): string | undefined {
  if (isWebMercator(reference)) return 'EPSG:3857';
  if (isWgs84(reference)) return 'EPSG:4326';
  const { latestWkid, wkid, wkt } = reference;
  const code = [latestWkid, wkid].find((id) => id !== undefined && id > 0 && id < 32_768);
  return code === undefined ? wkt : `EPSG:${code}`;
}

/** Reads where the rasters lie, some thousands at a time. */
export async function read(look: Look): Promise<Turn> {
  const { memory } = look;
  const question = { ask: 'read', ...groupOf(look) };
  const reply = z.object({ done: z.boolean() });
  const said = answerTo(look, { function: 'read-footprint', question, reply });
  if ('turn' in said) return said.turn;
  return on(memory, said.given.done ? 'draw' : 'read');
}

/** Which rectangles are the area of the next job? */
export async function draw(look: Look): Promise<Turn> {
  const { source, memory, ledger, run } = look;
  const { job, cache, group } = memory;
  const question = { ask: 'rectangles', ...groupOf(look), scheme: cache?.scheme, scales: cache?.scales, job };
  const said = answerTo(look, { function: 'read-footprint', question, reply: drawnSchema });
  if ('turn' in said) return said.turn;
  const drawn = ofPolicy(said.given, source, cache);
  const { count, rasters } = drawn.unreadable;
  if (count > 0) {
    const told = { ...group, unreadable: rasters.map(({ key }) => key), unreadableCount: count };
    await ledger.note(run, ['running'], { set: { rasters: JSON.stringify(told) } });
  }
  return on(memory, drawn.jobs === 0 ? 'clear' : 'tiles', { drawn });
}

/** Where one cannot be read, and the source says so, all tiles are renewed. */
function ofPolicy(drawn: z.output<typeof drawnSchema>, { tiles }: Source, cache: Memory['cache']) {
  if (tiles?.unreadable !== 'whole' || drawn.unreadable.count === 0) return drawn;
  const all = cache?.tiles ?? 0;
  return { ...drawn, jobs: 1, rectangles: [], tilesTouched: all, tilesRenewed: all };
}

/** Renews the tiles of one job. */
export async function tiles(look: Look): Promise<Turn> {
  const { source, memory, answer, ledger } = look;
  const { job, drawn, cache } = memory;
  const area = drawn?.rectangles.length ? { areaOfInterest: areaOf(drawn.rectangles, cache?.reference) } : {};
  const isLarge = (drawn?.tilesRenewed ?? 0) > TILES_OF_A_JOB;
  const input = { ...(isLarge ? { plan: {} } : {}), ...inputOf(source), ...area };
  const step = runOperation(look, { operation: TILES, label: `tiles-${job + 1}`, input });
  if (answer === undefined) return { memory, step };
  const failure = await failureOf(answer, ledger, { operation: TILES, name: step.name });
  if (failure !== undefined) return afterTrouble(look, failure, 'tiles');
  const tileRuns = [...memory.tileRuns, `${TILES}/${step.name}`];
  return on(memory, job + 1 < (drawn?.jobs ?? 0) ? 'draw' : 'clear', { job: job + 1, tileRuns });
}

function inputOf({ refresh, tiles: settings }: Source): object {
  const { unreadable: _policy, ...input } = settings ?? { unreadable: 'fail' };
  return { target: refresh.target, ...input };
}

function groupOf({ source, memory }: Look) {
  return { source: source.name, generation: memory.taken, plane: memory.cache?.plane };
}
