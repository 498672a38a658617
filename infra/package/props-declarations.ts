import * as z from 'zod';
import { operations, pascalCase } from '../operations.ts';
import { describeKeys } from '../settings/descriptions.ts';
import { documentedSchema } from '../settings/settings-schema.ts';

/** What is read of a JSON Schema. */
interface Shape {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
  readonly propertyNames?: Shape;
}

/** The type of the settings as TypeScript declares it, with all that the JSON Schema says of a key beside the key. */
export function propsDeclarations(): string {
  const registry = z.registry<{ id: string }>();
  for (const { name, inputSchema } of operations) registry.add(inputSchema, { id: `${pascalCase(name)}Input` });
  const json = z.toJSONSchema(documentedSchema(), { io: 'input', unrepresentable: 'any', metadata: registry });
  const { $defs = {}, ...settings }: Shape = Object.assign({}, describeKeys(json));
  return [
    ...Object.entries($defs).map(([name, shape]) => declaration(name, shape, 'An input.')),
    declaration('CacheOpsProps', settings, 'The settings, by the keys of a settings file.'),
  ].join('\n');
}

function declaration(name: string, shape: Shape, comment: string): string {
  return `/** ${comment} */\nexport interface ${name} ${typeOf(shape, '')}\n`;
}

function typeOf(shape: Shape, indent: string): string {
  const { $ref, type, items, anyOf, properties } = shape;
  if ($ref !== undefined) return $ref.replace('#/$defs/', '');
  if ('const' in shape) return JSON.stringify(shape.const);
  if (shape.enum !== undefined) return shape.enum.map((word) => JSON.stringify(word)).join(' | ');
  if (anyOf !== undefined) return [...new Set(anyOf.map((one) => typeOf(one, indent)))].join(' | ');
  if (items !== undefined) return `readonly (${typeOf(items, indent)})[]`;
  if (properties !== undefined) return keysOf(shape, indent);
  if (type === 'object') return recordOf(shape, indent);
  if (type === 'integer') return 'number';
  return type ?? 'unknown';
}

function keysOf({ properties = {}, required = [] }: Shape, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([key, shape]) => {
    const type = typeOf(shape, inner);
    const value = required.includes(key) ? `: ${type}` : `?: ${type} | undefined`;
    return `${commentOf(shape, inner)}${inner}readonly ${key}${value};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function recordOf({ additionalProperties, propertyNames }: Shape, indent: string): string {
  const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
  if (propertyNames?.enum === undefined) return `{ readonly [name: string]: ${value} }`;
  return `{ readonly [name in ${typeOf(propertyNames, indent)}]?: ${value} | undefined }`;
}

function commentOf({ description, examples: [example] = [], default: fallback }: Shape, indent: string): string {
  if (description === undefined) return '';
  const lines = [
    description,
    ...(fallback === undefined ? [] : [`@defaultValue \`${JSON.stringify(fallback)}\``]),
    ...(example === undefined ? [] : [`@example ${JSON.stringify(example)}`]),
  ];
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line.replaceAll('*/', '*\\/')}\n`).join('')}${indent} */\n`;
}
