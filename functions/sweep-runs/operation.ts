import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import type { Entry, EntryKey } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';

/** AWS tells of the end of an execution within seconds, or not at all. */
const YOUNG_MS = 30 * 60_000;

/** An execution's input may have 256 KiB, and the result is not all of it. */
const MAX_RESULT_BYTES = 250_000;

type End = Partial<Record<'status' | 'error' | 'cause' | 'output', string | undefined>>;

/** What is asked of Step Functions. */
export interface Executions {
  /** Undefined where Step Functions does not know the execution any more. */
  describeExecution(arn: string): Promise<End | undefined>;
  startMachine(arn: string, input: object): Promise<void>;
}

/**
 * Finds the runs whose execution has ended without a word in the ledger, because an event of AWS was lost, and has
 * `cancel-run` clean up after them.
 */
export async function sweepRuns(ledger: LedgerTable, { describeExecution, startMachine }: Executions) {
  const { CANCEL_RUN_ARN: cancelRunArn } = environment('CANCEL_RUN_ARN');
  const longAgo = new Date(Date.now() - YOUNG_MS).toISOString();
  const swept: string[] = [];
  let looked = 0;
  for await (const page of ledger.open(longAgo)) {
    for (const { operation, name, executionArn = formerArn(cancelRunArn, { operation, name }), seenAt } of page) {
      looked += 1;
      if (isSeenSince(seenAt, longAgo)) continue;
      const { status = 'GONE', ...end } = (await describeExecution(executionArn)) ?? {};
      if (status === 'RUNNING') continue;
      await startMachine(cancelRunArn, { run: { operation, name }, ended: status, ...ownEnd(executionArn, name, end) });
      swept.push(`${operation}/${name}`);
    }
  }
  if (swept.length > 0) log('warn', 'runs whose end nobody told: cancel-run cleans up after them', { runs: swept });
  return { looked, swept: swept.length };
}

/** Version 0.1.0 kept no address of an execution; its machines have the names of their operations. */
function formerArn(cancelRunArn: string, { operation, name }: EntryKey): string {
  const [place = ''] = cancelRunArn.split(':stateMachine:');
  return `${place}:execution:${operation}:${name}`;
}

/** The unit of a plan is done by the plan's execution, whose end is not its own. */
function ownEnd(executionArn: string, name: string, { error, cause, output }: End): object {
  return executionArn.endsWith(`:${name}`) ? { error, cause, result: resultIn(output) } : {};
}

/** Undefined where there is none. What would not fit into the input of an execution is left out, all but its word. */
function resultIn(output: string | undefined): unknown {
  if (output === undefined) return undefined;
  const result: unknown = JSON.parse(output);
  if (Buffer.byteLength(output) <= MAX_RESULT_BYTES) return result;
  const { status, jobId } = Object(result);
  return { status, jobId };
}

/** A run that waits, or that is being cleaned up after, says so every quarter of an hour at least. */
function isSeenSince(seenAt: Entry['seenAt'], time: string): boolean {
  return seenAt !== undefined && Date.parse(seenAt) > Date.parse(time);
}
