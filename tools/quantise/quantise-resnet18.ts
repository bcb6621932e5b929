import type { Preprocessing } from '../../src/contract/model';
import { resnet18Onnx } from '../../src/domain/resnet18/graph';
import type { FoldedResNet18 } from '../../src/domain/resnet18/folded';
import type { OnnxModel } from '../../src/domain/onnx/model';
import { quantiseGraph, tensorsToObserve, type QuantiseOptions } from '../../src/domain/quantise/graph';
import type { ActivationHistogram } from '../../src/domain/quantise/histogram';
import { levelsOf } from '../../src/domain/quantise/parameters';
import { rangeOf, type RangeMethod } from '../../src/domain/quantise/range';
import { observe } from './observe';

/** Integers, and how their ranges are found. */
export interface Recipe extends QuantiseOptions {
  readonly method: RangeMethod;
}

/** A float graph with what was seen to flow through it; enough for every recipe. */
export interface Observed {
  readonly model: OnnxModel;
  readonly histograms: ReadonlyMap<string, ActivationHistogram>;
}

/** Watches ResNet-18 at work on pictures. */
export async function observeResNet18(
  weights: FoldedResNet18,
  metadata: Readonly<Record<string, string>>,
  inputs: AsyncIterable<Float32Array>,
): Promise<Observed> {
  const model = resnet18Onnx(weights, metadata);
  // Nothing kept float: so no tensor is missing, whatever the recipe.
  const tensors = tensorsToObserve(model, { activations: 'uint8', weightLevels: 127, float: [] });
  return { model, histograms: await observe(model, inputs, tensors) };
}

/** The whole range of values that pictures can have once they are normalised: the input needs no watching. */
function inputRange({ mean, std }: Preprocessing): { low: number; high: number } {
  return { low: Math.min(...mean.map((m, i) => -m / std[i])), high: Math.max(...mean.map((m, i) => (1 - m) / std[i])) };
}

/** Integers by a recipe. */
export function quantised({ model, histograms }: Observed, recipe: Recipe, preprocessing: Preprocessing): OnnxModel {
  const levels = levelsOf(recipe.activations);
  const ranges = new Map(
    tensorsToObserve(model, recipe).map((name) => {
      const histogram = histograms.get(name);
      if (!histogram) throw new RangeError(`${name} was not observed.`);
      return [name, name === model.graph.inputs[0].name ? inputRange(preprocessing) : rangeOf(histogram, recipe.method, levels)];
    }),
  );
  return quantiseGraph(model, ranges, recipe);
}
