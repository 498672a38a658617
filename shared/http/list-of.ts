import * as z from 'zod/mini';

/** As `z.array`, but it ends at the first item that does not fit: a hostile list would make a problem of every item. */
export function listOf<S extends z.core.$ZodType>(item: S) {
  return z.pipe(
    z.array(z.unknown()),
    z.transform((given, context) => {
      const items: z.output<S>[] = [];
      for (const [index, value] of given.entries()) {
        const read = readItem(item, value, index, context);
        if (read === undefined) return z.NEVER;
        items.push(read.data);
      }
      return items;
    }),
  );
}

/** As `z.record`, but it ends at the first entry that does not fit. */
export function recordOf<K extends z.core.$ZodType<string>, S extends z.core.$ZodType>(key: K, item: S) {
  return z.pipe(
    z.record(z.string(), z.unknown()),
    z.transform((given, context) => {
      const items: Record<string, z.output<S>> = {};
      for (const [name, value] of Object.entries(given)) {
        const read = readItem(key, name, name, context) && readItem(item, value, name, context);
        if (read === undefined) return z.NEVER;
        items[name] = read.data;
      }
      return items;
    }),
  );
}

function readItem<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
  place: string | number,
  context: z.core.ParsePayload,
): { data: z.output<S> } | undefined {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed;
  const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
  context.issues.push({ code: 'custom', message, input: value, path: [place, ...path] });
  return undefined;
}
