import * as z from 'zod/mini';

/** As `z.array`, but it ends at the first item that does not fit: a hostile list would make a problem of every item. */
export function listOf<S extends z.core.$ZodType>(item: S) {
  return z.pipe(
    z.array(z.unknown()),
    z.transform((given, context) => {
      const items: z.output<S>[] = [];
      for (const [index, value] of given.entries()) {
        const parsed = z.safeParse(item, value);
        if (!parsed.success) {
          const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
          context.issues.push({ code: 'custom', message, input: value, path: [index, ...path] });
          return z.NEVER;
        }
        items.push(parsed.data);
      }
      return items;
    }),
  );
}
