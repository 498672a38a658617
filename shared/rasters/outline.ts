import type { Footprint } from './footprint.ts';
import type { Point, Projection } from './projection.ts';
import { RasterError } from './raster-error.ts';

/** Where outlines are drawn. */
export interface Plane {
  /** From longitude and latitude; longitudes may be beyond 180. */
  project(point: Point): Point;
  /** In its units: how far a line may be from where it is. */
  tolerance: number;
}

/** Degrees of longitude and latitude. */
export const DEGREES: Plane = { project: (point) => point, tolerance: 1e-5 };

const MAX_HALVINGS = 12;
const FIRST_STEPS = 8;
/** Of the way from a point to the middle of the raster. */
const BESIDE = 1e-6;

/**
 * A footprint's rings in another plane, with as many points as keep its lines where they are. Longitudes go on beyond 180
 * degrees where a ring crosses it. A ring around a pole goes to the pole and back.
 */
export function outlineIn({ polygons, projection }: Footprint, plane: Plane): Point[][][] {
  return polygons.map((rings) => rings.map((ring) => ringIn(open(ring), projection, plane)));
}

function ringIn(ring: readonly (readonly number[])[], projection: Projection, plane: Plane): Point[] {
  const lonLat = lonLatsBy(projection, middleOf(ring));
  const [first = []] = ring;
  let start = lonLat(first);
  const line = [start];
  for (const [index, from] of ring.entries()) {
    const to = ring[index + 1] ?? first;
    // In so many steps none is so long that it could have gone the other way round.
    const steps = [...follow({ from, to, start }, lonLat)];
    const middle = steps[FIRST_STEPS / 2 - 1] ?? start;
    const end = steps.at(-1) ?? start;
    const half = between(from, to, 0.5);
    halve({ from, to: half, start, end: middle, lonLat, plane, depth: 1 }, line);
    halve({ from: half, to, start: middle, end, lonLat, plane, depth: 1 }, line);
    start = end;
  }
  return closed(line, ring, projection).map(plane.project);
}

type LonLats = (point: readonly number[], near?: Point) => Point;

/** A point has the longitude that is nearest to the one before: 181 degrees, not -179. */
function lonLatsBy(projection: Projection, inside: readonly number[]): LonLats {
  return (point, near) => {
    const [lon, lat] = finite(projection.toLonLat(point)) ?? besidePole(projection, point, inside);
    // Degrees are as they are written.
    const nearLon = projection.isDegrees ? point[0] : near?.[0];
    return [nearLon === undefined ? lon : lon - 360 * Math.round((lon - nearLon) / 360), lat];
  };
}

/** At a pole itself some projections give no number: it is gone by on the side where the raster is. */
function besidePole(projection: Projection, point: readonly number[], inside: readonly number[]): Point {
  const beside = finite(projection.toLonLat(between(point, inside, BESIDE)));
  if (beside === undefined || Math.abs(beside[1]) < 89) {
    throw new RasterError(`A part of it is where ${projection.crs} has no place on the earth.`);
  }
  return beside;
}

function finite([lon, lat]: Point): Point | undefined {
  return Number.isFinite(lon) && Math.abs(lat) <= 90 ? [lon, lat] : undefined;
}

function middleOf(ring: readonly (readonly number[])[]): number[] {
  return [0, 1].map((axis) => ring.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / ring.length);
}

interface Line {
  from: readonly number[];
  to: readonly number[];
  /** Where it starts, in degrees. */
  start: Point;
}

function* follow({ from, to, start }: Line, lonLat: LonLats): Generator<Point> {
  let last = start;
  for (let step = 1; step <= FIRST_STEPS; step += 1) {
    last = lonLat(step === FIRST_STEPS ? to : between(from, to, step / FIRST_STEPS), last);
    yield last;
  }
}

interface Part extends Line {
  end: Point;
  lonLat: LonLats;
  plane: Plane;
  depth: number;
}

/** Adds the points of a line behind its start. */
function halve(part: Part, line: Point[]): void {
  const { from, to, start, end, lonLat, plane, depth } = part;
  const middle = between(from, to, 0.5);
  const half = lonLat(middle, start);
  const isStraight = distance(plane.project(half), plane.project(start), plane.project(end)) <= plane.tolerance;
  if (isStraight || depth >= MAX_HALVINGS) {
    line.push(end);
    return;
  }
  halve({ ...part, to: middle, end: half, depth: depth + 1 }, line);
  halve({ ...part, from: middle, start: half, depth: depth + 1 }, line);
}

function between(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((value, axis) => value + ((to[axis] ?? value) - value) * share);
}

/** Of a point from a line. */
function distance([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return Math.hypot(x - x0, y - y0);
  return Math.abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length;
}

/** A ring whose longitude does not come back to where it began has a pole inside. */
function closed(line: Point[], ring: readonly (readonly number[])[], projection: Projection): Point[] {
  const [lon = 0] = line[0] ?? [];
  const [endLon = 0] = line.at(-1) ?? [];
  if (Math.abs(endLon - lon) < 180) return line.slice(0, -1);
  const pole = poleInside(ring, projection);
  return [...line, [endLon, pole], [lon, pole]];
}

function poleInside(ring: readonly (readonly number[])[], projection: Projection): number {
  const [, lat] = finite(projection.toLonLat(middleOf(ring))) ?? projection.toLonLat(ring[0] ?? []);
  return lat < 0 ? -90 : 90;
}

function open(ring: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [first = []] = ring;
  const last = ring.at(-1) ?? [];
  return ring.length > 3 && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
}

/** Around rings in degrees; east is above 180 where they cross it. */
export function boxAround(
  polygons: readonly (readonly Point[])[][],
): [west: number, south: number, east: number, north: number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of polygons.flat(2)) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  const [west, south, east, north] = box;
  return east - west >= 360 ? [-180, south, 180, north] : [west, south, east, north];
}
