#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises';
import { asOutcome, type OperationOutcome } from '../local/operation-outcome.ts';
import { AwsUnavailableError } from '../shared/errors.ts';
import type { BackEnd } from './back-end.ts';
import { checkedSchema, checksTable } from './check-target.ts';
import { type Command, type PlacedCommand, readCommandLine } from './command-line.ts';
import { completionScript } from './completion.ts';
import { onInterruption } from './interruption.ts';
import { readInputFile } from './operation-input.ts';
import { Progress } from './progress.ts';
import { listRuns, showRun, stopRun } from './run-commands.ts';
import { jsonText, screenOf } from './screen.ts';
import { type SummaryRow, summaryTable } from './summary-table.ts';
import type { Surroundings } from './surroundings.ts';
import { checkNode } from './this-node.ts';
import { HelpAsked, UsageError } from './usage.ts';

const INTERRUPTED_EXIT_CODE = 130;
const STOPS = 'Ctrl-C: stops what runs, its job on the server too. Ctrl-C again leaves at once.';
const GOES_ON = 'Ctrl-C: what runs in AWS goes on there. The command stop ends a run.';

/** How a run that was stopped may end without anything left to look at. */
const ENDED = ['cancelled', 'stopped', 'succeeded', 'partly', 'failed', 'submitted'];

interface Ending {
  output: string;
  ok: boolean;
}

const screen = screenOf(process.stdout);
const progress = new Progress(process.stderr);
const resources = new AsyncDisposableStack();
let closed: Promise<void> | undefined;
let isDeployed = false;

const interrupted = onInterruption({
  stop() {
    progress.note(isDeployed ? GOES_ON : STOPS);
    void close();
  },
  leave: () => process.exit(INTERRUPTED_EXIT_CODE),
});

const { output, ok } = await readAndRun();
await close();
progress.close();
const exitCode = interrupted.aborted ? INTERRUPTED_EXIT_CODE : Number(!ok);
process.exitCode = exitCode;
// Whoever reads may have enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
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
    case 'footprint': {
      const { footprints } = await import('./footprint.ts');
      return { output: jsonText(await footprints(command.files), screen), ok: true };
    }
    case 'completion':
      return { output: completionScript(command.shell, command.program), ok: true };
    case 'drop': {
      checkNode();
      const { dropFiles } = await import('./drop.ts');
      const { runs, ok } = await dropFiles(command, surroundings);
      return { output: jsonText(runs, screen), ok };
    }
    case 'tour': {
      checkNode();
      const { runTour } = await import('./tour.ts');
      return endOfTour(await runTour(surroundings));
    }
    default:
      return runAt(await placeOf(command, surroundings), command, surroundings);
  }
}

/** Where a command does its work. Loaded is only what that needs. */
async function placeOf({ stack, ...options }: PlacedCommand, surroundings: Surroundings): Promise<BackEnd> {
  if (stack === undefined) {
    checkNode();
    const { ThisMachine } = await import('./this-machine.ts');
    return new ThisMachine(options, surroundings);
  }
  isDeployed = true;
  const { DeployedStack } = await import('./deployed/deployed-stack.ts');
  return await DeployedStack.find(stack, surroundings);
}

async function runAt(place: BackEnd, command: PlacedCommand, surroundings: Surroundings): Promise<Ending> {
  switch (command.kind) {
    case 'operation': {
      const { operation, input, inputFile } = command;
      return asJson(await place.operate(operation, inputFile === undefined ? input : await readInputFile(inputFile)));
    }
    case 'runs':
      return { output: await listRuns(place, command, screen), ok: true };
    case 'show':
      return { output: await showRun(place, command, screen), ok: true };
    case 'stop': {
      const stopped = await stopRun(place, command.run, surroundings);
      return { output: jsonText(stopped, screen), ok: ENDED.includes(stopped.status) };
    }
    case 'pause':
      return asJson(await place.pause(command));
    case 'check-target': {
      const outcome = await place.checkTarget(command.target);
      if ('error' in outcome) return asJson(outcome);
      const checked = checkedSchema.parse(outcome.result);
      const output = command.json ? jsonText(checked, screen) : checksTable(checked, screen);
      return { output, ok: checked.status === 'succeeded' };
    }
  }
}

/** What was not foreseen; after Ctrl-C what was being started just then may fail in any way. */
async function failed({ kind }: Command, error: unknown): Promise<Ending> {
  if (error instanceof UsageError) throw error;
  // A signal that came while the stack was synthesized is told only now.
  await setImmediate();
  if (!interrupted.aborted) {
    // What AWS refused is no mistake of ours: nobody needs to know where it was met.
    if (!(error instanceof AwsUnavailableError))
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
