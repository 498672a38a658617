import * as z from 'zod/mini';
import { must, problemsOf } from '../schema-messages.ts';
import { type SpatialReference, spatialReferenceSchema } from './spatial-reference.ts';

/** A rectangle in map units; without a spatial reference it is in the service's own. */
export interface Extent {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
  spatialReference?: SpatialReference | undefined;
}

const coordinate = z.number(must('be a number in map units'));

const extentSchema = z.strictObject({
  xmin: coordinate,
  ymin: coordinate,
  xmax: coordinate,
  ymax: coordinate,
  spatialReference: z.optional(spatialReferenceSchema),
});

/** An extent that only the service's layers can tell: `MAXOF`, `MINOF`, or the name of one of them. */
export interface NamedExtent {
  named: string;
}

/** `updateExtent`: an Esri envelope, the vendor's string `"xmin ymin xmax ymax"`, or a word of the caching tool. */
export const updateExtentSchema = z.pipe(
  z.unknown(),
  z.transform((value, { issues }): Extent | NamedExtent => {
    const refuse = (message: string, path: PropertyKey[] = []) =>
      issues.push({ code: 'custom', message, path, input: value });
    if (typeof value === 'string' && !COORDINATES.test(value)) {
      const problem = nameProblem(value);
      if (problem === undefined) return { named: value.normalize('NFC') };
      refuse(problem);
      return z.NEVER;
    }
    const parsed = extentSchema.safeParse(typeof value === 'string' ? fromText(value) : value);
    if (!parsed.success) {
      if (typeof value === 'string') refuse('must be four numbers: "xmin ymin xmax ymax"');
      else for (const { message, path } of problemsOf(parsed.error.issues)) refuse(message, path);
      return z.NEVER;
    }
    const { xmin, ymin, xmax, ymax } = parsed.data;
    if (xmin >= xmax) refuse(`xmin (${xmin}) must be less than xmax (${xmax})`);
    if (ymin >= ymax) refuse(`ymin (${ymin}) must be less than ymax (${ymax})`);
    return parsed.data;
  }),
);

/** Three numbers in a row, or the start of JSON: no layer is meant. */
const COORDINATES = /^\s*(\{|([+-]?[\d.]+(e[+-]?\d+)?[\s,;]+){2}[+-]?[\d.])/i;
const LAYER_NAME = /^[^\p{Cc}\p{Cs}]{1,500}$/u;

function nameProblem(name: string): string | undefined {
  if (name === 'DISPLAY') {
    return 'must not be DISPLAY: there is no display here. Give MAXOF, MINOF, the name of a layer, or a rectangle';
  }
  if (name.trim() !== '' && LAYER_NAME.test(name)) return undefined;
  return 'must be four numbers ("xmin ymin xmax ymax"), MAXOF, MINOF or the name of a layer';
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function fromText(text: string): unknown {
  const parts = text.trim().split(/ +/);
  if (parts.length !== 4 || !parts.every((part) => part.length < 40 && DECIMAL.test(part))) return undefined;
  const [xmin, ymin, xmax, ymax] = parts.map(Number);
  return { xmin, ymin, xmax, ymax };
}
