import type { PlannedNetwork, PlanNetwork } from '../simd/network.ts';
import type { LayeredNetwork } from './layers.ts';
import { placeConvolution, planGraph, type GraphPlan, type PlacedActivations, type Placement } from './plan-graph.ts';

/** Copies activations to plain [channels, height, width]. */
export function unpackActivations(floats: Float32Array, { pixel, row, plane, shape }: PlacedActivations, out: Float32Array): void {
  const { channels, width, height } = shape;
  let to = 0;
  for (let c = 0; c < channels; c++) {
    const first = pixel / 4 + (c >> 2) * plane + (c & 3);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[to++] = floats[first + y * row + x * 4];
  }
}

function place(floats: Float32Array, placement: Placement): void {
  const { layer, weights, bias, scales } = placement;
  if (layer.kind === 'convolution') placeConvolution(floats, layer, placement);
  else if (layer.kind === 'dense') {
    const inner = layer.weight.length / layer.bias.length;
    const ic = Math.ceil(inner / 4) * 4;
    for (let o = 0; o < layer.bias.length; o++) floats.set(layer.weight.subarray(o * inner, (o + 1) * inner), weights / 4 + o * ic);
    floats.set(layer.bias, bias / 4);
  } else {
    if (layer.scale) floats.set(layer.scale, scales / 4);
    if (layer.bias) floats.set(layer.bias, bias / 4);
  }
}

/** What goes into a network and what comes out of it. */
export function networkEnds(
  { size, scores, features, pooled }: LayeredNetwork,
  { input, activations, placements }: GraphPlan,
): Pick<PlannedNetwork, 'input' | 'size' | 'logits' | 'classes' | 'features' | 'map'> {
  const classifier = placements.findLast(({ layer }) => layer.kind === 'dense');
  return {
    input,
    size,
    logits: activations[scores].pixel,
    classes: activations[scores].shape.channels,
    ...(features === undefined ? {} : { features: { address: activations[features].pixel, width: activations[features].shape.channels } }),
    ...(pooled === undefined || !classifier ? {} : {
      map: {
        weights: classifier.weights,
        rowFloats: Math.ceil(activations[pooled].shape.channels / 4) * 4,
        ...activations[pooled].shape,
        read: (memory: ArrayBufferLike, out: Float32Array) => unpackActivations(new Float32Array(memory), activations[pooled], out),
      },
    }),
  };
}

/** Puts weights that are floats, and what the picture is normalised by, where the kernels read them. */
export function placeFloats({ normalise }: LayeredNetwork, plan: GraphPlan, memory: ArrayBufferLike): void {
  const floats = new Float32Array(memory);
  for (const [c, factor] of (normalise?.factor ?? [1, 1, 1]).entries()) floats[plan.normalise / 4 + c] = factor;
  for (const [c, offset] of (normalise?.offset ?? []).entries()) floats[plan.normalise / 4 + 4 + c] = offset;
  for (const placement of plan.placements) place(floats, placement);
}

/** Any classifier that `readGraph` reads, in float32. */
export function graphNetwork(network: LayeredNetwork): PlanNetwork {
  return (arena) => {
    const plan = planGraph(network, arena);
    return {
      ...networkEnds(network, plan),
      operators: plan.operators,
      alone: [],
      stagingBytes: 0,
      place: (_, memory) => placeFloats(network, plan, memory),
    };
  };
}
