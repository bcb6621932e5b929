import type { Coefficients } from './coefficients.ts';
import type { Passes, PassedPlan, Source } from './preprocessor.ts';
import { RESAMPLE } from './resample-module.ts';

interface Exports {
  readonly __heap_base: WebAssembly.Global;
  horizontal(from: number, rows: number, stride: number, pixelBytes: number, starts: number, counts: number, weights: number, taps: number, crop: number, out: number): void;
  vertical(rows: number, starts: number, counts: number, weights: number, taps: number, crop: number, mirrored: number, table: number, line: number, out: number): void;
}

const PAGE = 65536;
/** Bytes of source rows that are copied at a time: they stay in the nearest cache but one. */
const STRIP = 1 << 18;
/** Bytes behind each part that vectors may touch. */
const MARGIN = 16;

/** Where things lie in the module's memory, one behind the other. */
class Layout {
  constructor(public end: number) {}

  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil((bytes + MARGIN) / MARGIN) * MARGIN;
    return at;
  }
}

/**
 * A preprocessor's two passes in WebAssembly SIMD (resample.c), bit for bit as in JavaScript, but quicker. Its memory holds the crop's rows and
 * grows with the largest picture.
 */
export class SimdPasses implements Passes {
  readonly #memory = new WebAssembly.Memory({ initial: 16, maximum: 8192 });
  readonly #code: Exports;

  /** @throws where there is no WebAssembly SIMD, or code may not be compiled */
  constructor() {
    const bytes = Uint8Array.from(atob(RESAMPLE), (letter) => letter.charCodeAt(0));
    this.#code = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: this.#memory } }).exports as unknown as Exports;
  }

  #put(at: number, numbers: Int32Array | Float32Array): number {
    new Uint8Array(this.#memory.buffer, at, numbers.byteLength).set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    return at;
  }

  #putAxis({ starts, counts, weights }: Coefficients, first: number, [startsAt, countsAt, weightsAt]: readonly [number, number, number]): void {
    this.#put(startsAt, starts.map((start) => start - first));
    this.#put(countsAt, counts);
    this.#put(weightsAt, weights);
  }

  run({ horizontal, vertical, region }: PassedPlan, { pixels, available, stride, pixelBytes }: Source, crop: number, table: Float32Array, out: Float32Array, mirrored: boolean): void {
    const rowBytes = region.width * pixelBytes;
    const stripRows = Math.min(region.height, Math.max(1, Math.floor(STRIP / rowBytes)));
    const layout = new Layout(Number(this.#code.__heap_base.value));
    const takeAxis = ({ starts, counts, weights }: Coefficients): readonly [number, number, number] =>
      [layout.take(starts.byteLength), layout.take(counts.byteLength), layout.take(weights.byteLength)];
    const [across, down] = [takeAxis(horizontal), takeAxis(vertical)];
    const [tableAt, lineAt, planes, strip] = [table.byteLength, 3 * crop, 12 * crop * crop, stripRows * rowBytes].map((bytes) => layout.take(bytes));
    const rows = layout.take(3 * crop * region.height);
    const missing = layout.end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#putAxis(horizontal, region.x, across);
    this.#putAxis(vertical, region.y, down);
    this.#put(tableAt, table);
    const memory = new Uint8Array(this.#memory.buffer);
    const begin = (region.y - available.y) * stride + (region.x - available.x) * pixelBytes;
    for (let y = 0; y < region.height; y += stripRows) {
      const count = Math.min(stripRows, region.height - y);
      for (let i = 0; i < count; i++) {
        const from = begin + (y + i) * stride;
        memory.set(pixels.subarray(from, from + rowBytes), strip + i * rowBytes);
      }
      this.#code.horizontal(strip, count, rowBytes, pixelBytes, ...across, horizontal.taps, crop, rows + 3 * crop * y);
    }
    this.#code.vertical(rows, ...down, vertical.taps, crop, Number(mirrored), tableAt, lineAt, planes);
    out.set(new Float32Array(this.#memory.buffer, planes, 3 * crop * crop));
  }
}
