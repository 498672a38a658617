import * as z from 'zod/mini';
import { targetNameSchema } from './target-name.ts';

const MOST_TARGETS = 50;

const NAME = 'must be 1-64 letters, digits, - or _: the part of the secret name after the prefix';
const LIST = `must have 2 to ${MOST_TARGETS} names; give one target as text`;

const listSchema = z.array(targetNameSchema).check(
  z.minLength(2, LIST),
  z.maxLength(MOST_TARGETS, LIST),
  z.superRefine((names, context) => {
    names.forEach((name, index) => {
      const first = names.indexOf(name);
      if (first === index) return;
      context.addIssue({ code: 'custom', path: [index], message: `is the same target as target[${first}]` });
    });
  }),
);

/** The name of a target, or those of several, each once. */
export const targetsSchema = z.union([targetNameSchema, listSchema], {
  error: ({ input }) => {
    if (input === undefined) return 'is missing';
    return Array.isArray(input) ? LIST : `${NAME}; or a list of 2 to ${MOST_TARGETS} names`;
  },
});

/** An input for one target. */
export type OfOne<I> = I & { target: string };

export function isOfOne<I extends { target: string | string[] }>(input: I): input is OfOne<I> {
  return typeof input.target === 'string';
}

/** The names of the targets of an input. */
export function namesOf({ target }: { target: string | string[] }): string[] {
  return [target].flat();
}
