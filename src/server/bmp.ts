import { Problem } from './problem';

/** What a BMP file's header says, as browsers read it. */
export interface BmpHeader {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Whether the first row of the file is the first of the picture, not the last. */
  readonly topDown: boolean;
  /** Bits of a pixel in the file: 1, 4, 8, 16, 24 or 32. */
  readonly bits: number;
  /** Whether 8 or 4 bits a pixel are run-length coded. */
  readonly runs: boolean;
  /** Of red, green, blue and alpha, in pixels of 16 bits and more. */
  readonly masks: readonly [number, number, number, number];
  /** RGB of each palette entry, one after another. */
  readonly palette: Uint8Array;
  /** Bytes from the file's start to its pixels. */
  readonly offset: number;
}

/** Compression of the file (Windows' wingdi.h). */
const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHABITFIELDS = 6;

const FILE_HEADER = 14;
/** Length of OS/2's first information header, whose sizes have 16 bits. */
const CORE_HEADER = 12;
/** From this length on the header holds the masks. */
const V4_HEADER = 108;
const HEADERS = [CORE_HEADER, 40, 52, 56, V4_HEADER, 124];
/** Bits of a pixel that each compression may have. */
const BITS: Readonly<Record<number, readonly number[]>> = { [RGB]: [1, 4, 8, 16, 24, 32], [RLE8]: [8], [RLE4]: [4], [BITFIELDS]: [16, 32], [ALPHABITFIELDS]: [16, 32] };

const corrupt = (words: string): Problem => new Problem('picture-corrupt', `The picture's header cannot be read: ${words}.`);
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function masksOf(view: DataView, at: number, size: number, bits: number, compression: number): [number, number, number, number] {
  if (compression !== BITFIELDS && compression !== ALPHABITFIELDS) return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  // Behind a header of 40 bytes, within all longer ones: the same place. Alpha is read where the header, or the compression, has it.
  const hasAlpha = compression === ALPHABITFIELDS || size >= V4_HEADER;
  const count = hasAlpha ? 4 : 3;
  if (at + 4 * count > view.byteLength) throw corrupt('it ends too early');
  const [red, green, blue, alpha = 0] = Array.from({ length: count }, (_, i) => view.getUint32(at + 4 * i, true));
  return [red, green, blue, alpha];
}

function paletteOf(bytes: Uint8Array, at: number, entries: number, entryBytes: number): Uint8Array {
  if (at + entries * entryBytes > bytes.length) throw corrupt('its palette ends too early');
  const palette = new Uint8Array(entries * 3);
  // Blue comes first.
  for (let i = 0; i < entries; i++) for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[at + i * entryBytes + 2 - c];
  return palette;
}

