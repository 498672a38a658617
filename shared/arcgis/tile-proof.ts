import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { CacheOpsError, VendorRejectedError } from '../errors.ts';
import { parseJson } from '../http/json.ts';
import type { VendorAnswer } from '../http/send.ts';
import type { Proof, Samples } from '../jobs/proof.ts';
import { outlineOf } from '../tiles/outline.ts';
import { sampleCells } from '../tiles/samples.ts';
import { gridOf, type Polygon, polygonOf, type TileScheme } from '../tiles/scheme.ts';
import { type ServiceName, servicePath } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

const AT_ONCE = 8;
/** A submit, or a poll, has its own work to do within the time of its function. */
const MAX_MS = 40_000;
const ANSWER_TIMEOUT_SECONDS = 10;
const MARK_CHARACTERS = 10;
const MAX_NAMED = 5;

const markSchema = z.looseObject({ mark: z.string() });

interface Sampled {
  service: ServiceName;
  scheme: TileScheme;
  scales: readonly number[];
  /** In map units; left out for the whole extent of the scheme. */
  area?: readonly Polygon[] | undefined;
  /** How many tiles of each scale. */
  count: number;
  makes: boolean;
}

/** Some tiles of each scale as they are before a job; those that the server does not tell are left out. */
export async function samplesBefore(site: ArcgisSite, sampled: Sampled): Promise<Samples> {
  const { service, scheme, scales, area, count, makes } = sampled;
  const polygons = area ?? (scheme.extent === undefined ? [] : [polygonOf(scheme.extent)]);
  const levels = scheme.levels.filter(({ scale }) => scales.includes(scale));
  const cells = levels.flatMap((level) =>
    sampleCells(outlineOf(polygons, gridOf(scheme, level)), count).map(({ row, col }) => ({ ...level, row, col })),
  );
  const place = {
    path: `rest/services/${servicePath(service)}/tile`,
    suffix: service.type === 'VectorTileServer' ? '.pbf' : '',
  };
  const tiles = cells.map(({ level, row, col }): Samples['tiles'][number] => [level, row, col, '']);
  const marks = await marksOf(site, { ...place, makes, tiles });
  const told = tiles.flatMap(([level, row, col], index): Samples['tiles'] => {
    const mark = marks[index];
    return mark === undefined ? [] : [[level, row, col, mark]];
  });
  return { ...place, makes, tiles: told };
}

/** What became of these tiles, and what a person should know of it. */
export async function proofAfter(site: ArcgisSite, samples: Samples): Promise<{ proof: Proof; notes: string[] }> {
  const marks = await marksOf(site, samples);
  const proof: Proof = { asked: 0, missing: 0, changed: 0, same: 0 };
  const missing: string[] = [];
  samples.tiles.forEach(([level, row, col, before], index) => {
    const mark = marks[index];
    if (mark === undefined) return;
    proof.asked += 1;
    if (mark === '') {
      proof.missing += 1;
      missing.push(`${level}/${row}/${col}`);
    } else if (mark === before) proof.same += 1;
    else proof.changed += 1;
  });
  const notes: string[] = [];
  if (samples.makes && missing.length > 0) {
    const more = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : '';
    notes.push(
      `Of the ${proof.asked} tiles that were looked at ${missing.length} are missing after the run (level/row/column): ${missing.slice(0, MAX_NAMED).join(', ')}${more}.`,
    );
  }
  if (proof.asked < samples.tiles.length) {
    notes.push(`${samples.tiles.length - proof.asked} tiles were not told by the server when they were looked at.`);
  }
  return { proof, notes };
}

/** In the order of the tiles; undefined where the server did not tell, or the time was over. */
async function marksOf(site: ArcgisSite, { path, suffix, tiles }: Samples): Promise<(string | undefined)[]> {
  const marks: (string | undefined)[] = Array.from({ length: tiles.length });
  const end = Date.now() + MAX_MS;
  const left = tiles.entries();
  const lane = async () => {
    for (const [index, [level, row, col]] of left) {
      if (Date.now() >= end) return;
      marks[index] = await markOf(site, `${path}/${level}/${row}/${col}${suffix}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return marks;
}

/** `tile/<level>/<row>/<column>` of the service's REST resource; without `blankTile=false` some servers draw what is missing. */
async function markOf(site: ArcgisSite, path: string): Promise<string | undefined> {
  try {
    const { mark } = await site.call({
      path,
      method: 'GET',
      form: { f: 'image', blankTile: 'false' },
      reply: markSchema,
      parse: markIn,
      repeatable: 'never',
      answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
      recover(error) {
        if (error instanceof VendorRejectedError && /^(HTTP )?404$/.test(String(error.code))) return { mark: '' };
        throw error;
      },
    });
    return mark;
  } catch (error) {
    if (error instanceof CacheOpsError) return undefined;
    throw error;
  }
}

/** The tile's ETag, or what it holds. A refusal is JSON, whatever the resource. */
function markIn(answer: VendorAnswer): unknown {
  const { status, headers, text } = answer;
  if (status !== 200 || text.startsWith('{')) return parseJson(answer) ?? (status === 204 ? { mark: '' } : undefined);
  const { etag } = headers;
  const told = typeof etag === 'string' ? etag : text;
  return text === '' && etag === undefined
    ? { mark: '' }
    : { mark: createHash('sha256').update(told).digest('base64url').slice(0, MARK_CHARACTERS) };
}
