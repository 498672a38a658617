import * as z from 'zod/mini';
import type { Unsent } from '../http/unsent.ts';
import { must } from '../schema-messages.ts';

/** `dryRun`: everything is looked up and checked as for a run, and nothing that changes anything is sent. */
export const dryRunSchema = z.optional(z.literal(true, must('be true; leave the key out for a run')));

const MAX_SHOWN = 3;
const MAX_PARAMETER_CHARACTERS = 1_000;

/** What a run would send: the first requests, each long parameter cut, and how many more there are. */
export function wouldSend(unsent: readonly Unsent[], count = unsent.length) {
  const would = unsent.slice(0, MAX_SHOWN).map(({ parameters, ...request }) => ({
    ...request,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, cut(value)])),
  }));
  return count > would.length ? { would, wouldMore: count - would.length } : { would };
}

function cut(value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_PARAMETER_CHARACTERS
    ? `${value.slice(0, MAX_PARAMETER_CHARACTERS)} … (cut)`
    : value;
}
