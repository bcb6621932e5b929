import type { FoldedConvolution, FoldedResNet18 } from '../resnet18/folded.ts';
import type { Kernels } from './kernels.ts';
import type { PlanNetwork } from './network.ts';
import { planNetwork, STAGES, type NetworkPlan, type WeightPlan } from './plan.ts';
import { placeClassifier, resnetEnds } from './resnet-ends.ts';

function prepare(kernels: Kernels, shape: FoldedConvolution, plan: WeightPlan, from: number): void {
  const { outChannels: oc, inChannels: ic } = shape;
  if (plan.kind === 'conv1') kernels.prepare_conv1(from, plan.weights, oc);
  else if (plan.kind === 'direct') kernels.prepare_direct(from, plan.weights, oc, ic, shape.kernel ** 2);
  else if (plan.kind === 'winograd2') kernels.prepare_winograd2(from, plan.weights, oc, ic);
  else kernels.prepare_winograd4(from, plan.weights, oc, ic);
}

/**
 * Puts a network's weights where its plan wants them, in the order in which the kernels read them.
 *
 * @param staging address of room for the largest convolution's weights; used for a while
 */
export function placeWeights(kernels: Kernels, floats: Float32Array, weights: FoldedResNet18, plan: NetworkPlan, staging: number): void {
  const put = (address: number, values: Float32Array): void => floats.set(values, address / 4);
  for (const convolution of weights.convolutions) {
    const own = plan.convolutions.get(convolution.name);
    if (!own) continue;
    put(staging, convolution.weight);
    prepare(kernels, convolution, own, staging);
    put(own.bias, convolution.bias);
  }
  placeClassifier(floats, weights.fc, plan.classifier);
}

/** Floats of the largest convolution's weights. */
export const largestWeights = (weights: FoldedResNet18): number => Math.max(...weights.convolutions.map((c) => c.weight.length));

/** ResNet-18 in float32: Winograd F(4x4, 3x3) and F(2x2, 3x3), fused ReLU, residual and pooling. @param stages how its convolutions are computed */
export function floatNetwork(weights: FoldedResNet18, stages = STAGES): PlanNetwork {
  return (arena, threads) => {
    const plan = planNetwork(weights.convolutions, arena, threads, weights.fc.bias.length, stages);
    return {
      ...resnetEnds(plan),
      operators: plan.operators,
      alone: [],
      stagingBytes: largestWeights(weights) * 4,
      place: (kernels, memory, staging) => placeWeights(kernels, new Float32Array(memory), weights, plan, staging),
    };
  };
}
