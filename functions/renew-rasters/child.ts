import * as z from 'zod/mini';
import { ERRORS, isErrorName } from '../../shared/errors.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { type Answer, type Failure, type Look, type Memory, on, type Step, type Turn } from './turn.ts';

const causeSchema = z.looseObject({
  Status: z.optional(z.string()),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
});

const MS_PER_DAY = 86_400_000;
/** After so long with a trouble that should pass somebody is told; the rasters wait for the next run. */
const MOST_TROUBLE_MS = MS_PER_DAY;
const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 900;

/** Runs an operation to its end, under a name that is only this try's. */
export function runOperation(
  { execution, memory }: Look,
  { operation, label, input }: { operation: string; label: string; input: object },
): Extract<Step, { next: 'run' }> {
  const [machineArn, name] = [machineBeside(execution, operation), execution.split(':').at(-1)];
  return {
    next: 'run',
    machineArn,
    name: `${name}-${label}-${memory.tries + 1}`,
    // By this key Step Functions links the two executions, and the operation knows whose child its run is.
    input: { ...input, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: execution },
  };
}

/** A machine of the same stack: what stands before the name of this one stands before the other's too. */
export function machineBeside(execution: string, name: string): string {
  const parts = execution.split(':');
  const [own = ''] = parts.slice(-2);
  const prefix = own.slice(0, own.lastIndexOf(RENEWAL));
  return [...parts.slice(0, 5), 'stateMachine', `${prefix}${name}`].join(':');
}

/** The machine of this function, and the operation of its runs. */
export const RENEWAL = 'renew-from-rasters';

/** How a run of another machine has ended; undefined where it ended well. */
export async function failureOf(
  { Error: error, Cause: cause = '' }: Answer,
  ledger: LedgerTable,
  run: { operation: string; name: string },
): Promise<Failure | undefined> {
  if (error === undefined) return undefined;
  const entry = await ledger.entry(run);
  // Its work was done, and AWS failed after that.
  if (entry?.status === 'succeeded') return undefined;
  // The answer to an earlier start was lost, and the run has ended meanwhile.
  if (error.includes('ExecutionAlreadyExists')) return ofEntry(entry, run);
  const told = z.safeParse(causeSchema, parsed(cause)).data ?? {};
  if (told.Status === 'ABORTED') {
    return { Error: 'JobCancelledError', Cause: `The run ${run.operation}/${run.name} was stopped.` };
  }
  if (isErrorName(error)) return { Error: error, Cause: cause };
  if (isErrorName(told.Error)) return { Error: told.Error, Cause: told.Cause ?? '' };
  return { Error: 'AwsUnavailableError', Cause: `${told.Error ?? error}: ${told.Cause ?? cause}` };
}

function ofEntry(entry: Awaited<ReturnType<LedgerTable['entry']>>, run: { operation: string; name: string }) {
  const Cause = entry?.cause ?? `The run ${run.operation}/${run.name} has ended, and the ledger does not say how.`;
  return { Error: isErrorName(entry?.error) ? entry.error : 'AwsUnavailableError', Cause };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Where a run begins anew that has refreshed nothing yet. Taken anew its group has what came meanwhile too; but what was
 * ready is not kept waiting by what is not.
 */
export function againFrom({ source }: Look, stage: Memory['stage']): Memory['stage'] {
  return source.ready === undefined ? 'take' : stage;
}

/** Another try after a while where the trouble may pass; else the end of the run. */
export function afterTrouble({ memory, now }: Look, failure: Failure, stage: Memory['stage']): Turn {
  const { tries, troubleSince = new Date(now).toISOString() } = memory;
  const mayPass = isErrorName(failure.Error) && ERRORS[failure.Error].repeatingHelps;
  if (!mayPass || now - Date.parse(troubleSince) >= MOST_TROUBLE_MS) return { memory, end: failure };
  const waitSeconds = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(tries, 10), LONGEST_WAIT_SECONDS);
  const again = on(memory, stage, { tries: tries + 1, troubleSince });
  return { ...again, step: { next: 'wait', waitSeconds } };
}
