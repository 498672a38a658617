import { type Area, areaBounds, areaTouches, type Extent } from './geometry.ts';

/** One cached scale. */
export interface Lod {
  level: number;
  resolution: number;
  scale: number;
}

/** How a service's map is cut into tiles. */
export interface TileScheme {
  lods: Lod[];
}

/** A place in the scheme. */
export interface TileAddress {
  level: number;
  row: number;
  col: number;
}

const TILE_PIXELS = 256;
const DPI = 96;
const WORLD_EDGE_METRES = 20_037_508.342_787;
const LEVEL_0_RESOLUTION = 156_543.033_928;
const WEB_MERCATOR_SCALES = [591657527.591555, 295828763.795777, 147914381.897889, 73957190.948944, 36978595.474472];

/** The reference that every map of the emulator has. */
export const WEB_MERCATOR = { wkid: 102100, latestWkid: 3857 };

/** The whole scheme's extent. */
export const WORLD: Extent = {
  xmin: -WORLD_EDGE_METRES,
  ymin: -WORLD_EDGE_METRES,
  xmax: WORLD_EDGE_METRES,
  ymax: WORLD_EDGE_METRES,
};

/** The common Web Mercator scheme with its first levels. */
export function webMercatorScheme(): TileScheme {
  const lods = WEB_MERCATOR_SCALES.map((scale, level) => ({
    level,
    resolution: LEVEL_0_RESOLUTION / 2 ** level,
    scale,
  }));
  return { lods };
}

/** The `tileInfo` of a service's JSON. */
export function tileInfo({ lods }: TileScheme): object {
  return {
    rows: TILE_PIXELS,
    cols: TILE_PIXELS,
    dpi: DPI,
    format: 'PNG',
    compressionQuality: 0,
    origin: { x: WORLD.xmin, y: WORLD.ymax },
    spatialReference: WEB_MERCATOR,
    lods,
  };
}

/** Every tile of a level that touches an area, row by row. */
export function tilesTouching(area: Area, lod: Lod): TileAddress[] {
  const tiles = new Map(
    area.flatMap((polygon) => tilesOfPolygon([polygon], lod)).map((tile) => [`${tile.row} ${tile.col}`, tile]),
  );
  return [...tiles.values()].sort((one, other) => one.row - other.row || one.col - other.col);
}

function tilesOfPolygon(polygon: Area, lod: Lod): TileAddress[] {
  const size = tileMetres(lod);
  const last = lastTile(lod);
  const inGrid = (value: number) => Math.max(0, Math.min(last, Math.floor(value)));
  const bounds = areaBounds(polygon);
  const tiles: TileAddress[] = [];
  const lastRow = inGrid((WORLD.ymax - bounds.ymin) / size);
  const lastCol = inGrid((bounds.xmax - WORLD.xmin) / size);
  for (let row = inGrid((WORLD.ymax - bounds.ymax) / size); row <= lastRow; row += 1) {
    for (let col = inGrid((bounds.xmin - WORLD.xmin) / size); col <= lastCol; col += 1) {
      if (areaTouches(polygon, tileExtent(lod, row, col))) tiles.push({ level: lod.level, row, col });
    }
  }
  return tiles;
}

/** The tiles that are drawn with these: the whole squares of so many pixels that hold them. */
export function withSupertiles(tiles: readonly TileAddress[], lod: Lod, pixels: number): TileAddress[] {
  const size = pixels / TILE_PIXELS;
  if (size === 1) return [...tiles];
  const last = lastTile(lod);
  const corners = new Map(
    tiles.map(
      ({ row, col }) =>
        [`${Math.floor(row / size)}/${Math.floor(col / size)}`, [row - (row % size), col - (col % size)]] as const,
    ),
  );
  const within = (from: number) => Array.from({ length: Math.min(size, last + 1 - from) }, (_, index) => from + index);
  return [...corners.values()].flatMap(([top = 0, left = 0]) =>
    within(top).flatMap((row) => within(left).map((col) => ({ level: lod.level, row, col }))),
  );
}

/** The number of the last row, and of the last column. */
function lastTile(lod: Lod): number {
  return Math.ceil((WORLD_EDGE_METRES * 2) / tileMetres(lod) - 1e-6) - 1;
}

function tileMetres({ resolution }: Lod): number {
  return resolution * TILE_PIXELS;
}

/** In map units. */
export function tileExtent(lod: Lod, row: number, col: number): Extent {
  const size = tileMetres(lod);
  const xmin = WORLD.xmin + col * size;
  const ymax = WORLD.ymax - row * size;
  return { xmin, ymin: ymax - size, xmax: xmin + size, ymax };
}
