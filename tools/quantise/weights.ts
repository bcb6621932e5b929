import { roundHalfEven } from './parameters';

/** Weights of a convolution or of the classifier in int8, one scale for each output channel. */
export interface QuantisedWeights {
  /** Same order as the floats; real = scale[output] * value. */
  readonly values: Int8Array;
  /** float32, shape [outputs]. */
  readonly scales: Float32Array;
  /** Bias in units of input scale * scales[output], shape [outputs]. */
  readonly bias: Int32Array;
}

/** What the weights meet. */
export interface WeightInput {
  /** Scale of the activations. */
  readonly scale: number;
  /** Mean of each input channel, shape [inputs]; undefined where it is not known. */
  readonly means: ArrayLike<number> | undefined;
}

/** Bias and sum of products share an int32; half of it is the bias's. */
const MOST_BIAS = 2 ** 30;
const LEAST_SCALE = 2 ** -40;

/** Smallest scale of a channel: its weights fit, and so does its bias (a dead channel's weights are tiny beside it). */
function scaleOf(weights: Float32Array, bias: number, inputScale: number, levels: number): number {
  const most = weights.reduce((m, w) => Math.max(m, Math.abs(w)), 0);
  return Math.fround(Math.max(most / levels, Math.abs(bias) / inputScale / MOST_BIAS, LEAST_SCALE));
}

/**
 * Symmetric int8 weights per output channel: the largest magnitude of a channel becomes `levels`.
 *
 * Rounding errors of a channel's weights do not cancel where its inputs are never negative: they move its output on the whole.
 * The bias takes that back, from the inputs' means (Nagel et al. 2019, Data-Free Quantization Through Weight Equalization and
 * Bias Correction, section 4.2).
 *
 * @param weight output channel first, then input channel
 * @param bias shape [outputs]
 * @param levels 127, or 63 for hardware that adds two products in 16 bits
 */
export function quantiseWeights(weight: Float32Array, bias: Float32Array, input: WeightInput, levels: number): QuantisedWeights {
  const outputs = bias.length;
  const each = weight.length / outputs;
  const taps = input.means ? each / input.means.length : 1;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  const integers = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const own = weight.subarray(o * each, (o + 1) * each);
    const scale = scaleOf(own, bias[o], input.scale, levels);
    let shift = 0;
    for (const [i, value] of own.entries()) {
      const rounded = Math.min(levels, Math.max(-levels, roundHalfEven(value / scale)));
      values[o * each + i] = rounded;
      if (input.means) shift += (value - rounded * scale) * input.means[Math.floor(i / taps)];
    }
    scales[o] = scale;
    integers[o] = roundHalfEven((bias[o] + shift) / (input.scale * scale));
  }
  return { values, scales, bias: integers };
}
