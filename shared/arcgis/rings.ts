import * as z from 'zod/mini';
import '../schema-messages.ts';
import type { SpatialReference } from './spatial-reference.ts';

type Position = number[];

/** A closed line around an area or a hole. */
export type Ring = Position[];

/** Polygons in the form of Esri, each with its rings; without a spatial reference they are in the service's own. */
export interface Polygons {
  spatialReference: SpatialReference | undefined;
  polygons: Ring[][];
}

/** What stands behind x and y, a height, a measure or an unknown one (null), has no use here. */
const positionSchema = z.tuple([z.number(), z.number()], z.unknown()).check(z.maxLength(4));

export const ringSchema = z
  .array(
    z.pipe(
      positionSchema,
      z.transform(([x, y]): Position => [x, y]),
    ),
  )
  .check(
    z.minLength(4, 'must have at least four points, the last equal to the first'),
    z.refine(isClosed, 'must be closed: its last point equal to its first'),
    z.refine((ring) => doubledArea(ring) !== 0, 'must enclose an area'),
  );

/** The rings of one polygon. */
export function ringsOf(ring: typeof ringSchema) {
  return z.array(ring).check(z.minLength(1, 'must have at least one ring'));
}

/** An area that is the answer of a query must be all that the query found. */
export const isWhole = z.refine((answer: unknown) => String(Object(answer).exceededTransferLimit) !== 'true', {
  path: ['exceededTransferLimit'],
  message: 'is true: the query that gave this area left features out. Ask for all of them, page by page',
});

/** Twice the area of a ring, positive where it is wound clockwise. */
export function doubledArea(ring: Ring): number {
  let sum = 0;
  for (const [index, [x2 = 0, y2 = 0]] of ring.entries()) {
    const [x1 = 0, y1 = 0] = ring[index - 1] ?? [x2, y2];
    sum += (x2 - x1) * (y2 + y1);
  }
  return sum;
}

function isClosed(ring: Ring): boolean {
  const first = ring.at(0);
  const last = ring.at(-1);
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}
