import proj4 from 'proj4';
import { RasterError } from './raster-error.ts';

/** From x and y to longitude and latitude in degrees, and back. */
export interface Projection {
  /** As the file names it, or what it is equal to. */
  crs: string;
  /** Whether x and y are a longitude and a latitude already, perhaps of another datum. */
  isDegrees: boolean;
  toLonLat(point: readonly number[]): Point;
  fromLonLat(point: readonly number[]): Point;
}

export type Point = [x: number, y: number];

const WGS84 = 'EPSG:4326';

/** By a code (`EPSG:25832`), or by a definition as Esri's `.prj` files and GDAL's `.aux.xml` write it. */
export async function projectionOf(reference: string): Promise<Projection> {
  if (reference === WGS84) return { crs: WGS84, isDegrees: true, toLonLat: pointOf, fromLonLat: pointOf };
  const definition = await definitionOf(reference.trim());
  const { converter, name, isDegrees } = converterOf(definition, reference);
  return {
    crs: name,
    isDegrees,
    toLonLat: (point) => pointOf(converter.forward([...point])),
    fromLonLat: (point) => pointOf(converter.inverse([...point])),
  };
}

function converterOf(definition: string, reference: string) {
  try {
    // proj4 throws texts, and what it cannot read may fail only when it is used.
    const { projName } = Object(proj4.Proj(definition));
    const isDegrees = projName === 'longlat';
    return { converter: proj4(definition, WGS84), name: nameOf(definition, reference), isDegrees };
  } catch {
    throw new RasterError(`Its reference system is not known: ${shortened(reference)}.`);
  }
}

async function definitionOf(reference: string): Promise<string> {
  const [, code] = /^EPSG:(\d+)$/iu.exec(reference) ?? [];
  if (code === undefined || isBuiltIn(code)) return reference;
  // 5,434 of them: read only for a code that proj4 does not know by itself.
  const { default: definitions } = await import('proj4-list');
  const [, definition] = definitions[`EPSG:${code}`] ?? [];
  if (definition === undefined) throw new RasterError(`Its reference system is not known: EPSG:${code}.`);
  return definition;
}

function isBuiltIn(code: string): boolean {
  return proj4.defs(`EPSG:${code}`) !== undefined;
}

/** What a definition as text is equal to, where that is told or plain; else its own name. */
function nameOf(definition: string, reference: string): string {
  if (/^EPSG:\d+$/iu.test(reference.trim())) return reference.trim().toUpperCase();
  if (/Mercator_Auxiliary_Sphere|Popular Visualisation Pseudo/u.test(definition)) return 'EPSG:3857';
  const [, zone, side] = /WGS[_ ](?:19)?84[_ /]+UTM[_ ]Zone[_ ](\d{1,2})([NS])/iu.exec(definition) ?? [];
  if (zone !== undefined) return `EPSG:${side?.toUpperCase() === 'N' ? 326 : 327}${zone.padStart(2, '0')}`;
  const authorities = [...definition.matchAll(/(?:AUTHORITY|ID)\["EPSG",\s*"?(\d+)"?\]\s*\]\s*$/giu)];
  return authorities.length > 0
    ? `EPSG:${authorities.at(-1)?.[1]}`
    : shortened(/"([^"]+)"/u.exec(definition)?.[1] ?? definition);
}

function pointOf([x = Number.NaN, y = Number.NaN]: readonly number[]): Point {
  return [x, y];
}

function shortened(text: string): string {
  return text.replace(/\s+/gu, ' ').slice(0, 80);
}
