import type { Preprocessing } from '../../src/engine/model';
import { resnet18Onnx } from '../../src/engine/resnet18/graph';
import type { FoldedResNet18 } from '../../src/engine/resnet18/folded';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { quantiseGraph, tensorsToObserve } from './graph';
import { levelsOf } from './parameters';
import { rangeOf } from './range';
import { observe, type Observation } from './observe';
import type { Recipe } from './recipe';

/** A float graph with what was seen to flow through it; enough for every recipe. */
export interface Observed {
  readonly model: OnnxModel;
  readonly observations: ReadonlyMap<string, Observation>;
}

/** Watches ResNet-18 at work on images. */
export async function observeResNet18(
  weights: FoldedResNet18,
  metadata: Readonly<Record<string, string>>,
  inputs: AsyncIterable<Float32Array>,
): Promise<Observed> {
  const model = resnet18Onnx(weights, metadata);
  // Nothing kept float: so no tensor is missing, whatever the recipe.
  const tensors = tensorsToObserve(model, { activations: 'uint8', weightLevels: 127, float: [] });
  return { model, observations: await observe(model, inputs, tensors) };
}

/** Watches any network at work on images, as far as a recipe asks. @param model float32 */
export async function observeNetwork(model: OnnxModel, recipe: Recipe, inputs: AsyncIterable<Float32Array>): Promise<Observed> {
  return { model, observations: await observe(model, inputs, tensorsToObserve(model, recipe)) };
}

/** The whole range of values that images can have once they are normalised: the input needs no watching. */
function inputRange({ mean, std }: Preprocessing): { low: number; high: number } {
  return { low: Math.min(...mean.map((m, i) => -m / std[i])), high: Math.max(...mean.map((m, i) => (1 - m) / std[i])) };
}

/** Integers by a recipe. */
export function quantised({ model, observations }: Observed, recipe: Recipe, preprocessing: Preprocessing): OnnxModel {
  const levels = levelsOf(recipe.activations);
  const facts = new Map(
    tensorsToObserve(model, recipe).map((name) => {
      const seen = observations.get(name);
      if (!seen) throw new RangeError(`${name} was not observed.`);
      const range = name === model.graph.inputs[0].name ? inputRange(preprocessing) : rangeOf(seen.histogram, recipe.method, levels);
      return [name, recipe.correctBias === false ? { range } : { range, means: seen.means.values }];
    }),
  );
  return quantiseGraph(model, facts, recipe);
}
