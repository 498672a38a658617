import * as z from 'zod/mini';
import { DAYS, type Window } from '../windows/window.ts';
import { environment } from './environment.ts';

/** What the settings say of the tiles of one target. */
export interface SiteSettings {
  /** How many tile jobs of ours run at once. */
  jobsAtOnce: number;
  /** The name of the window that plans keep to. */
  window?: string | undefined;
  /** More are made only if they are confirmed. */
  maxTiles: number;
}

const DEFAULTS: SiteSettings = { jobsAtOnce: 4, maxTiles: 10_000_000 };

const sitesSchema = z.record(
  z.string(),
  z.object({ jobsAtOnce: z.number(), window: z.optional(z.string()), maxTiles: z.number() }),
);

const windowsSchema = z.record(
  z.string(),
  z.object({
    timezone: z.string(),
    days: z.array(z.enum(DAYS)),
    from: z.string(),
    to: z.string(),
    except: z.array(z.string()),
  }),
);

export function siteSettings(target: string): SiteSettings {
  const sites = sitesSchema.parse(JSON.parse(environment('SITES').SITES));
  return Object.hasOwn(sites, target) ? (sites[target] ?? DEFAULTS) : DEFAULTS;
}

/** The windows of the settings, by name. */
export function windowSettings(): Map<string, Window> {
  return new Map(Object.entries(windowsSchema.parse(JSON.parse(environment('WINDOWS').WINDOWS))));
}
