import { RasterError } from './raster-error.ts';

/** Where objects are read from: S3, or a folder. Both answer undefined for an object that is not there. */
export interface ObjectSource {
  /** At most `length` bytes from `offset`; fewer at the end of the object, none beyond it. */
  read(key: string, offset: number, length: number): Promise<ObjectPart | undefined>;
}

export interface ObjectPart {
  bytes: Uint8Array;
  /** The object's own, where the source has such. */
  metadata?: Record<string, string> | undefined;
}

const BLOCK_BYTES = 16 * 1024;
const MAX_READS = 32;
const MAX_BYTES = 1024 * 1024;

/** Reads the objects of one raster in blocks, each block once, and no more than a raster may cost. */
export class Reader {
  reads = 0;
  bytes = 0;
  readonly #source: ObjectSource;
  readonly #blocks = new Map<string, ObjectPart | undefined>();

  constructor(source: ObjectSource) {
    this.#source = source;
  }

  /** The bytes from `offset` on; undefined where the object is not there or ends before. */
  async part(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
    if (last - first >= MAX_READS) throw new RasterError('It says of itself that it is larger than any header is.');
    const blocks: Uint8Array[] = [];
    for (let block = first; block <= last; block += 1) {
      const bytes = (await this.#block(key, block))?.bytes;
      if (bytes === undefined) return undefined;
      blocks.push(bytes);
    }
    const start = offset - first * BLOCK_BYTES;
    const part = Buffer.concat(blocks).subarray(start, start + length);
    return part.length === length ? part : undefined;
  }

  /** A small object as a whole; undefined where it is not there. */
  async text(key: string): Promise<string | undefined> {
    const blocks: Uint8Array[] = [];
    for (let block = 0; block < MAX_READS; block += 1) {
      const bytes = (await this.#block(key, block))?.bytes;
      if (bytes === undefined) return undefined;
      blocks.push(bytes);
      if (bytes.length < BLOCK_BYTES) break;
    }
    return Buffer.concat(blocks).toString('utf8');
  }

  /** What S3 keeps beside an object; undefined where it is not there. */
  async metadata(key: string): Promise<Record<string, string> | undefined> {
    const block = await this.#block(key, 0);
    return block === undefined ? undefined : (block.metadata ?? {});
  }

  async #block(key: string, block: number): Promise<ObjectPart | undefined> {
    const name = `${block} ${key}`;
    if (this.#blocks.has(name)) return this.#blocks.get(name);
    if (this.reads >= MAX_READS || this.bytes + BLOCK_BYTES > MAX_BYTES) {
      throw new RasterError(`Where it lies was not found within ${MAX_READS} reads and 1 MiB.`);
    }
    this.reads += 1;
    const part = await this.#source.read(key, block * BLOCK_BYTES, BLOCK_BYTES);
    this.bytes += part?.bytes.length ?? 0;
    this.#blocks.set(name, part);
    return part;
  }
}
