import type { Execution, ExecutionProgress } from '../local/execution.ts';
import { isOfExecution, type LedgerEntry } from '../local/ledger.ts';
import { wordsOfStop } from '../local/run-end.ts';
import type { Progress } from './progress.ts';
import { progressText, wordsOfEntry } from './run-words.ts';

/** What people are told of the states of a run, in whichever machine it is; of other states nothing. */
const WORDS: Record<string, string> = {
  'Enter the ledger': 'enters the ledger',
  'Dry run': 'looks up what a run would do',
  Prepare: 'checks the input',
  'Take a turn': 'waits for its turn, or for the end of a pause',
  Submit: 'at work',
  'Wait to submit again': 'waits to try again',
  'Wait for the lost submit': 'waits for the end of a call that broke off',
  'Find the lost job': 'looks for what a call that broke off has done',
  'Wait for AWS': 'waits for AWS',
};

/** What the ledger says of runs, for those who follow their executions. */
export class RunLines {
  readonly #listeners = new Map<string, (entry: LedgerEntry) => void>();

  listen(executionArn: string, listener: (entry: LedgerEntry) => void): void {
    this.#listeners.set(executionArn, listener);
  }

  /** An entry was written. */
  tell(entry: LedgerEntry): void {
    const { executionArn } = entry;
    if (typeof executionArn === 'string' && isOfExecution(entry, executionArn))
      this.#listeners.get(executionArn)?.(entry);
  }
}

/** Shows an execution, and what it waits for, on a line of its own until it ends; where it is stopped until it is settled. */
export function followExecution(
  execution: Execution,
  settled: Promise<LedgerEntry | undefined>,
  progress: Pick<Progress, 'start'>,
  lines?: RunLines,
): void {
  const line = progress.start(execution.machine);
  let isWatched = false;
  // The ledger knows best: what the units of a plan do says little of the plan, and a pause is waited for in a turn.
  let isTold = false;
  execution.onProgress(({ watch, error, ...at }) => {
    isWatched ||= watch !== undefined;
    if (isTold) return;
    if (error !== undefined) line.update(`${at.state}: ${error}`);
    else if (watch) line.update(wordsOfWatch(watch));
    // Between two polls the line keeps the last that is known of the job.
    else if (!isWatched && WORDS[at.state] !== undefined) line.update(WORDS[at.state] ?? '');
  });
  lines?.listen(execution.arn, (entry) => {
    isTold = entry['plan'] !== undefined || entry['status'] === 'paused';
    if (isTold) line.update(wordsOfEntry(entry));
  });
  void execution.ended.then(async () => {
    if (execution.status === 'ABORTED') {
      line.update('stopped: what becomes of its job?');
      line.end(`stopped: ${wordsOfStop(await settled)}`);
      return;
    }
    const reason = execution.error ? `: ${execution.error}` : '';
    line.end(`${endedAs(execution)}${reason}`);
  });
}

/** What the result says: a plan may have succeeded in part. */
function endedAs({ status, output }: Execution): string {
  const { status: word } = Object(output);
  return status === 'SUCCEEDED' && word === 'partly' ? word : status.toLowerCase();
}

function wordsOfWatch({ jobStatus, percent, polls, told }: NonNullable<ExecutionProgress['watch']>): string {
  const known = progressText({ percent, expectedEnd: told?.expectedEnd });
  return `${jobStatus}${known === '' ? '' : ` ${known}`}, poll ${polls}`;
}
