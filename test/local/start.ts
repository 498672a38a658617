import { readCommandLine } from './command-line.ts';
import type { OperationOutcome } from './operation-outcome.ts';
import { Progress } from './progress.ts';
import { runOperation } from './run-operation.ts';
import { runTour } from './tour.ts';

const INTERRUPTED_EXIT_CODE = 130;

const progress = new Progress(process.stderr);
const resources = new AsyncDisposableStack();
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // npm passes Ctrl-C on, so it comes twice.
    if (interrupted) return;
    interrupted = true;
    progress.close();
    void resources.disposeAsync().finally(() => process.exit(INTERRUPTED_EXIT_CODE));
  });
}

const { output, ok } = await run().catch(failed);
progress.close();
if (!interrupted) {
  await resources.disposeAsync();
  process.stdout.write(`${output}\n`);
  process.exitCode = ok ? 0 : 1;
}

async function run(): Promise<{ output: string; ok: boolean }> {
  const command = readCommandLine(process.argv.slice(2));
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
  if (known.name !== 'UsageError' && !interrupted) progress.note(known.stack ?? known.message);
  return asJson({ error: { errorType: known.name, errorMessage: known.message } });
}
