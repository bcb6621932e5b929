import type { QuantiseOptions } from './graph';
import { DEFAULT_PERCENT, type RangeMethod } from './range';

/** Integers, and how their ranges are found. */
export interface Recipe extends QuantiseOptions {
  readonly method: RangeMethod;
  /** False to leave biases as they are: for comparison. */
  readonly correctBias?: boolean;
}

/** What `npm run model` takes: the best of docs/int8.md. */
export const DEFAULT_RECIPE: Recipe = {
  activations: 'uint8',
  method: { kind: 'percentile', percent: DEFAULT_PERCENT },
  weightLevels: 127,
  float: ['conv1', 'fc'],
};

/** EfficientNet-Lite0's: its sums of blocks do not begin at zero, and our own kernels want weights of 7 bits beside such. */
export const LITE_RECIPE: Recipe = { ...DEFAULT_RECIPE, weightLevelsBesideSigned: 63, float: ['_conv_stem', '_fc'] };

/** Made images fill later layers less than real ones do, so nothing of what they show is cut off. */
export const SYNTHETIC_RECIPE: Recipe = { ...DEFAULT_RECIPE, method: { kind: 'minmax' } };

/** A recipe in words. */
export function recipeWords({ activations, method, weightLevels, weightLevelsBesideSigned, float, correctBias }: Recipe): string {
  return [
    `activations ${activations}`,
    `ranges by ${method.kind === 'percentile' ? `percentile ${method.percent}` : method.kind}`,
    `weights int8 per channel (${weightLevels === 127 ? 8 : 7} bits)`,
    ...(weightLevelsBesideSigned === 63 ? ['7 bits beside activations that do not begin at zero'] : []),
    ...(correctBias === false ? ['biases as they are'] : []),
    `float: ${float.length > 0 ? float.join(', ') : 'none'}`,
  ].join('; ');
}
