import type { OperationOutcome } from '../local/operation-outcome.ts';
import { RunFiles } from '../local/run-files.ts';
import { readCommandLine } from './command-line.ts';
import { Progress } from './progress.ts';
import { runOperation } from './run-operation.ts';
import { runsTable } from './runs-table.ts';
import { runTour } from './tour.ts';

const INTERRUPTED_EXIT_CODE = 130;
/** npm passes Ctrl-C on: one press comes twice. */
const ONE_PRESS_MS = 500;

const progress = new Progress(process.stderr);
const resources = new AsyncDisposableStack();
let interruptedAt: number | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const now = Date.now();
    if (interruptedAt !== undefined) {
      if (now - interruptedAt > ONE_PRESS_MS) process.exit(INTERRUPTED_EXIT_CODE);
      return;
    }
    interruptedAt = now;
    progress.note('Interrupted: what runs is stopped, its job on the server too. Ctrl-C again leaves at once.');
    void resources.disposeAsync().finally(() => {
      progress.close();
      process.exit(INTERRUPTED_EXIT_CODE);
    });
  });
}

const { output, ok } = await run().catch(failed);
if (interruptedAt === undefined) {
  await resources.disposeAsync();
  progress.close();
  process.stdout.write(`${output}\n`);
  process.exitCode = ok ? 0 : 1;
}

async function run(): Promise<{ output: string; ok: boolean }> {
  const command = readCommandLine(process.argv.slice(2));
  if (command.kind === 'runs') return { output: runsTable(await new RunFiles().read()), ok: true };
  if (command.kind === 'tour') return runTour(progress, resources);
  return asJson(await runOperation(command, progress, resources));
}

function asJson(outcome: OperationOutcome): { output: string; ok: boolean } {
  if ('result' in outcome) return { output: JSON.stringify(outcome.result), ok: true };
  const { errorType, errorMessage } = outcome.error;
  return { output: JSON.stringify({ error: errorType, message: errorMessage }), ok: false };
}

function failed(error: unknown): { output: string; ok: boolean } {
  const known = error instanceof Error ? error : new Error(String(error));
  if (known.name !== 'UsageError' && interruptedAt === undefined) progress.note(known.stack ?? known.message);
  return asJson({ error: { errorType: known.name, errorMessage: known.message } });
}
