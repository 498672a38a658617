import * as z from 'zod';
import { nearest } from '../../shared/near-words.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';
import { DAYS } from '../../shared/windows/window.ts';
import { isTimeZone } from './aws-names.ts';

/** In the place of a window's name: no window holds. */
const NO_WINDOW = 'none';

const timeSchema = z
  .string('must be a time of the clock in quotes, for example "20:00"')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the clock from 00:00 to 23:59, for example "20:00"');

const windowSchema = z.strictObject({
  timezone: z.string().refine(isTimeZone, 'must be an IANA time zone, for example Europe/Paris').default('UTC'),
  days: z
    .array(z.enum(DAYS))
    .min(1, 'must name at least one day; leave the key out for every day')
    .default([...DAYS]),
  from: timeSchema,
  to: timeSchema,
  except: z.array(z.string().refine(isDate, 'must be a day as 2026-12-24')).max(400).default([]),
});

const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1-64 letters, digits, - or _')
  .refine((name) => name !== NO_WINDOW, `must not be ${NO_WINDOW}: that word means no window at all`);

/** When tiles may be made, by names of the settings' own. */
export const windowsSchema = z.record(nameSchema, windowSchema);

const JOBS_AT_ONCE = 4;
const MAX_TILES = 10_000_000;

const siteSchema = z.strictObject({
  jobsAtOnce: z.int().positive().max(100).default(JOBS_AT_ONCE),
  window: z.string().optional(),
  maxTiles: z.int().positive().default(MAX_TILES),
});

/** What holds for the tiles of one target. */
export const sitesSchema = z.record(targetNameSchema, siteSchema);

/** Whoever names a window names one of the settings; looked at whatever else is wrong with them. */
export function checkWindowNames(settings: unknown, context: z.core.$RefinementCtx): void {
  const { windows, sites, schedules, events, rasters } = Object(settings);
  const names = Object.keys(Object(windows));
  const check = (window: unknown, path: PropertyKey[], others: readonly string[] = []) => {
    if (typeof window !== 'string' || [...names, ...others].includes(window)) return;
    const near = nearest(window, names);
    const known = names.length === 0 ? 'there are none' : `the windows are ${names.join(', ')}`;
    const message = `must be the name of a window; ${known}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
    context.addIssue({ code: 'custom', path, message });
  };
  for (const [target, site] of Object.entries(Object(sites))) check(Object(site).window, ['sites', target, 'window']);
  for (const [key, list, part] of [
    ['schedules', schedules, 'input'],
    ['events', events, 'input'],
    ['rasters', rasters, 'tiles'],
  ] as const) {
    const all: unknown[] = Array.isArray(list) ? list : [];
    for (const [index, one] of all.entries()) {
      const { plan } = Object(Object(one)[part]);
      check(Object(plan).window, [key, index, part, 'plan', 'window'], [NO_WINDOW]);
    }
  }
}

/** Lambda refuses more than 4 KB of environment, measured as JSON: the functions that decide about runs are told these. */
export function checkSitesSize({ windows, sites }: { windows: object; sites: object }, context: z.core.$RefinementCtx) {
  const OTHERS_BYTES = 600;
  const LIMIT_BYTES = 4096 - OTHERS_BYTES;
  const bytes = [windows, sites].reduce(
    (sum, part) => sum + Buffer.byteLength(JSON.stringify(JSON.stringify(part))),
    0,
  );
  if (bytes <= LIMIT_BYTES) return;
  const message = `need ${bytes} bytes as environment of next-unit together with sites, Lambda allows ${LIMIT_BYTES}: fewer days in except, windows or sites`;
  context.addIssue({ code: 'custom', path: ['windows'], message });
}

/** A day that there is: `2026-02-30` is none. */
function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
