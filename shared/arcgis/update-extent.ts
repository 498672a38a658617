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

/** `updateExtent`: an Esri envelope, or the vendor's string `"xmin ymin xmax ymax"`. */
export const updateExtentSchema = z.pipe(
  z.unknown(),
  z.transform((value, { issues }): Extent => {
    const refuse = (message: string, path: PropertyKey[] = []) =>
      issues.push({ code: 'custom', message, path, input: value });
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

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function fromText(text: string): unknown {
  const parts = text.trim().split(/ +/);
  if (parts.length !== 4 || !parts.every((part) => part.length < 40 && DECIMAL.test(part))) return undefined;
  const [xmin, ymin, xmax, ymax] = parts.map(Number);
  return { xmin, ymin, xmax, ymax };
}
