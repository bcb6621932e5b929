import type { ConvolutionShape, FoldedConvolution, FoldedResNet18 } from './folded.ts';

/** real = step * (integer - zero), integers 0 to `top`. */
export interface ActivationSteps {
  readonly step: number;
  readonly zero: number;
  readonly top: number;
}

/** Seven bits: what the second operand of relaxed SIMD's dot product may have on every processor. */
export const TOP = 127;

/** A convolution with its batch norm folded in, its weights in int8. */
export interface Int8Convolution extends ConvolutionShape {
  /** Shape [outChannels, inChannels, kernel, kernel], -127 to 127. */
  readonly weight: Int8Array;
  /** What 1 of each output channel's weights is, shape [outChannels]. */
  readonly weightSteps: Float32Array;
  /** Shape [outChannels]. */
  readonly bias: Float32Array;
  readonly input: ActivationSteps;
  /** What is added before the ReLU; undefined where nothing is. */
  readonly residual: ActivationSteps | undefined;
  /** Behind addition and ReLU; of a `downsample`, which is only added, without them. */
  readonly output: ActivationSteps;
}

/** ResNet-18 in int8; its first convolution and its classifier are float. */
export interface Int8ResNet18 {
  readonly conv1: FoldedConvolution;
  /** Steps of what conv1, ReLU and the max pool give. */
  readonly pooled: ActivationSteps;
  /** All but conv1, in the order of RESNET18_CONVOLUTIONS. */
  readonly convolutions: readonly Int8Convolution[];
  readonly fc: FoldedResNet18['fc'];
}

/** How a sum of products becomes a step of the output, all float32: sum * scales + bias + residual * factor. */
export interface Tail {
  /** Shape [outChannels], both. */
  readonly scales: Float32Array;
  /** Zero points are in it too. */
  readonly bias: Float32Array;
  readonly factor: number;
  readonly top: number;
}

/** Steps in which numbers are themselves: for an output that goes on as floats. */
const FLOATS: ActivationSteps = { step: 1, zero: 0, top: Infinity };

/** @param floats for an output of real numbers instead of steps */
export function tailOf({ input, output, residual, weightSteps, bias }: Int8Convolution, floats = false): Tail {
  const { step, zero, top } = floats ? FLOATS : output;
  const offset = zero - (residual ? (residual.zero * residual.step) / step : 0);
  return {
    scales: weightSteps.map((w) => (w * input.step) / step),
    bias: bias.map((b) => b / step + offset),
    factor: Math.fround((residual?.step ?? 0) / step),
    top,
  };
}

/** The convolution's sum of products at one place of one output channel, exact. @param input shape [inChannels, side, side] */
export function sumAt(c: Int8Convolution, input: ArrayLike<number>, side: number, o: number, y: number, x: number): number {
  let sum = 0;
  for (let ky = 0; ky < c.kernel; ky++) {
    for (let kx = 0; kx < c.kernel; kx++) {
      const [iy, ix] = [y * c.stride + ky - c.padding, x * c.stride + kx - c.padding];
      if (iy < 0 || iy >= side || ix < 0 || ix >= side) continue;
      for (let i = 0; i < c.inChannels; i++) {
        sum += c.weight[((o * c.inChannels + i) * c.kernel + ky) * c.kernel + kx] * input[(i * side + iy) * side + ix];
      }
    }
  }
  return sum;
}

/**
 * What becomes of a sum, operation by operation as src/engine/kernels/int8.c does it, so that every bit is the same.
 *
 * @param residual the integer that is added, 0 for none
 * @returns 0 to `top`; where that is infinite the real number before the ReLU
 */
export function outputOf(tail: Tail, sum: number, o: number, residual: number): number {
  const f = Math.fround;
  const value = f(f(f(f(sum) * tail.scales[o]) + tail.bias[o]) + f(residual * tail.factor));
  if (tail.top === Infinity) return value;
  return Math.floor(f(Math.min(Math.max(value, 0), tail.top) + 0.5));
}
