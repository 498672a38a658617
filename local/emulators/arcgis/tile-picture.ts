import { crc32, deflateSync } from 'node:zlib';

const PIXELS = 256;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PALETTE_COLOUR = 3;
/** Seconds that follow each other lie far apart on the circle of hues: the golden angle. */
const DEGREES_A_SECOND = 137.508;

const pictures = new Map<number, Buffer>();

/** What a tile looks like, as a PNG: a colour for the second in which it was made, so that its age shows, and an edge. */
export function tilePicture(madeAt: number): Buffer {
  const second = Math.floor(madeAt / 1000);
  const known = pictures.get(second) ?? png(colour((second * DEGREES_A_SECOND) % 360));
  pictures.set(second, known);
  return known;
}

/** A pixel is a byte: 0 the colour, 1 the edge. */
function png(rgb: readonly number[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PIXELS, 0);
  header.writeUInt32BE(PIXELS, 4);
  header.set([8, PALETTE_COLOUR, 0, 0, 0], 8);
  const rows = Buffer.alloc((PIXELS + 1) * PIXELS);
  rows.fill(1, 1, PIXELS + 1);
  // The first byte of a row is its filter: none.
  for (let row = 1; row < PIXELS; row += 1) rows[row * (PIXELS + 1) + 1] = 1;
  const palette = Buffer.from([...rgb, 255, 255, 255]);
  const chunks = [chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows))];
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, check]);
}

/** Red, green and blue of a hue, half light and half saturated. */
function colour(hue: number): number[] {
  return [0, 8, 4].map((offset) => {
    const part = (offset + hue / 30) % 12;
    return Math.round(255 * (0.5 - 0.25 * Math.max(-1, Math.min(part - 3, 9 - part, 1))));
  });
}
