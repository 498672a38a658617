import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import type { EntryKey } from '../../shared/ledger/entry.ts';

/** A run whose execution has ended, and how: by Step Functions' own word, or `OVERDUE` from a machine whose job is past its deadline. */
export interface EndedRun {
  run: EntryKey;
  ended: string;
  error?: string | undefined;
  cause?: string | undefined;
  /** What a run that succeeded gave, where its ledger entry may not have it. */
  result?: unknown;
}

/** Step Functions' event of the execution's end, or what `run-job` and `sweep-runs` tell. */
const endSchema = z.union([
  z.object({
    run: z.object({ operation: z.string(), name: z.string() }),
    ended: z.string(),
    error: z.optional(z.string()),
    cause: z.optional(z.string()),
    result: z.optional(z.unknown()),
  }),
  z.object({
    detail: z.looseObject({
      name: z.string(),
      stateMachineArn: z.string(),
      status: z.string(),
      error: z.nullish(z.string()),
      cause: z.nullish(z.string()),
    }),
  }),
]);

export function endedRun(event: unknown): EndedRun {
  const end = endSchema.parse(event);
  if (!('detail' in end)) return end;
  const { name, stateMachineArn, status, error, cause } = end.detail;
  const machine = stateMachineArn.split(':')[6] ?? '';
  const { MACHINE_PREFIX: prefix } = environment('MACHINE_PREFIX');
  const operation = machine.startsWith(prefix) ? machine.slice(prefix.length) : machine;
  return { run: { operation, name }, ended: status, error: error ?? undefined, cause: cause ?? undefined };
}
