import type { ConvolutionShape } from '../../../src/domain/resnet18/folded';
import { Arena } from '../../../src/worker/engine/simd/arena';
import { STAGES } from '../../../src/worker/engine/simd/plan';

/** Bytes of `Layer` in tools/kernels/int8/int8.c. */
const LAYER_BYTES = 19 * 4;
/** Bytes of input that a few rows of output may read: most of a first cache. */
const CACHE_BYTES = 24 * 1024;
const TOP = 127;

interface Int8Kernels {
  convolve(layer: number): void;
}

/** Integers of one convolution, with the numbers that they are steps of. */
interface Values {
  /** [ic][inSide][inSide], 0 to 127. */
  readonly input: Uint8Array;
  /** [oc][ic][taps][taps], -127 to 127. */
  readonly weights: Int8Array;
  /** [oc], in steps of the output. */
  readonly scales: Float32Array;
  readonly bias: Float32Array;
  /** [oc][side][side], or undefined. */
  readonly residual: Uint8Array | undefined;
  readonly zero: number;
  readonly residualScale: number;
}

/** The same numbers each time, from 0 to 1. */
function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function valuesOf(c: ConvolutionShape, inSide: number, side: number, residual: boolean): Values {
  const next = randoms(c.inChannels + c.kernel);
  const { inChannels: ic, outChannels: oc, kernel } = c;
  const weights = Int8Array.from({ length: oc * ic * kernel ** 2 }, () => Math.round((next() * 2 - 1) * 127));
  // Half of the activations behind a ReLU are zero.
  const activation = (): number => Math.max(0, Math.round((next() * 2 - 1) * TOP));
  return {
    weights,
    input: Uint8Array.from({ length: ic * inSide ** 2 }, activation),
    scales: Float32Array.from({ length: oc }, () => (0.5 + next()) / (60 * Math.sqrt(ic * kernel ** 2) * 20)),
    bias: Float32Array.from({ length: oc }, () => next() * 40 - 10),
    residual: residual ? Uint8Array.from({ length: oc * side ** 2 }, activation) : undefined,
    zero: kernel === 1 ? 64 : 0,
    residualScale: 0.5,
  };
}

/** One convolution in integers, in memory of its own. */
export class Int8Layer {
  readonly side: number;
  readonly inSide: number;
  readonly #values: Values;
  readonly #kernels: Int8Kernels;
  readonly #bytes: Uint8Array;
  readonly #at: { readonly layer: number; readonly input: number; readonly out: number; readonly outPlane: number };

  constructor(module: WebAssembly.Module, readonly shape: ConvolutionShape, residual: boolean) {
    const { inChannels: ic, outChannels: oc, kernel, stride } = shape;
    this.side = STAGES.find((s) => s.channels === oc)?.side ?? 0;
    this.inSide = this.side * stride;
    const values = valuesOf(shape, this.inSide, this.side, residual);
    this.#values = values;
    const arena = new Arena(2 ** 20);
    const bytes = (count: number): number => arena.floats(Math.ceil(count / 4));
    const [inRow, outRow] = [(this.inSide + 2) * 16, (this.side + 2) * 16];
    const [inPlane, outPlane] = [inRow * (this.inSide + 2), outRow * (this.side + 2)];
    const [layer, weights, scales, bias] = [bytes(LAYER_BYTES), bytes(values.weights.length), bytes(oc * 4), bytes(oc * 4)];
    const [input, out, rest] = [bytes((ic / 16) * inPlane), bytes((oc / 16) * outPlane), bytes((oc / 16) * outPlane)];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(arena.end / 65536), maximum: 8192 });
    this.#kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Int8Kernels;
    this.#bytes = new Uint8Array(memory.buffer);
    const floats = new Float32Array(memory.buffer);
    floats.set(values.scales, scales / 4);
    floats.set(values.bias, bias / 4);
    const rows = Math.max(1, Math.floor(CACHE_BYTES / ((ic / 16) * inRow * stride)) - kernel);
    const fixed = [
      input, out, residual ? rest : 0, weights, scales, bias, inRow, inPlane, outRow, outPlane, ic, oc, this.side, stride, kernel, Math.min(rows, this.side),
    ];
    new Int32Array(memory.buffer).set(fixed, layer / 4);
    floats[layer / 4 + fixed.length] = values.zero;
    // The structure ends with two further floats; the residual's zero is 0.
    floats[layer / 4 + fixed.length + 1] = values.residualScale;
    floats[layer / 4 + fixed.length + 2] = 0;
    this.#at = { layer, input, out, outPlane };
    values.weights.forEach((value, i) => {
      const [tap, c, o] = [i % kernel ** 2, Math.floor(i / kernel ** 2) % ic, Math.floor(i / kernel ** 2 / ic)];
      this.#bytes[weights + (o >> 3) * kernel ** 2 * ic * 8 + tap * ic * 8 + (c >> 2) * 32 + (o & 7) * 4 + (c & 3)] = value;
    });
    values.residual?.forEach((value, i) => (this.#bytes[this.#place(rest, outPlane, this.side, i)] = value));
  }

  /** Writes the input anew, as the layer before would just have done, and convolves. @returns milliseconds without the writing */
  run(): number {
    const plane = (this.inSide + 2) ** 2 * 16;
    this.#values.input.forEach((value, i) => (this.#bytes[this.#place(this.#at.input, plane, this.inSide, i)] = value));
    const started = performance.now();
    this.#kernels.convolve(this.#at.layer);
    return performance.now() - started;
  }

  /** Compares the last run with the convolution by its definition. @returns how many values are off by one step; more is an error */
  check(): number {
    const { input, weights, scales, bias, residual, zero, residualScale } = this.#values;
    const { inChannels: ic, kernel, stride, padding } = this.shape;
    const { side, inSide } = this;
    let off = 0;
    for (let i = 0; i < scales.length * side ** 2; i++) {
      const [x, y, o] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
      let sum = 0;
      for (let c = 0; c < ic; c++) {
        for (let t = 0; t < kernel ** 2; t++) {
          const [iy, ix] = [y * stride + Math.floor(t / kernel) - padding, x * stride + (t % kernel) - padding];
          if (iy >= 0 && iy < inSide && ix >= 0 && ix < inSide) sum += weights[(o * ic + c) * kernel ** 2 + t] * input[(c * inSide + iy) * inSide + ix];
        }
      }
      const value = sum * scales[o] + bias[o] + zero + (residual ? residual[i] * residualScale : 0);
      const wanted = Math.floor(Math.min(TOP, Math.max(0, value)) + 0.5);
      const difference = Math.abs(this.#bytes[this.#place(this.#at.out, this.#at.outPlane, side, i)] - wanted);
      if (difference > 1) throw new Error(`${this.shape.name} in integers is off by ${difference} at ${o}, ${y}, ${x}.`);
      off += difference;
    }
    return off / (scales.length * side ** 2);
  }

  #place(address: number, plane: number, side: number, i: number): number {
    const [x, y, c] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
    return address + (c >> 4) * plane + ((y + 1) * (side + 2) + x + 1) * 16 + (c & 15);
  }
}
