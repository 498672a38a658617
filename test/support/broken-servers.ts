import * as z from 'zod';
import { textTable } from '../../cli/text-table.ts';
import { handler as checkTarget } from '../../functions/check-target/handler.ts';
import { invoke } from './invoke.ts';

const answerSchema = z.strictObject({
  status: z.enum(['succeeded', 'failed']),
  checks: z.array(
    z.strictObject({ check: z.string(), status: z.enum(['ok', 'failed', 'skipped']), advice: z.string().optional() }),
  ),
});

export type CheckAnswer = z.output<typeof answerSchema>;

/** Runs the function on a target, as the console's test button does. */
export async function check(target: string): Promise<CheckAnswer> {
  return answerSchema.parse(await invoke(checkTarget, { target }));
}

/** The checks by their status, and what is advised where one failed. */
export function summary({ checks }: CheckAnswer) {
  const named = (status: string) => checks.filter((one) => one.status === status).map((one) => one.check);
  return {
    ok: named('ok'),
    failed: named('failed'),
    skipped: named('skipped'),
    advice: checks.filter(({ status }) => status === 'failed').map(({ advice }) => advice ?? ''),
  };
}

/** What was broken, what failed, and what was advised: for people to read. */
export class AdviceTable {
  readonly #rows: string[][] = [];

  add(server: string, answer: CheckAnswer): void {
    const { failed, advice } = summary(answer);
    this.#rows.push([server, failed.join(', '), advice.join(' | ')]);
  }

  get text(): string {
    return textTable([{ title: 'Server' }, { title: 'Failed check' }, { title: 'Advice' }], this.#rows, 180);
  }
}
