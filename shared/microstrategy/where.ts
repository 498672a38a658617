import * as z from 'zod/mini';
import { must } from '../schema-messages.ts';
import type { StoredCache } from './stored-cache.ts';

const textSchema = z
  .string(must('be a name or an id'))
  .check(z.refine((text) => text.trim() !== '', 'must not be blank: it would narrow nothing'));

const listSchema = z.array(textSchema).check(z.minLength(1, 'must name at least one; leave the key out for all'));

/** The server's own words, and `unloaded` of its Python client; `active`, `persisted` and the `…pending` are of cubes. */
const STATES = [
  ...['ready', 'processing', 'invalid', 'expired', 'loaded', 'unloaded', 'filed', 'dirty'],
  ...['active', 'persisted', 'infodirty', 'loadpending', 'unloadpending'],
] as const;

const stateSchema = z.enum(STATES);

/** The server still says `dossier` for what is called a dashboard now; `docdossier` is a document shown as one. */
const CONTENT_TYPES = {
  report: ['report'],
  document: ['document'],
  dashboard: ['dashboard', 'dossier', 'docdossier'],
  dossier: ['dashboard', 'dossier'],
  docdossier: ['docdossier'],
  cube: ['cube'],
} as const;

const contentTypeSchema = z.enum(['report', 'document', 'dashboard', 'dossier', 'docdossier', 'cube']);

/** Which content and cube caches are meant: every key that is given must fit, within a key any value. */
export const whereSchema = z
  .strictObject({
    whTables: z.optional(listSchema),
    connectionIds: z.optional(listSchema),
    status: z.optional(
      z.union(
        [stateSchema, z.array(stateSchema).check(z.minLength(1))],
        must(`be one of ${STATES.join(', ')}, or a list of these`),
      ),
    ),
    contentTypes: z.optional(
      z.array(contentTypeSchema).check(z.minLength(1, 'must name at least one; leave the key out for all')),
    ),
    ids: z.optional(listSchema),
  })
  .check(
    z.refine((where) => Object.keys(where).length > 0, {
      message:
        'must name at least one of whTables, connectionIds, status, contentTypes and ids; leave where out for all caches',
      when: ({ issues }) => issues.length === 0,
    }),
  );

export type Where = z.output<typeof whereSchema>;

/** Whether a cache is meant. One that does not tell what is asked for is not. */
export function fits(cache: StoredCache, where: Where): boolean {
  const { whTables, connectionIds, status, contentTypes, ids } = where;
  const types: readonly string[] | undefined = contentTypes?.flatMap((type) => [...CONTENT_TYPES[type]]);
  return (
    hasAny(whTables, cache.tables ?? []) &&
    hasAny(connectionIds?.map(plainId), cache.connectionIds.map(plainId)) &&
    hasAny(status === undefined ? undefined : [status].flat(), cache.states) &&
    hasAny(types, [cache.contentType ?? '']) &&
    hasAny(ids?.map(plainId), cache.ids.map(plainId))
  );
}

function hasAny(wanted: readonly string[] | undefined, told: readonly string[]): boolean {
  return wanted === undefined || told.some((value) => wanted.includes(value));
}

/** Object ids are hex digits, whatever their case; other ids are the server's own and are left as they are. */
function plainId(id: string): string {
  return /^[0-9a-f]{32}$/i.test(id) ? id.toUpperCase() : id;
}
