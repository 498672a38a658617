import { setImmediate } from 'node:timers/promises';
import { asOutcome, type OperationOutcome } from '../local/operation-outcome.ts';
import { PauseFiles } from '../local/pause-files.ts';
import { RunFiles } from '../local/run-files.ts';
import { checksTable, checkTarget } from './check-target.ts';
import { type Command, readCommandLine } from './command-line.ts';
import { footprints } from './footprint.ts';
import { onInterruption } from './interruption.ts';
import { pause } from './pause.ts';
import { Progress } from './progress.ts';
import { runOperation } from './run-operation.ts';
import { pausesText, runsTable } from './runs-table.ts';
import { jsonText, screenOf } from './screen.ts';
import { type SummaryRow, summaryTable } from './summary-table.ts';
import { runTour } from './tour.ts';
import { HelpAsked, UsageError } from './usage.ts';

const INTERRUPTED_EXIT_CODE = 130;

interface Ending {
  output: string;
  ok: boolean;
}

const screen = screenOf(process.stdout);
const progress = new Progress(process.stderr);
const resources = new AsyncDisposableStack();
let closed: Promise<void> | undefined;

const interrupted = onInterruption({
  stop() {
    progress.note('Ctrl-C: stops what runs, its job on the server too. Ctrl-C again leaves at once.');
    void close();
  },
  leave: () => process.exit(INTERRUPTED_EXIT_CODE),
});

const { output, ok } = await readAndRun();
await close();
progress.close();
const exitCode = interrupted.aborted ? INTERRUPTED_EXIT_CODE : Number(!ok);
process.exitCode = exitCode;
// What was just being set up when it was interrupted may be open still.
process.stdout.write(`${output}\n`, () => interrupted.aborted && process.exit(exitCode));

/** The same for whoever asks second. */
function close(): Promise<void> {
  closed ??= resources.disposeAsync();
  return closed;
}

async function readAndRun(): Promise<Ending> {
  try {
    const command = readCommandLine(process.argv.slice(2));
    return await run(command).catch((error) => failed(command, error));
  } catch (error) {
    if (error instanceof HelpAsked) return { output: error.message, ok: true };
    if (!(error instanceof UsageError)) throw error;
    // JSON escapes the quotes of what is to be copied.
    if (process.stderr.isTTY) progress.note(error.message);
    return asJson(asOutcome(error));
  }
}

async function run(command: Command): Promise<Ending> {
  const surroundings = { progress, resources, interrupted };
  switch (command.kind) {
    case 'runs': {
      const runs = await new RunFiles().read();
      if (command.json) return { output: jsonText(runs, screen), ok: true };
      const pauses = pausesText(await new PauseFiles().read());
      return { output: `${pauses}${runsTable(runs, screen, command)}`, ok: true };
    }
    case 'pause':
      return asJson(await pause(command, surroundings));
    case 'check-target': {
      const answer = await checkTarget(command, surroundings);
      if ('error' in answer) return asJson(answer);
      const output = command.json ? jsonText(answer, screen) : checksTable(answer, screen);
      return { output, ok: answer.status === 'succeeded' };
    }
    case 'footprint':
      return { output: jsonText(await footprints(command.files), screen), ok: true };
    case 'tour':
      return endOfTour(await runTour(surroundings));
    case 'operation':
      return asJson(await runOperation(command, surroundings));
  }
}

/** What was not foreseen; after Ctrl-C what was being started just then may fail in any way. */
async function failed({ kind }: Command, error: unknown): Promise<Ending> {
  // A signal that came while the stack was synthesized is told only now.
  await setImmediate();
  if (!interrupted.aborted) {
    progress.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return asJson(asOutcome(error));
  }
  const message = 'Stopped by Ctrl-C before anything was started.';
  return kind === 'tour'
    ? { output: message, ok: false }
    : asJson({ error: { errorType: 'JobCancelledError', errorMessage: message } });
}

function endOfTour({ rows, left }: { rows: SummaryRow[]; left: number }): Ending {
  const table = summaryTable(rows, screen);
  const note = `Stopped by Ctrl-C: ${left} of ${rows.length + left} were not started.`;
  return {
    output: interrupted.aborted ? `${table}\n\n${note}` : table,
    ok: rows.every(({ outcome }) => 'result' in outcome),
  };
}

function asJson(outcome: OperationOutcome): Ending {
  if ('result' in outcome) return { output: jsonText(outcome.result, screen), ok: true };
  const { errorType, errorMessage } = outcome.error;
  return { output: jsonText({ error: errorType, message: errorMessage }, screen), ok: false };
}
