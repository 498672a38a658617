import * as z from 'zod';
import type { FunctionError } from '../local/function-runner.ts';
import { returned } from '../local/operation-outcome.ts';
import { startPlatform } from '../local/platform.ts';
import { synthesize } from '../local/synth.ts';
import type { Secrets } from './command-line.ts';
import { type Surroundings, startedEmulators, unknownTarget } from './run-operation.ts';
import { onOneLine, type Screen } from './screen.ts';
import { textTable } from './text-table.ts';

const answerSchema = z.object({
  status: z.enum(['succeeded', 'failed']),
  checks: z.array(z.object({ check: z.string(), status: z.string(), advice: z.string().optional() })),
});

/** What `check-target` found. */
type Checked = z.output<typeof answerSchema>;

/** Checks a target as the deployed function does; nothing is changed on its server. */
export async function checkTarget(
  { target, secrets }: { target: string; secrets?: Secrets },
  { progress, resources, interrupted }: Surroundings,
): Promise<Checked | { error: FunctionError }> {
  const assemblyDirectory = await synthesize(progress);
  interrupted.throwIfAborted();
  const targets = secrets?.targets ?? (await startedEmulators(resources));
  const platform = await startPlatform({
    assemblyDirectory,
    targets,
    onRun: () => undefined,
    onUnexpected: (text) => progress.note(text),
    onWarning: (text) => progress.note(text),
  });
  resources.defer(() => platform.close());
  interrupted.throwIfAborted();
  const line = progress.start('check-target');
  const name = platform.template.outputs['CheckTargetFunctionName'] ?? '';
  const outcome = returned(await platform.invoke(name, JSON.stringify({ target })));
  if ('error' in outcome) {
    line.end(outcome.error.errorType);
    return outcome;
  }
  const answer = answerSchema.parse(outcome.result);
  line.end(answer.status);
  const [secret] = answer.checks;
  // On this machine there is no Secrets Manager in which the secret could be made.
  if (secret && !Object.hasOwn(targets, target))
    secret.advice = unknownTarget(target, Object.keys(targets), secrets?.file);
  return answer;
}

const COLOURS = { ok: 'green', failed: 'red', skipped: 'yellow' } as const;

/** The checks as a table for people. */
export function checksTable({ checks }: Checked, screen: Screen): string {
  const rows = checks.map(({ check, status, advice = '' }) => {
    const colour = Object.entries(COLOURS).find(([word]) => word === status)?.[1];
    return [check, colour === undefined ? status : screen.paint(colour, status), onOneLine(advice)];
  });
  return textTable([{ title: 'Check' }, { title: 'Status' }, { title: 'Advice' }], rows, screen.width);
}
