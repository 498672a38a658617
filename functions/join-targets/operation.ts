import * as z from 'zod/mini';
import { PartialFailureError } from '../../shared/errors.ts';
import { callCost, RUN_COST } from '../../shared/jobs/poll-policy.ts';
import { type ChildRun, childRunsOf, machineOf, runName } from '../../shared/ledger/child-runs.ts';
import { type Entry, entrySchema, isOpen } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { messageOf } from '../../shared/ledger/message-of.ts';
import { goodEnd } from '../../shared/ledger/transitions.ts';
import {
  failureOfTarget,
  joinResults,
  resultOfTarget,
  type TargetResult,
} from '../../shared/targets/results-of-targets.ts';

const runSchema = z.looseObject({ operation: z.string(), name: z.string() });
const eventSchema = z.union([z.object({ begin: runSchema }), z.object({ end: runSchema })]);
const resultSchema = z.looseObject({ status: z.string() });

/**
 * A run of several targets, each of which has a run of its own. `begin`: in which order those start. `end`: what became of
 * them is what became of the whole.
 */
export async function joinTargets(event: unknown, ledger: LedgerTable) {
  const asked = eventSchema.parse(event);
  const run = 'begin' in asked ? asked.begin : asked.end;
  const entry = entrySchema.parse(await ledger.entry(run));
  return 'begin' in asked ? await begin(entry, ledger) : await end(entry, ledger);
}

/** The targets that are paused come last, by the end of their pauses: five that wait must not hold the others. */
async function begin(entry: Entry, ledger: LedgerTable) {
  const { operation, name, executionArn = '' } = entry;
  const all = childRunsOf(entry);
  const watchingCost = Number((RUN_COST + all.length * callCost(0)).toFixed(8));
  await ledger.step({ operation, name }, 'begins', { set: { watchingCost } });
  const now = Date.now();
  const children = await Promise.all(
    all.map(async (child) => {
      const pause = await ledger.pauseOf(child.target, now);
      return { ...child, until: pause === undefined ? 0 : Date.parse(pause.until) };
    }),
  );
  return {
    machineArn: machineOf(executionArn),
    children: children
      .toSorted((one, other) => one.until - other.until)
      .map((child) => ({
        name: child.name,
        own: { target: child.target, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: executionArn },
      })),
  };
}

async function end(entry: Entry, ledger: LedgerTable) {
  const { operation, name } = entry;
  const children = childRunsOf(entry);
  const entries = new Map((await ledger.entriesOf(children)).map((one) => [one.name, one]));
  const results = children.map((child) => resultOf(child, entries.get(child.name), children.length));
  try {
    const result = joinResults(operation, results);
    await ledger.write({ operation, name }, goodEnd(result, { now: Date.now() }));
    return { status: result.status, service: 'none', result };
  } catch (error) {
    if (!(error instanceof PartialFailureError)) throw error;
    return { status: 'failed', service: 'none', Error: error.name, Cause: error.message };
  }
}

function resultOf(child: ChildRun, entry: Entry | undefined, targets: number): TargetResult {
  return { ...partOf(child.target, entry, targets), run: runName(child) };
}

function partOf(target: string, entry: Entry | undefined, targets: number): TargetResult {
  if (entry === undefined) {
    const message = 'Its run could not be started. Start it again when AWS works.';
    return failureOfTarget(target, { error: 'AwsUnavailableError', message });
  }
  const { result, status, error, cause = '' } = entry;
  if (result !== undefined) return resultOfTarget(target, resultSchema.parse(JSON.parse(result)), targets);
  if (!isOpen(entry) && error !== undefined) {
    return failureOfTarget(target, { status, error, message: messageOf(cause) });
  }
  const message = 'Its run was stopped; its own entry says what becomes of its job.';
  return failureOfTarget(target, { status: 'stopped', error: 'JobCancelledError', message });
}
