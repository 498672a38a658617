import * as z from 'zod/mini';

/** The name of a target: the secret `cache-ops/<target>`. */
export const targetNameSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9_-]{1,64}$/,
      'must be 1-64 letters, digits, - or _: the part of the secret name after the prefix',
    ),
  );
