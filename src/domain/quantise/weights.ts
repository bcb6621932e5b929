import { roundHalfEven } from './parameters';

/** Weights of a convolution or of the classifier in integers, one scale for each output channel. */
export interface QuantisedWeights {
  /** Same order as the floats; real = scale[output] * value. */
  readonly values: Int8Array;
  /** float32, shape [outputs]. */
  readonly scales: Float32Array;
  /** Bias in units of input scale * scales[output], shape [outputs]. */
  readonly bias: Int32Array;
}

/** Bias and sum of products share an int32; half of it is the bias's. */
const MOST_BIAS = 2 ** 30;
const LEAST_SCALE = 2 ** -40;

/**
 * Symmetric int8 weights per output channel: the largest magnitude of a channel becomes `levels`.
 *
 * A channel whose weights are tiny beside its bias (a dead one) gets a larger scale, so that the bias fits into its int32.
 *
 * @param weight output channel first
 * @param bias shape [outputs]
 * @param inputScale scale of the activations that the weights meet
 * @param levels 127, or 63 for hardware that adds two products in 16 bits
 */
export function quantiseWeights(weight: Float32Array, bias: Float32Array, inputScale: number, levels: number): QuantisedWeights {
  const outputs = bias.length;
  const each = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  const integers = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let most = 0;
    for (let i = o * each; i < (o + 1) * each; i++) most = Math.max(most, Math.abs(weight[i]));
    scales[o] = Math.max(most / levels, Math.abs(bias[o]) / inputScale / MOST_BIAS, LEAST_SCALE);
    for (let i = o * each; i < (o + 1) * each; i++) {
      values[i] = Math.min(levels, Math.max(-levels, roundHalfEven(weight[i] / scales[o])));
    }
    integers[o] = roundHalfEven(bias[o] / (inputScale * scales[o]));
  }
  return { values, scales, bias: integers };
}
