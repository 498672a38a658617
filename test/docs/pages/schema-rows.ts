import * as z from 'zod';
import { describeKeys } from '../../../infra/settings/descriptions.ts';

/** What is read of a JSON Schema. */
export interface Shape {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly examples?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, Shape>> | undefined;
  readonly additionalProperties?: boolean | Shape | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Shape | undefined;
  readonly anyOf?: readonly Shape[] | undefined;
}

/** The JSON Schema of a schema's input, with what is known of its keys. */
export function shapeOf(schema: z.core.$ZodType): Shape {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.assign({}, describeKeys(json));
}

export const COLUMNS = ['key', 'needed', 'type', 'where it is left out', 'what it says', 'example'];

/** A row for every key, those below it after it: `plan`, then `plan.window`. */
export function rowsOf(shape: Shape, path = ''): string[][] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, value]) => {
    const name = `${path}${key}`;
    const { description = '', examples: [example] = [] } = value;
    const needed = shape.required?.includes(key) ? 'yes' : '';
    const fallback = value.default === undefined ? '' : code(value.default);
    const row = [
      `\`${name}\``,
      needed,
      typeOf(value),
      fallback,
      description,
      example === undefined ? '' : code(example),
    ];
    return [row, ...below(value, name)];
  });
}

function below(shape: Shape, name: string): string[][] {
  const all = [shape, ...(shape.anyOf ?? [])];
  return all.flatMap(({ properties, items, additionalProperties }) => [
    ...(properties === undefined ? [] : rowsOf(all.find((one) => one.properties === properties) ?? {}, `${name}.`)),
    ...(items === undefined ? [] : below(items, `${name}[]`)),
    ...(typeof additionalProperties === 'object' ? below(additionalProperties, `${name}.<name>`) : []),
  ]);
}

/** In words; what code checks beyond the schema is in the descriptions. */
export function typeOf({ type, const: only, enum: words, items, anyOf }: Shape): string {
  if (only !== undefined) return code(only);
  if (words !== undefined) return words.map(code).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.filter((one) => one.type !== 'null').map(typeOf))].join(' or ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`;
  return (
    { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false' }[type ?? ''] ??
    type ??
    'see the page'
  );
}

function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text}\``;
}
