import * as z from 'zod/mini';

const text = z.optional(z.string());

/** What people are told of a run; also as it is kept for a digest. */
export const noticeSchema = z.looseObject({
  stack: z.string(),
  run: z.string(),
  operation: z.string(),
  target: text,
  service: text,
  startedBy: text,
  startedAt: text,
  executionArn: text,
  /** `failed`, `partly`, `uncertain`, `succeeded` or `paused`. */
  word: z.string(),
  at: z.string(),
  error: text,
  message: text,
});

export type Notice = z.output<typeof noticeSchema>;

const WORDS: Record<string, string> = {
  failed: 'failed',
  partly: 'was done in part',
  uncertain: 'may not be over',
  succeeded: 'succeeded',
  paused: 'is paused',
};

/** What became of it: `clear-rest-cache of city-gis failed`. */
export function headline({ operation, target, word }: Notice): string {
  return `${operation}${target === undefined ? '' : ` of ${target}`} ${WORDS[word] ?? word}`;
}
