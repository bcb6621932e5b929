/** A way of writing a BMP file that programs use. */
export interface BmpKind {
  /** Length of the information header: 12 (OS/2), 40, 108 (V4) or 124 (V5). */
  readonly header?: 12 | 40 | 108 | 124;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly topDown?: boolean;
  /** Of red, green, blue and alpha: written as BITFIELDS. */
  readonly masks?: readonly [number, number, number, number];
  /** 8 bits a pixel, run-length coded. */
  readonly runs?: boolean;
}

/** A colour of 8 bits within a mask. */
const within = (value: number, mask: number): number => (mask === 0 ? 0 : (Math.round((value * (mask >>> (31 - Math.clz32(mask & -mask)))) / 255) << (31 - Math.clz32(mask & -mask))) >>> 0);

/** Runs of 8 bits: those of two and more, single ones, and a row's end by itself. */
function runsOf(row: Uint8Array): number[] {
  const coded: number[] = [];
  for (let x = 0; x < row.length; ) {
    let end = x + 1;
    while (end < row.length && row[end] === row[x] && end - x < 255) end++;
    coded.push(end - x, row[x]);
    x = end;
  }
  return [...coded, 0, 0];
}

/** Writes RGBA as a BMP file; with 8 bits a pixel and fewer, brightness picks one of the palette's colours. */
export function encodeBmp(rgba: Uint8Array, width: number, height: number, { header = 40, bits, topDown = false, masks, runs = false }: BmpKind): Buffer {
  const entries = bits <= 8 ? 1 << bits : 0;
  const palette = Array.from({ length: entries }, (_, i) => [(i * 37) & 255, (i * 255) / Math.max(1, entries - 1), 255 - ((i * 91) & 255)].map(Math.floor));
  const [r, g, b, a] = masks ?? (bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, bits === 32 ? 0xff000000 : 0]);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(rowBytes);
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      if (bits <= 8) {
        const index = (rgba[from + 1] * entries) >> 8;
        row[(x * bits) >> 3] |= index << (8 - bits - ((x * bits) & 7));
        continue;
      }
      const pixel = (within(rgba[from], r) | within(rgba[from + 1], g) | within(rgba[from + 2], b) | within(rgba[from + 3], a)) >>> 0;
      row.writeUIntLE(bits === 24 ? pixel & 0xffffff : pixel, (x * bits) / 8, bits / 8);
    }
    return row;
  });
  if (!topDown) rows.reverse();
  const pixels = runs ? Buffer.from([...rows.flatMap((row) => runsOf(row.subarray(0, width))), 0, 1]) : Buffer.concat(rows);
  const info = Buffer.alloc(header);
  info.writeUInt32LE(header, 0);
  if (header === 12) [width, height, 1, bits].forEach((value, i) => info.writeUInt16LE(value, 4 + 2 * i));
  else {
    info.writeInt32LE(width, 4);
    info.writeInt32LE(topDown ? -height : height, 8);
    info.writeUInt16LE(1, 12);
    info.writeUInt16LE(bits, 14);
    info.writeUInt32LE(runs ? 1 : masks ? 3 : 0, 16);
    if (masks && header > 40) masks.forEach((mask, i) => info.writeUInt32LE(mask, 40 + 4 * i));
  }
  const behind = masks && header === 40 ? Buffer.from(new Uint32Array(masks.slice(0, 3)).buffer) : Buffer.alloc(0);
  const colours = Buffer.from(palette.flatMap(([red, green, blue]) => [blue, green, red, ...(header === 12 ? [] : [0])]));
  const offset = 14 + header + behind.length + colours.length;
  const head = Buffer.alloc(14);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(offset + pixels.length, 2);
  head.writeUInt32LE(offset, 10);
  return Buffer.concat([head, info, behind, colours, pixels]);
}