/**
 * Reads a BMP file's headers and palette; no pixel is looked at.
 * @throws Problem `picture-corrupt`; `unsupported-type` where it holds a JPEG or PNG picture
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = viewOf(bytes);
  if (bytes.length < FILE_HEADER + 4) throw corrupt('it ends too early');
  const size = view.getUint32(FILE_HEADER, true);
  if (!HEADERS.includes(size) && !(size >= 16 && size <= 64 && size % 2 === 0)) throw corrupt(`no BMP has an information header of ${size} bytes`);
  if (bytes.length < FILE_HEADER + size) throw corrupt('it ends too early');
  const core = size === CORE_HEADER;
  const field = (at: number, otherwise: number): number => (core || at + 4 > size ? otherwise : view.getUint32(FILE_HEADER + at, true));
  const width = core ? view.getUint16(FILE_HEADER + 4, true) : view.getInt32(FILE_HEADER + 4, true);
  const rows = core ? view.getUint16(FILE_HEADER + 6, true) : view.getInt32(FILE_HEADER + 8, true);
  const bits = view.getUint16(FILE_HEADER + (core ? 10 : 14), true);
  const compression = field(16, RGB);
  if (compression === 4 || compression === 5) throw new Problem('unsupported-type', 'The file is a BMP that holds a JPEG or PNG picture.', { next: 'Send that picture itself.' });
  if (!(BITS[compression] ?? []).includes(bits)) throw corrupt(`no BMP has ${bits} bits a pixel with compression ${compression}`);
  if (width <= 0 || rows === 0) throw corrupt(`its size is ${width} x ${rows}`);
  const extra = size === 40 && compression === BITFIELDS ? 12 : size === 40 && compression === ALPHABITFIELDS ? 16 : 0;
  const entries = bits > 8 ? 0 : Math.min(field(32, 0) || 1 << bits, 1 << bits);
  return {
    width, height: Math.abs(rows), topDown: rows < 0, bits,
    runs: compression === RLE8 || compression === RLE4,
    masks: masksOf(view, FILE_HEADER + 40, size, bits, compression),
    palette: paletteOf(bytes, FILE_HEADER + size + extra, entries, core ? 3 : 4),
    offset: view.getUint32(10, true),
  };
}

/** How a colour is taken out of a pixel's bits: 0 to 255, rounded. */
function channel(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

/** Pixels in the file's order of rows. */
class Canvas {
  readonly pixels: Uint8Array;

  constructor(private readonly header: BmpHeader) {
    this.pixels = new Uint8Array(header.width * header.height * 4);
  }

  /** Where a pixel's four bytes begin. */
  at(x: number, row: number): number {
    const { width, height, topDown } = this.header;
    return 4 * ((topDown ? row : height - 1 - row) * width + x);
  }

  /** An index behind the palette's end is black. */
  put(x: number, row: number, index: number): void {
    const { palette } = this.header;
    const to = this.at(x, row);
    for (let c = 0; c < 3; c++) this.pixels[to + c] = palette[3 * index + c] ?? 0;
    this.pixels[to + 3] = 255;
  }
}

const cut = (): Problem => new Problem('picture-corrupt', 'The picture cannot be decoded: it ends too early.');

/** Run-length coded indices (wingdi.h); what they pass over stays clear. */
function readRuns(bytes: Uint8Array, { width, height, bits, offset }: BmpHeader, canvas: Canvas): void {
  let [x, row, at] = [0, 0, offset];
  const next = (): number => {
    if (at >= bytes.length) throw cut();
    return bytes[at++];
  };
  const put = (index: number): void => {
    if (x < width && row < height) canvas.put(x, row, index);
    x++;
  };
  while (row < height) {
    const count = next();
    const code = next();
    if (count > 0) {
      // Not behind the row's end: a small file could have billions there.
      for (let i = 0; i < count && x < width; i++) put(bits === 8 ? code : i % 2 === 0 ? code >> 4 : code & 15);
    } else if (code === 0) [x, row] = [0, row + 1];
    else if (code === 1) return;
    else if (code === 2) [x, row] = [x + next(), row + next()];
    else {
      const length = bits === 8 ? code : Math.ceil(code / 2);
      for (let i = 0; i < length; i++) {
        const byte = next();
        if (bits === 8) put(byte);
        else for (const index of i === length - 1 && code % 2 === 1 ? [byte >> 4] : [byte >> 4, byte & 15]) put(index);
      }
      if (length % 2 === 1) next();
    }
  }
}

/** Indices of 1, 4 or 8 bits, the first pixel in the highest bits. */
function readIndices(bytes: Uint8Array, { width, height, bits, offset }: BmpHeader, canvas: Canvas, rowBytes: number): void {
  const each = 8 / bits;
  for (let row = 0; row < height; row++) {
    const start = offset + row * rowBytes;
    for (let x = 0; x < width; x++) canvas.put(x, row, (bytes[start + Math.floor(x / each)] >> (8 - bits * ((x % each) + 1))) & ((1 << bits) - 1));
  }
}

function readColours(bytes: Uint8Array, { width, height, bits, offset, masks }: BmpHeader, canvas: Canvas, rowBytes: number): void {
  const view = viewOf(bytes);
  const [red, green, blue, alpha] = masks.map(channel);
  const { pixels } = canvas;
  let clear = masks[3] !== 0;
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) {
      const from = offset + row * rowBytes + (x * bits) / 8;
      const pixel = bits === 16 ? view.getUint16(from, true) : bits === 24 ? view.getUint16(from, true) | (bytes[from + 2] << 16) : view.getUint32(from, true);
      const to = canvas.at(x, row);
      pixels[to] = red(pixel);
      pixels[to + 1] = green(pixel);
      pixels[to + 2] = blue(pixel);
      pixels[to + 3] = masks[3] === 0 ? 255 : alpha(pixel);
      clear &&= pixels[to + 3] === 0;
    }
  }
  // Some writers leave all alpha at zero and mean none.
  if (clear) for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255;
}

/**
 * Decodes the pixels of a BMP file, which libvips as sharp has it cannot read.
 * @returns RGBA, row after row from the top, alpha not multiplied in
 * @throws Problem `picture-corrupt`
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const canvas = new Canvas(header);
  const { width, height, bits, runs, offset } = header;
  if (runs) {
    readRuns(bytes, header, canvas);
    return canvas.pixels;
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  // Some writers leave out the bytes that fill up the last row.
  if (offset + (height - 1) * rowBytes + Math.ceil((width * bits) / 8) > bytes.length) throw cut();
  (bits <= 8 ? readIndices : readColours)(bytes, header, canvas, rowBytes);
  return canvas.pixels;
}
