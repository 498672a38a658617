import * as z from 'zod/mini';
import { countRasters } from '../../shared/arcgis/image-service.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

const eventSchema = z.object({
  target: z.string(),
  service: z.object({ folder: z.optional(z.string()), name: z.string(), type: z.string() }),
  /** A clause of SQL with `{names}` in it, for example `Name IN ({names})`. */
  where: z.string(),
  names: z.array(z.string()),
});

/** Databases take lists of 1,000; a clause may hold the list twice. */
const NAMES_OF_A_QUERY = 400;
/** So many are named; then nobody looks on. */
const MOST_NAMED = 10;
/** Finding the names that are missing halves a list again and again. */
const MOST_QUERIES = 60;

/** Which of these rasters the image service does not find by its own query: the first of them. It only reads. */
export async function countVisible(event: unknown, run: Run): Promise<{ missing: string[] }> {
  const { target, service, where, names } = parseInput('count-rasters', eventSchema, event);
  const site = await openSite(target, run);
  const count = (some: readonly string[]) => countRasters(site, service, clauseOf(where, some));
  const missing: string[] = [];
  let queries = 0;
  const open = Array.from({ length: Math.ceil(names.length / NAMES_OF_A_QUERY) }, (_, index) =>
    names.slice(index * NAMES_OF_A_QUERY, (index + 1) * NAMES_OF_A_QUERY),
  );
  for (let some = open.shift(); some !== undefined && missing.length < MOST_NAMED; some = open.shift()) {
    queries += 1;
    const [only = '', ...others] = some;
    if ((await count(some)) >= some.length) continue;
    if (others.length === 0) missing.push(only);
    else if (queries >= MOST_QUERIES) missing.push(`some of ${only} to ${others.at(-1)}`);
    else open.unshift(some.slice(0, some.length / 2), some.slice(some.length / 2));
  }
  return { missing };
}

/** Quotes within a name are doubled. */
function clauseOf(where: string, names: readonly string[]): string {
  const list = names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  return where.replaceAll('{names}', () => list);
}
