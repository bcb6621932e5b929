import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import makeDecoder, { type AVIFModule } from '@jsquash/avif/codec/dec/avif_dec.js';
import { Problem } from '../problem';
import type { AvifLayout, Crop } from './layout';

const MIB = 2 ** 20;
/** Memory of a decoder beside its picture's. */
const BASE_BYTES = 64 * MIB;
/** Of the picture's planes (16 bits and three of them at the most), the frames that they are made of, and RGBA. */
const BYTES_PER_PIXEL = 40;
const PAGE = 64 * 1024;

/** RGBA, row after row. */
export interface Rgba {
  readonly pixels: Uint8Array;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

let compiled: WebAssembly.Module | undefined;

/** A file may say that it is small and hold a picture that is not: its decoder gets no more memory than it said. */
function bound(memory: WebAssembly.Memory, most: number): void {
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE > most) throw new RangeError('The picture needs more memory than its size does.');
    return WebAssembly.Memory.prototype.grow.call(memory, pages);
  };
}

/**
 * A decoder for one picture: what a damaged one leaves in its memory must not reach the next one's.
 * @param most bytes that its memory may grow to
 */
async function start(most: number): Promise<AVIFModule> {
  const code = (compiled ??= new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@jsquash/avif/codec/dec/avif_dec.wasm'))));
  // The package's types of the factory lead nowhere.
  const factory = makeDecoder as (options: object) => Promise<AVIFModule>;
  return factory({
    noInitialRun: true,
    instantiateWasm: (imports: WebAssembly.Imports, done: (made: WebAssembly.Instance) => void): WebAssembly.Exports => {
      const instance = new WebAssembly.Instance(code, imports);
      const memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory);
      if (!memory) throw new Error('The AVIF decoder has no memory.');
      bound(memory, most);
      done(instance);
      return instance.exports;
    },
  });
}

/** Cuts, turns and mirrors in one pass. */
function upright({ pixels, width, height }: Rgba, { left, top, ...size }: Crop, { turns, mirror }: AvifLayout): Rgba {
  const [wide, high] = turns % 2 === 0 ? [size.width, size.height] : [size.height, size.width];
  const from = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  const to = new Uint32Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const [a, b] = [mirror === 'left-right' ? wide - 1 - x : x, mirror === 'top-bottom' ? high - 1 - y : y];
      const column = [a, size.width - 1 - b, size.width - 1 - a, b][turns];
      const row = [b, a, size.height - 1 - b, size.height - 1 - a][turns];
      to[y * wide + x] = from[(top + row) * width + left + column];
    }
  }
  return { pixels: new Uint8Array(to.buffer), width: wide, height: high };
}

/**
 * Decodes an AVIF file by libavif, as browsers do: libheif, which libvips has, reads no sequences, takes limited grey for full, and
 * enlarges colour planes of half size with the nearest value.
 * @throws Problem `picture-corrupt`
 */
export async function decodeAvif(bytes: Uint8Array, layout: AvifLayout): Promise<Rgba> {
  const decoder = await start(BASE_BYTES + BYTES_PER_PIXEL * layout.width * layout.height);
  let decoded: ReturnType<AVIFModule['decode']> | undefined;
  try {
    decoded = decoder.decode(bytes as Uint8Array<ArrayBuffer>, 8);
  } catch {
    // Its code has stopped where it must not.
  }
  if (!decoded) throw new Problem('picture-corrupt', 'The picture cannot be decoded: its data is damaged or ends too early.');
  const { data, width, height } = decoded;
  const image = { pixels: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
  const { crop, turns, mirror } = layout;
  return crop || turns > 0 || mirror ? upright(image, crop ?? { left: 0, top: 0, width, height }, layout) : image;
}
