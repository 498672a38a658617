import * as z from 'zod/mini';
import { areaOfInterestSchema } from '../../shared/arcgis/area-of-interest.ts';
import { planFrom, planSourceSchema } from '../../shared/arcgis/plan-source.ts';
import { samplesSchema } from '../../shared/jobs/proof.ts';
import { type SiteSettings, siteSettings } from '../../shared/lambda/site-settings.ts';
import { windowSettings } from '../../shared/lambda/window-settings.ts';
import type { EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { type Progress, readPlan } from '../../shared/ledger/plans.ts';
import type { TilePlan } from '../../shared/tiles/plan.ts';
import { countOf } from '../../shared/tiles/ranges.ts';
import type { Window } from '../../shared/windows/window.ts';
import { type Measured, type Pace, paceOf } from './estimate.ts';

/** What people may ask of a plan. */
export const optionsSchema = z.looseObject({
  jobsAtOnce: z.optional(z.int()),
  window: z.optional(z.string()),
  reason: z.optional(z.string()),
  maxTilesPerJob: z.optional(z.int()),
  allowedFailures: z.optional(z.union([z.int(), z.string()])),
});

export type Options = z.output<typeof optionsSchema>;

/** What is read of an input: the operation has checked it. */
export const inputSchema = z.looseObject({
  target: z.string(),
  inputService: z.string(),
  updateMode: z.string(),
  scales: z.optional(z.unknown()),
  areaOfInterest: z.optional(z.unknown()),
  updateExtent: z.optional(z.unknown()),
  plan: z.optional(optionsSchema),
  confirmTiles: z.optional(z.int()),
  resume: z.optional(z.string()),
  verify: z.optional(z.int()),
});

export type Input = z.output<typeof inputSchema>;

const figuresSchema = z.object({
  tiles: z.int(),
  units: z.int(),
  done: z.int(),
  failed: z.int(),
  scales: z.array(z.object({ scale: z.number(), level: z.int(), tiles: z.int(), units: z.int() })),
});

/** What is kept of a plan and never changes. */
export const madeSchema = z.looseObject({
  source: planSourceSchema,
  /** Of the run that planned it: a later one that goes on has no area of its own. */
  input: inputSchema,
  /** Of this run. */
  options: optionsSchema,
  figures: figuresSchema,
  /** How its jobs are found on the server, but for their scales and areas. */
  sought: z.unknown(),
  notes: z._default(z.array(z.string()), []),
  /** Tiles as they were before the plan. */
  samples: z.optional(samplesSchema),
  /** What map clients draw again when it has ended. */
  renews: z.optional(z.looseObject({})),
  /** How long jobs of this service took before. */
  measured: z._default(z.array(z.tuple([z.number(), z.number()])), []),
});

export type Made = z.output<typeof madeSchema>;

/** A plan and what holds for it now. */
export interface Plan {
  made: Made;
  progress: Progress;
  version: number;
  /** Undefined: it may work at any time. */
  window: Window | undefined;
  windowName: string | undefined;
  lanes: number;
  /** How many units may fail. */
  allowed: number;
}

export async function loadPlan(ledger: LedgerTable, run: EntryKey): Promise<Plan | undefined> {
  const stored = await readPlan(ledger, run);
  if (stored === undefined) return undefined;
  const made = madeSchema.parse(stored.made);
  return { made, progress: stored.progress, version: stored.version, ...rulesOf(made) };
}

function rulesOf({ input: { target }, options, figures }: Made) {
  const site = siteSettings(target);
  const windowName = windowNameOf(options, target);
  return {
    windowName,
    window: windowName === undefined ? undefined : windowSettings().get(windowName),
    lanes: lanesOf(options, site),
    allowed: allowedFailures(options, figures.units),
  };
}

/** How many of its jobs run at a time. */
export function lanesOf({ jobsAtOnce = 1 }: Pick<Options, 'jobsAtOnce'>, site: SiteSettings): number {
  return Math.min(jobsAtOnce, site.jobsAtOnce);
}

export function windowNameOf({ window }: Options, target: string): string | undefined {
  const name = window ?? siteSettings(target).window;
  return name === 'none' ? undefined : name;
}

/** A share counts whole units, rounded down. */
export function allowedFailures({ allowedFailures: allowed = 0 }: Options, units: number): number {
  if (typeof allowed === 'number') return allowed;
  // 2% of 100 units must be 2, whatever 0.02 is in binary.
  return Math.floor(Number(((Number.parseFloat(allowed) * units) / 100).toFixed(9)));
}

export function unitsOf({ source, input }: Pick<Made, 'source' | 'input'>): TilePlan {
  return planFrom(
    source,
    input.areaOfInterest === undefined ? undefined : areaOfInterestSchema.parse(input.areaOfInterest),
  );
}

/** Whether no unit may start any more: it is broken off, or more have failed than may. */
export function isOver({ progress, allowed }: Pick<Plan, 'progress' | 'allowed'>): boolean {
  return progress.ending !== undefined || countOf(progress.failed) > allowed;
}

/** How long jobs take: by this plan's own, else by those of the service before. */
export function paceOfPlan({ made, progress }: Pick<Plan, 'made' | 'progress'>): Pace | undefined {
  const measured: Measured = progress.measured.length > 0 ? progress.measured : made.measured;
  return paceOf(measured);
}
