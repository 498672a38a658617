import type * as z from 'zod';

/** What zod found, one message for each key that is concerned: it reports all unknown keys of an object as one issue. */
export function explainIssue(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown key' }));
}
