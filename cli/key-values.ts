import * as z from 'zod';
import { UsageError } from './usage.ts';

type Schema = z.core.$ZodType;

/** What is said of one key. */
interface Given {
  path: string[];
  texts: string[];
}

/**
 * An input as `key=value` words, each value read by the type that the schema gives its key. Lists are written with commas,
 * or by repeating the key; what is inside an object by dots in the key, or as JSON.
 *
 * @throws {UsageError} where a word has no key; what does not fit otherwise is left to the operation to refuse
 */
export function inputOfWords(words: readonly string[], schema: Schema): Record<string, unknown> {
  return treeOf(givenBy(words, schema).map(({ path, texts }) => [path, valueAs(schemaAt(schema, path), texts)]));
}

function givenBy(words: readonly string[], schema: Schema): Given[] {
  const given = new Map<string, Given>();
  let last: Given | undefined;
  for (const word of words) {
    const [, key, text = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key !== undefined) {
      last = given.get(key) ?? { path: key.split('.'), texts: [] };
      given.set(key, last);
      last.texts.push(text);
      continue;
    }
    // PowerShell takes a list with commas apart.
    if (last === undefined || !takesList(schemaAt(schema, last.path))) throw new UsageError(noKey(word, last));
    last.texts.push(word);
  }
  return [...given.values()];
}

function noKey(word: string, last: Given | undefined): string {
  if (last === undefined) return `"${word}" is neither JSON nor key=value. For example: target=arcgis`;
  const whole = `${last.path.join('.')}=${last.texts.at(-1)} ${word}`;
  return `"${word}" has no key. A value with blanks stands in quotes: "${whole}"`;
}

/** The values as an object; a key with dots is one of an object inside. */
function treeOf(entries: readonly (readonly [path: string[], value: unknown])[]): Record<string, unknown> {
  const groups = Map.groupBy(entries, ([[first = '']]) => first);
  return Object.fromEntries(
    [...groups].map(([key, group]) => {
      const [whole, ...more] = group.filter(([path]) => path.length === 1);
      const inside = group.filter(([path]) => path.length > 1);
      if (whole === undefined) return [key, treeOf(inside.map(([path, value]) => [path.slice(1), value]))];
      if (more.length + inside.length > 0) throw new UsageError(`${key} is given as a whole and in parts: choose one`);
      return [key, whole[1]];
    }),
  );
}

/** The first reading that the schema takes; where it takes none the plain one, which the operation refuses by its name. */
function valueAs(schema: Schema | undefined, texts: readonly string[]): unknown {
  const [text = ''] = texts;
  const readings = texts.length > 1 ? listsOf(texts) : [...readingsOf(text), ...listsOf(text.split(','))];
  return readings.find((reading) => schema === undefined || fits(schema, reading)) ?? fallback(schema, readings, text);
}

function fallback(schema: Schema | undefined, readings: readonly unknown[], text: string): unknown {
  const list = readings.findLast(Array.isArray);
  if (takesText(schema)) return readings[0] ?? text;
  // A number that is too large is a number all the same.
  const [plain = readings[0] ?? text] = jsonOf(text);
  return takesList(schema) ? list : plain;
}

/** A text that looks like an object or a list is one; any other is a text first. */
function readingsOf(text: string): unknown[] {
  const json = jsonOf(text);
  return /^\s*[{[]/.test(text) ? [...json, text] : [text, ...json];
}

function listsOf(texts: readonly string[]): unknown[][] {
  const parts = texts.map((text) => text.trim());
  return [parts, parts.map((part) => jsonOf(part)[0] ?? part)];
}

function jsonOf(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

const fits = (schema: Schema, value: unknown) => z.safeParse(schema, value).success;

const takesList = (schema: Schema | undefined) => schema !== undefined && alternatives(schema).some(isOf('array'));
const takesText = (schema: Schema | undefined) => schema !== undefined && alternatives(schema).some(isOf('string'));

function isOf(type: string): (schema: Schema) => boolean {
  return (schema) => schema._zod.def.type === type;
}

/** The schema of a key, or of one inside it; undefined where there is none. */
function schemaAt(schema: Schema, path: readonly string[]): Schema | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const inside = Object.hasOwn(shapeOf(schema), first) ? shapeOf(schema)[first] : undefined;
  return inside && schemaAt(inside, rest);
}

/** The schemas of an object's keys. */
export function shapeOf(schema: Schema): Readonly<Record<string, Schema>> {
  return alternatives(schema).find((one): one is z.core.$ZodObject => isOf('object')(one))?._zod.def.shape ?? {};
}

/** What a schema comes to where a key may be left out or have one of several types. */
export function alternatives(schema: Schema): Schema[] {
  const { def } = schema._zod;
  if ('innerType' in def) return alternatives((def as z.core.$ZodOptionalDef).innerType);
  if ('options' in def) return (def as z.core.$ZodUnionDef).options.flatMap(alternatives);
  if (def.type === 'pipe') return alternatives((def as z.core.$ZodPipeDef).in);
  return [schema];
}
