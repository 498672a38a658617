import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

const VERSION = 20;
const UNIX = 3 << 8;
const UTF8 = 0x0800;
const DEFLATE = 8;
/** 1 January 1980: the same files make the same archive, whenever they are packed. */
const DATE = 0x0021;
/** A file that everybody may read, as Lambda needs it. */
const MODE = 0o100644 * 2 ** 16;

/** A ZIP archive ("APPNOTE.TXT - .ZIP File Format Specification", 6.3.10) of small files. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const path = Buffer.from(name);
    const data = deflateRawSync(content, { level: 9 });
    const common = commonHeader(path, content, data);
    const local = Buffer.concat([uint32(0x04034b50), common, path, data]);
    // No comment, on the first disk, a binary file.
    const attributes = Buffer.concat([uint16(0, 0, 0), uint32(MODE, offset)]);
    directory.push(Buffer.concat([uint32(0x02014b50), uint16(UNIX | VERSION), common, attributes, path]));
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = [uint32(0x06054b50), uint16(0, 0, entries.length, entries.length), uint32(size, offset), uint16(0)];
  return Buffer.concat([...parts, ...directory, ...end]);
}

function commonHeader(path: Buffer, content: Buffer, data: Buffer): Buffer {
  return Buffer.concat([
    uint16(VERSION, UTF8, DEFLATE, 0, DATE),
    uint32(crc32(content), data.length, content.length),
    uint16(path.length, 0),
  ]);
}

function uint16(...numbers: number[]): Buffer {
  return Buffer.concat(numbers.map((number) => Buffer.from([number & 0xff, number >>> 8])));
}

function uint32(...numbers: number[]): Buffer {
  return Buffer.concat(
    numbers.map((number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(number >>> 0);
      return bytes;
    }),
  );
}
