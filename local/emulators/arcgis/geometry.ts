/** A rectangle in the units of its map. */
export interface Extent {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** A closed line; the last point may repeat the first. */
export type Ring = [x: number, y: number][];

/** One or more polygons; the rings of one polygon are its outlines and holes (even-odd). */
export type Area = Ring[][];

// Two tiles share an edge: an area that ends on the edge belongs to one of them only.
const TOUCH_TOLERANCE_METRES = 0.001;
const EARTH_RADIUS_METRES = 6_378_137;
const MERCATOR_LIMIT_DEGREES = 85.051_128_779_806_6;

/** The area that covers an extent. */
export function extentArea({ xmin, ymin, xmax, ymax }: Extent): Area {
  return [
    [
      [
        [xmin, ymin],
        [xmin, ymax],
        [xmax, ymax],
        [xmax, ymin],
      ],
    ],
  ];
}

/** The rectangle around rectangles. */
export function around(extents: readonly Extent[]): Extent {
  return areaBounds(extents.flatMap(extentArea));
}

/** The rectangle around an area. */
export function areaBounds(area: Area): Extent {
  const points = area.flat(2);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { xmin: least(xs), ymin: least(ys), xmax: most(xs), ymax: most(ys) };
}

/** Whether an area and a rectangle have more than an edge in common. */
export function areaTouches(area: Area, rectangle: Extent): boolean {
  const inner = shrink(rectangle);
  return area.some((rings) => rings.some((ring) => outlineCrosses(ring, inner)) || contains(rings, inner));
}

/** WGS 84 degrees as Web Mercator metres. */
export function webMercator([longitude, latitude]: [number, number]): [number, number] {
  const limited = Math.max(-MERCATOR_LIMIT_DEGREES, Math.min(MERCATOR_LIMIT_DEGREES, latitude));
  const radians = Math.PI / 180;
  return [
    longitude * radians * EARTH_RADIUS_METRES,
    Math.log(Math.tan(Math.PI / 4 + (limited * radians) / 2)) * EARTH_RADIUS_METRES,
  ];
}

function shrink({ xmin, ymin, xmax, ymax }: Extent): Extent {
  const by = TOUCH_TOLERANCE_METRES;
  return { xmin: xmin + by, ymin: ymin + by, xmax: xmax - by, ymax: ymax - by };
}

function edges(ring: Ring): [Ring[number], Ring[number]][] {
  return ring.map((point, index) => [point, ring[(index + 1) % ring.length] ?? point]);
}

function outlineCrosses(ring: Ring, rectangle: Extent): boolean {
  return edges(ring).some(([from, to]) => segmentCrosses(from, to, rectangle));
}

/** Clips the segment by the four sides (Liang and Barsky): something left means that it crosses. */
function segmentCrosses([x, y]: Ring[number], [toX, toY]: Ring[number], rectangle: Extent): boolean {
  const sides: [step: number, room: number][] = [
    [x - toX, x - rectangle.xmin],
    [toX - x, rectangle.xmax - x],
    [y - toY, y - rectangle.ymin],
    [toY - y, rectangle.ymax - y],
  ];
  let enters = 0;
  let leaves = 1;
  for (const [step, room] of sides) {
    if (step === 0 && room < 0) return false;
    if (step < 0) enters = Math.max(enters, room / step);
    if (step > 0) leaves = Math.min(leaves, room / step);
  }
  return enters <= leaves;
}

/** No outline crosses the rectangle, so one of its points stands for all of them. */
function contains(rings: Ring[], { xmin, ymin, xmax, ymax }: Extent): boolean {
  const x = (xmin + xmax) / 2;
  const y = (ymin + ymax) / 2;
  const crossings = rings.flatMap(edges).filter(([[ax, ay], [bx, by]]) => {
    return ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
  });
  return crossings.length % 2 === 1;
}
