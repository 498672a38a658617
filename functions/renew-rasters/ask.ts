import * as z from 'zod/mini';
import { isErrorName } from '../../shared/errors.ts';
import { ASKED } from '../../shared/ledger/raster-items.ts';
import { afterTrouble } from './child.ts';
import type { Answer, Failure, Look, Memory, Turn } from './turn.ts';

/** As Lambda reports the error of a function. */
const errorSchema = z.looseObject({ errorMessage: z.string() });

interface Question<S extends z.ZodMiniType> {
  function: (typeof ASKED)[number];
  question: object;
  reply: S;
  /** Where a trouble that passes sends the run. @defaultValue the stage that asks */
  again?: Memory['stage'];
}

/**
 * Asks another function, which sees what this one does not: S3, or a secret. Gives its answer, or the turn that asks, or
 * the one that follows from its failure.
 */
export function answerTo<S extends z.ZodMiniType>(
  look: Look,
  { function: name, question, reply, again = look.memory.stage }: Question<S>,
): { given: z.output<S> } | { turn: Turn } {
  const { answer, memory } = look;
  const step = { next: 'ask' as const, function: ASKED.indexOf(name), question };
  if (answer === undefined) return { turn: { memory, step } };
  const failure = failureOfFunction(answer, name);
  if (failure !== undefined) return { turn: afterTrouble(look, failure, again) };
  return { given: reply.parse(answer.given) };
}

function failureOfFunction({ Error: error, Cause = '' }: Answer, name: string): Failure | undefined {
  if (error === undefined) return undefined;
  const message = messageIn(Cause);
  if (isErrorName(error)) return { Error: error, Cause: message };
  return { Error: 'AwsUnavailableError', Cause: `${name} failed: ${error}: ${message}` };
}

function messageIn(cause: string): string {
  try {
    return errorSchema.parse(JSON.parse(cause)).errorMessage;
  } catch {
    return cause;
  }
}
