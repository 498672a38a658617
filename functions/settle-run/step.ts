import * as z from 'zod/mini';
import { isErrorName } from '../../shared/errors.ts';
import type { Attribute } from '../../shared/ledger/attributes.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import type { Change, Expression, TransitionName } from '../../shared/ledger/transitions.ts';

/** What `cancel-job` is asked. */
const askSchema = z.looseObject({
  /** The job to cancel: its task below the site. */
  cancel: z.optional(
    z.looseObject({
      target: z.string(),
      taskPath: z.optional(z.string()),
      taskUrl: z.optional(z.string()),
      jobId: z.string(),
    }),
  ),
  /** The job to look for. */
  find: z.optional(z.looseObject({ target: z.string(), sought: z.unknown(), since: z.string() })),
  attempt: z.looseObject({ attempts: z.number() }),
});

export type Ask = z.output<typeof askSchema>;

/** What `cancel-run` does next. */
export const planSchema = z.looseObject({
  /** `ask`: wait, then ask `cancel-job`. `alarm`: give up, a job may be at work. */
  next: z.enum(['ask', 'done', 'alarm']),
  waitSeconds: z.optional(z.number()),
  ask: z.optional(askSchema),
  /** Since when the secret cannot be used. */
  secretTroubleSince: z.optional(z.string()),
});

export type Plan = z.output<typeof planSchema>;

type Values = Change<string | number>['set'];

/** What a look at a run comes to. */
export interface Step {
  plan: Plan & { Error?: string; Cause?: string };
  /** Written into the entry: how the run has ended. */
  end?: { name: TransitionName; set: Values };
  /** Written into the entry in the place of that: the run had ended well. */
  goodEnd?: Expression<Attribute>;
  /** Added to the entry of a run that has ended already. */
  note?: Values;
  /** Free the service for the next run, or keep it until then. Left out: the claim stays as it is. */
  service?: 'free' | { keepUntil: string };
}

export const DONE: Plan = { next: 'done' };
export const NOTHING_TO_DO: Step = { plan: DONE };

/** The first wait is the shortest that a state machine knows. */
const AT_ONCE_SECONDS = 1;

export function asking(ask: Omit<Ask, 'attempt'>, waitSeconds = AT_ONCE_SECONDS): Step {
  return { plan: { next: 'ask', waitSeconds, ask: { ...ask, attempt: { attempts: 0 } } } };
}

/** The run ends with this word, and the service is free. */
export function ended(name: 'isCancelled' | 'isStopped', cause: string, job: Values = {}): Step {
  return { plan: DONE, end: { name, set: { error: 'JobCancelledError', cause, ...job } }, service: 'free' };
}

/** Nobody can say whether a job of the run is at work: the service stays claimed until its lease runs out. */
export function uncertain(met: { Error: string; Cause: string }): Step {
  // A machine must not fail by a name that Step Functions keeps to itself, such as States.Timeout.
  const [error, cause] = isErrorName(met.Error)
    ? [met.Error, met.Cause]
    : (['AwsUnavailableError', `${met.Error}: ${met.Cause}`] as const);
  return { plan: { next: 'alarm', Error: error, Cause: cause }, end: { name: 'isUncertain', set: { error, cause } } };
}

export function cancelling(entry: Entry): Step {
  const { target = '', taskPath, taskUrl, jobId = '' } = entry;
  return asking({ cancel: { target, jobId, taskPath, taskUrl } });
}

export function hasJob({ jobId }: Entry): boolean {
  return jobId !== undefined;
}
