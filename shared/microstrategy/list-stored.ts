import * as z from 'zod/mini';
import { VendorContractError, VendorRejectedError } from '../errors.ts';
import { parseJson } from '../http/json.ts';
import { notDocumented, readReply } from './replies.ts';
import type { MicrostrategySession } from './session.ts';
import { readStored, type StoredCache, type StoredType, tablesOfCube } from './stored-cache.ts';
import { fits, type Where } from './where.ts';

/** Where stored caches are looked for. */
export interface Place {
  type: StoredType;
  node: string;
  projectId: string;
}

interface Page {
  caches: StoredCache[];
  /** How many the server has in all; undefined where it does not say. */
  total: number | undefined;
}

/** The server gives at most 1,000 a page. An entry may be large, and an answer is read up to 5 MB. */
const PAGE_SIZE = 500;
/** A list that does not end is given up: a million caches of one project on one node. */
const MAX_PAGES = 2_000;

/**
 * The stored caches of one project on one node that are meant, page by page; every one once. Caches that vanish while the
 * pages are read move the others forward: the next page then starts so much earlier. Safe to repeat.
 *
 * @throws VendorRejectedError, VendorContractError
 */
export async function* listStored(
  session: MicrostrategySession,
  place: Place,
  where: Where = {},
): AsyncGenerator<{ fitting: StoredCache[]; seen: number; tables: string[] }> {
  const known = new Set<string>();
  let size = PAGE_SIZE;
  let offset = 0;
  let lastTotal: number | undefined;
  let lastFirst: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await readPage(session, place, { offset, limit: size });
    if (page === undefined) {
      size = Math.ceil(size / 4);
      continue;
    }
    const { caches, total } = page;
    yield await readMeant(session, place, { caches, where, known });
    const vanished = fewer(lastTotal, total);
    // As many of those that were to be on this page have moved to the one before it.
    offset = vanished > 0 ? Math.max(0, offset - vanished) : offset + caches.length;
    lastTotal = total;
    // Without a total only an empty page, or the same one again, is the end: the server may give fewer than asked for.
    const isLast = total === undefined ? caches[0]?.id === lastFirst : offset >= total;
    if (isLast || (caches.length === 0 && vanished === 0)) return;
    lastFirst = caches[0]?.id;
  }
  throw new VendorContractError(
    `The list of ${place.type} caches on node ${place.node} does not end after ${MAX_PAGES} pages. Look at the node in the cache monitor.`,
  );
}

/** What is meant of a page, and was not on one before. A server that does not filter by project is not trusted to. */
async function readMeant(
  session: MicrostrategySession,
  place: Place,
  { caches, where, known }: { caches: StoredCache[]; where: Where; known: Set<string> },
) {
  const ofProject = place.projectId.toUpperCase();
  const own = caches.filter(({ projectId = ofProject }) => projectId === ofProject);
  const fitting: StoredCache[] = [];
  for (const cache of own) {
    if (known.has(cache.id) || !(await isMeant(session, place, cache, where))) continue;
    known.add(cache.id);
    fitting.push(cache);
  }
  return { fitting, seen: own.length, tables: own.flatMap(({ tables = [] }) => tables) };
}

function fewer(before: number | undefined, now: number | undefined): number {
  return before === undefined || now === undefined ? 0 : Math.max(0, before - now);
}

/** Undefined where the page is larger than is read, and fewer entries may be asked for. */
async function readPage(
  session: MicrostrategySession,
  { type, node, projectId }: Place,
  { offset, limit }: { offset: number; limit: number },
): Promise<Page | undefined> {
  const { path, key, project } = LISTS[type];
  const query = new URLSearchParams({
    clusterNode: node,
    [project]: projectId,
    offset: `${offset}`,
    limit: `${limit}`,
  });
  try {
    const answer = await session.call('GET', `${path}?${query}`);
    const { total, [key]: given } = readReply(answer, pageSchema);
    // A list of entries, or (content caches, perhaps) one object with an entry under each combined id.
    const items = Array.isArray(given) ? given : [given];
    const caches = items.map(readStored);
    const counted = total ?? Number([answer.headers['x-mstr-total-count']].flat()[0] ?? Number.NaN);
    if (given === undefined || caches.includes(undefined)) throw notDocumented(answer);
    return {
      caches: caches.flatMap((each) => each ?? []),
      total: Number.isSafeInteger(counted) && counted >= 0 ? counted : undefined,
    };
  } catch (error) {
    if (error instanceof VendorContractError && error.tooLarge && limit > 1) return undefined;
    throw error;
  }
}

const LISTS = {
  content: { path: '/api/monitors/caches/contents', key: 'contentCaches', project: 'projectId' },
  cube: { path: '/api/monitors/caches/cubes', key: 'cubeCaches', project: 'projectIds' },
} as const;

const itemsSchema = z.optional(z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]));

const pageSchema = z.looseObject({
  total: z.catch(z.optional(z.coerce.number()), undefined),
  contentCaches: itemsSchema,
  cubeCaches: itemsSchema,
});

/** The list does not tell the tables of a cube: it is asked for by itself where everything else fits. */
async function isMeant(
  session: MicrostrategySession,
  { type }: Place,
  cache: StoredCache,
  where: Where,
): Promise<boolean> {
  if (type === 'cube' && where.whTables !== undefined && cache.tables === undefined) {
    const { whTables: _whTables, ...others } = where;
    if (!fits(cache, others)) return false;
    cache.tables = await readTables(session, cache);
  }
  return fits(cache, where);
}

async function readTables(session: MicrostrategySession, { id }: StoredCache): Promise<string[] | undefined> {
  try {
    return tablesOfCube(parseJson(await session.call('GET', cubePath(id))));
  } catch (error) {
    // It has vanished since it was listed.
    if (error instanceof VendorRejectedError && (error.httpStatus === 400 || error.httpStatus === 404))
      return undefined;
    throw error;
  }
}

/** The ids of cubes hold colons and base64. */
export function cubePath(id: string): string {
  return `/api/monitors/caches/cubes/${encodeURIComponent(id)}`;
}
