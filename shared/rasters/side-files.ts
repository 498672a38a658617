import * as z from 'zod/mini';
import type { Polygons } from './footprint.ts';
import type { Affine } from './geotiff.ts';
import { RasterError } from './raster-error.ts';

const numbers = z.array(z.number());
const rings = z.array(z.array(numbers));
const sidecarSchema = z.looseObject({
  stac_version: z.optional(z.unknown()),
  geometry: z.optional(z.unknown()),
  bbox: z.optional(z.unknown()),
});
const geometrySchema = z.union([
  z.looseObject({ type: z.literal('Polygon'), coordinates: rings }),
  z.looseObject({ type: z.literal('MultiPolygon'), coordinates: z.array(rings) }),
]);
const MAX_POINTS = 5_000;

/** A STAC item or another JSON file with GeoJSON's `geometry` or `bbox`; undefined where it has neither of them. */
export function readSidecar(text: string): { source: 'stac' | 'sidecar'; polygons: Polygons } | undefined {
  const { data: sidecar } = sidecarSchema.safeParse(parsed(text));
  if (sidecar === undefined) return undefined;
  const source = sidecar.stac_version === undefined ? 'sidecar' : 'stac';
  const { geometry, bbox } = sidecar;
  if (geometry !== undefined && geometry !== null) return { source, polygons: polygonsOf(geometry, bbox) };
  return bbox === undefined || bbox === null
    ? undefined
    : { source, polygons: boxOf(bbox, 'The bbox of its JSON file') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function polygonsOf(value: unknown, bbox: unknown): Polygons {
  const { data: geometry } = geometrySchema.safeParse(value);
  if (geometry === undefined) {
    throw new RasterError('The geometry of its JSON file is no Polygon and no MultiPolygon.');
  }
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  const points = polygons.flat(2);
  if (points.length === 0 || polygons.some((polygon) => polygon.some((ring) => ring.length < 3))) {
    throw new RasterError('The geometry of its JSON file has no area.');
  }
  if (!points.every(isLonLat)) throw notLonLat('The geometry of its JSON file');
  // So fine an outline says no more about tiles than the box around it.
  return points.length > MAX_POINTS && bbox !== undefined
    ? boxOf(bbox, 'The bbox of its JSON file')
    : polygons.map(unbroken);
}

/** Longitudes of a ring that was not cut at 180 degrees go on beyond it. A step from one end of the world to the other is meant so. */
function unbroken(polygon: number[][][]): number[][][] {
  let [before] = polygon[0]?.[0] ?? [];
  let turned = 0;
  return polygon.map((ring) =>
    ring.map(([lon = 0, lat = 0]) => {
      const step = lon - (before ?? lon);
      if (Math.abs(step) > 180 && Math.abs(step) !== 360) turned -= 360 * Math.round(step / 360);
      before = lon;
      return [lon + turned, lat];
    }),
  );
}

/** `west,south,east,north` of the object's metadata. */
export function readMetadataBox(text: string): Polygons {
  return boxOf(
    text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))),
    'The metadata bbox',
  );
}

/** West is greater than east where it crosses 180 degrees (RFC 7946, 5.2). */
function boxOf(value: unknown, what: string): Polygons {
  const { data = [] } = numbers.safeParse(value);
  const [west, south, east, north] = data.length === 6 ? [data[0], data[1], data[3], data[4]] : data;
  if (
    ![4, 6].includes(data.length) ||
    west === undefined ||
    south === undefined ||
    east === undefined ||
    north === undefined
  ) {
    throw new RasterError(`${what} is not [west, south, east, north].`);
  }
  const right = west > east ? east + 360 : east;
  if (
    ![
      [west, south],
      [right, north],
    ].every(isLonLat)
  )
    throw notLonLat(what);
  if (!(south < north && west < right)) throw new RasterError(`${what} has no area.`);
  return [
    [
      [
        [west, north],
        [right, north],
        [right, south],
        [west, south],
      ],
    ],
  ];
}

function isLonLat([lon = Number.NaN, lat = Number.NaN]: readonly number[]): boolean {
  return Math.abs(lon) <= 540 && Math.abs(lat) <= 90;
}

function notLonLat(what: string): RasterError {
  return new RasterError(`${what} has coordinates that are no longitudes and latitudes in degrees.`);
}

/** GDAL's `.aux.xml`: where the pixels are, and in which reference system. */
export function readAuxXml(text: string): { affine?: Affine | undefined; reference?: string | undefined } {
  const figures = contentOf(text, 'GeoTransform');
  const reference = contentOf(text, 'SRS');
  const affine = figures?.split(',').map(Number);
  return {
    affine: affine === undefined ? undefined : affineOfSix(affine),
    reference: reference
      ?.replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  };
}

/** Of the first element of this name, whatever its attributes. */
function contentOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}`);
  const end = xml.indexOf(`</${name}>`, start);
  const from = xml.indexOf('>', start) + 1;
  return start < 0 || end < from ? undefined : xml.slice(from, end);
}

/** Six lines: sizes and rotations, then the middle of the upper left pixel. */
export function readWorldFile(text: string): Affine {
  const [b = 0, e = 0, c = 0, f = 0, x = 0, y = 0] = affineOfSix(text.trim().split(/\s+/u).map(Number));
  return [x - (b + c) / 2, b, c, y - (e + f) / 2, e, f];
}

function affineOfSix(figures: number[]): Affine {
  const [a, b, c, d, e, f] = figures;
  if (figures.length !== 6 || !figures.every(Number.isFinite)) {
    throw new RasterError('The georeference beside it has not six numbers.');
  }
  return [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f ?? 0];
}
