import type { ConvolutionShape } from '../resnet18/folded.ts';
import type { Int8Convolution, Tail } from '../resnet18/int8.ts';
import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import type { LayerWeights, Activations } from './layers.ts';
import { floatBits, Kind, type Operator } from './operator.ts';

/** Channels that lie side by side. */
const BLOCK = 16;

/** How the convolutions that give one stage's activations are cut into pieces. */
export interface Int8Stage {
  /** Side of its activations, pixels. */
  readonly side: number;
  readonly channels: number;
  /** Rows of output, and blocks of 8 output channels, that a piece takes: with stride 1, and with stride 2. */
  readonly rows: number;
  readonly group: number;
  readonly rowsTwo: number;
  readonly groupTwo: number;
}

/** Where a convolution's weights and its tail's numbers lie. */
export interface Int8Weights extends LayerWeights {
  readonly scales: number;
}

/** Padded activations [channels / 16][side + 2][side + 2][16]; row and plane in bytes. */
export function allocateInt8Activations(arena: Arena, side: number, channels: number): Activations {
  const row = (side + 2) * BLOCK;
  const plane = row * (side + 2);
  return { address: arena.floats(((channels / BLOCK) * plane) / 4), row, plane };
}

export function allocateInt8Weights(arena: Arena, { inChannels, outChannels, kernel }: ConvolutionShape): Int8Weights {
  return {
    weights: arena.floats((outChannels * inChannels * kernel ** 2) / 4),
    scales: arena.floats(outChannels),
    bias: arena.floats(outChannels),
  };
}

/** Puts one convolution's weights and tail where the kernels read them. @param staging room for the weights as they are */
export function placeInt8Weights(kernels: Kernels, memory: ArrayBufferLike, c: Int8Convolution, tail: Tail, own: Int8Weights, staging: number): void {
  if (!kernels.prepare_int8) throw new Error('This build of the kernels has no integers.');
  new Int8Array(memory).set(c.weight, staging);
  kernels.prepare_int8(staging, own.weights, c.outChannels, c.inChannels, c.kernel ** 2);
  const floats = new Float32Array(memory);
  floats.set(tail.scales, own.scales / 4);
  floats.set(tail.bias, own.bias / 4);
}

/** One convolution from activations to activations; to float ones where the tail has no top. */
export function int8Operator(
  stage: Int8Stage, shape: ConvolutionShape, tail: Tail, own: Int8Weights, from: Activations, to: Activations, residual?: Activations, relu: 0 | 1 = 1,
): Operator {
  const [rows, group] = shape.stride === 1 ? [stage.rows, stage.group] : [stage.rowsTwo, stage.groupTwo];
  const floats = tail.top === Infinity;
  return {
    ...own, kind: floats ? Kind.int8ToFloats : Kind.int8,
    items: Math.ceil(stage.side / rows) * Math.ceil(stage.channels / 8 / group), chunk: rows, group,
    in: from.address, inRow: from.row, inPlane: from.plane, out: to.address, outRow: to.row, outPlane: to.plane,
    residual: residual?.address ?? 0, factor: floatBits(tail.factor), top: floats ? 0 : tail.top, relu,
    ic: shape.inChannels, oc: shape.outChannels, width: stage.side, height: stage.side, taps: shape.kernel, stride: shape.stride,
  };
}

/** Copies int8 activations to plain [channels, side, side]. */
export function unpackInt8(bytes: Uint8Array, from: Activations, side: number, channels: number): Uint8Array {
  const area = side * side;
  const out = new Uint8Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const plane = from.address + Math.floor(c / BLOCK) * from.plane + (c % BLOCK);
    for (let y = 0; y < side; y++) {
      const row = plane + (y + 1) * from.row + BLOCK;
      for (let x = 0; x < side; x++) out[c * area + y * side + x] = bytes[row + x * BLOCK];
    }
  }
  return out;
}

/** The reverse of {@link unpackInt8}. */
export function packInt8(bytes: Uint8Array, values: ArrayLike<number>, to: Activations, side: number, channels: number): void {
  for (let i = 0; i < channels * side * side; i++) {
    const [x, y, c] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
    bytes[to.address + Math.floor(c / BLOCK) * to.plane + (y + 1) * to.row + (x + 1) * BLOCK + (c % BLOCK)] = values[i];
  }
}
