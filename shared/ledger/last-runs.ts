import * as z from 'zod/mini';
import { toItem } from './attributes.ts';
import type { Entry, RunStatus } from './entry.ts';
import { expiresAt } from './keeping.ts';
import type { LedgerTable } from './ledger-table.ts';
import { messageOf } from './message-of.ts';
import { parsed } from './parsed.ts';
import { expression } from './transitions.ts';

/** The partition of the ledger that says how the last run of each operation on each target ended. */
export const LAST_RUNS = 'last-run';
/** The partition of the runs that did not end well, in the order of their starts. */
export const FAILED_RUNS = 'failed-run';
/** How long a run counts among those. */
export const FAILED_DAYS = 14;

/** The statuses of a run that somebody has to look at. */
export const FAILURES: readonly (RunStatus | undefined)[] = ['failed', 'partly', 'uncertain'];

/** Only these do tile plans. */
const PLANS_OF = 'manage-map-server-cache-tiles';
const MAX_MESSAGE_CHARACTERS = 600;

const text = z.optional(z.string());

/** How a run has ended, in short: what people see of it at a glance. */
const lastRunSchema = z.looseObject({
  operation: z.string(),
  name: z.string(),
  target: text,
  service: text,
  status: z.string(),
  startedAt: text,
  finishedAt: z.string(),
  startedBy: text,
  executionArn: text,
  error: text,
  message: text,
  attachedTo: text,
  /** JSON: the figures of a plan of tiles. */
  plan: text,
  /** Whether it is a plan of which something is left. */
  hasRest: z.boolean(),
  /** The plan whose rest it is. */
  restOf: text,
});

export type LastRun = z.output<typeof lastRunSchema>;

/** Undefined for an item that holds none. */
export function lastRunIn({ run }: Record<string, unknown>): LastRun | undefined {
  return typeof run === 'string' ? lastRunSchema.safeParse(parsed(run)).data : undefined;
}

/**
 * Keeps what is known of the end of a run where it is found by one read: as the last one of its operation and target, and
 * among the failures. May be called again, also where the end has become another one since.
 */
export async function keepEnd(ledger: LedgerTable, entry: Entry): Promise<void> {
  const { operation, name, target, startedAt, finishedAt, status, tiles } = entry;
  // A unit of a plan is no run that anybody asked for.
  if (status === undefined || tiles !== undefined || !Number.isFinite(Date.parse(finishedAt ?? ''))) return;
  const run = JSON.stringify(shortOf(entry));
  // Of several targets each has a run of its own.
  if (target !== undefined && !target.includes(',')) {
    const set = toItem({ run, finishedAt, expiresAt: entry.expiresAt });
    const isNewer = { condition: 'attribute_not_exists(#finishedAt) OR #finishedAt <= :finishedAt' };
    await ledger.write({ operation: LAST_RUNS, name: `${operation} ${target}` }, expression({ set }, isNewer));
  }
  if (entry.parent !== undefined) return;
  const failed = { operation: FAILED_RUNS, name: `${startedAt} ${operation}/${name}` };
  const set = toItem({ run, expiresAt: expiresAt(Date.parse(finishedAt ?? ''), FAILED_DAYS) });
  // One that was uncertain may be cancelled after all.
  const wasKept = { condition: 'attribute_exists(#run)' };
  await ledger.write(failed, expression({ set }, FAILURES.includes(status) ? {} : wasKept));
}

function shortOf(entry: Entry): LastRun {
  const { operation, name, target, service, status = '', startedAt, finishedAt = '', startedBy, executionArn } = entry;
  const { error, cause, attachedTo, plan } = entry;
  const message = error === undefined ? undefined : messageOf(cause).slice(0, MAX_MESSAGE_CHARACTERS);
  const run = { operation, name, target, service, status, startedAt, finishedAt, startedBy, executionArn };
  return {
    ...run,
    error,
    message,
    attachedTo,
    plan,
    hasRest: restOfPlan(entry) !== undefined,
    restOf: resumedBy(entry),
  };
}

/** `<operation>/<name>` of the plan whose rest a run does; as a person wrote it, also its name alone. */
export function resumedBy({ operation, input }: Pick<Entry, 'operation' | 'input'>): string | undefined {
  const { resume } = Object(parsed(input));
  if (typeof resume !== 'string') return undefined;
  const name = resume.split(/[/:]/).at(-1);
  return `${operation}/${name}`;
}

const planInputSchema = z.looseObject({
  target: z.string(),
  inputService: z.string(),
  updateMode: z.string(),
  plan: z.optional(z.unknown()),
  resume: text,
});

/** The input that runs what is left of a plan; undefined for a run that is no plan, has not ended, or is done. */
export function restOfPlan({ operation, name, status, input, parent, finishedAt }: Entry): object | undefined {
  if (operation !== PLANS_OF || parent !== undefined || input === undefined) return undefined;
  if (finishedAt === undefined || status === 'succeeded') return undefined;
  const asked = planInputSchema.safeParse(parsed(input)).data;
  if (asked === undefined || (asked.plan ?? asked.resume) === undefined) return undefined;
  const { target, inputService, updateMode } = asked;
  return { target, inputService, updateMode, resume: `${operation}/${name}` };
}
