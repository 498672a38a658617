import * as z from 'zod/mini';
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

export function siteSettings(target: string): SiteSettings {
  const sites = sitesSchema.parse(JSON.parse(environment('SITES').SITES));
  return Object.hasOwn(sites, target) ? (sites[target] ?? DEFAULTS) : DEFAULTS;
}
