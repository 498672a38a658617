import type { TileAddress } from './tile-scheme.ts';

/** A tile that exists, and since when (epoch ms). */
export interface StoredTile extends TileAddress {
  madeAt: number;
}

/** The caches of all services: which tile exists and when it was made. */
export class TileStore {
  readonly #caches = new Map<string, Map<string, StoredTile>>();
  readonly #beforeReading: () => void;

  /** @param beforeReading - lets running jobs write what they should have written by now. */
  constructor(beforeReading: () => void = () => {}) {
    this.#beforeReading = beforeReading;
  }

  /** Every tile of a service (`Folder/Name.Type`), in the scheme's order. */
  list(service: string): StoredTile[] {
    this.#beforeReading();
    const tiles = [...this.#cache(service).values()];
    return tiles.sort((a, b) => a.level - b.level || a.row - b.row || a.col - b.col);
  }

  /** One tile, if it exists. */
  get(service: string, { level, row, col }: TileAddress): StoredTile | undefined {
    this.#beforeReading();
    return this.peek(service, { level, row, col });
  }

  /** The same for jobs themselves, which must not set each other off. */
  peek(service: string, tile: TileAddress): StoredTile | undefined {
    return this.#cache(service).get(keyOf(tile));
  }

  /** Writes or renews a tile. */
  put(service: string, { level, row, col }: TileAddress, madeAt: number): void {
    this.#cache(service).set(keyOf({ level, row, col }), { level, row, col, madeAt });
  }

  /** Removes a tile. */
  remove(service: string, tile: TileAddress): void {
    this.#cache(service).delete(keyOf(tile));
  }

  /** Every address that holds a tile, for jobs. */
  addresses(service: string): TileAddress[] {
    return [...this.#cache(service).values()];
  }

  #cache(service: string): Map<string, StoredTile> {
    const cache = this.#caches.get(service) ?? new Map<string, StoredTile>();
    this.#caches.set(service, cache);
    return cache;
  }
}

function keyOf({ level, row, col }: TileAddress): string {
  return `${level}/${row}/${col}`;
}
