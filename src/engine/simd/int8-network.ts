import { outputOf, sumAt, type Int8ResNet18 } from '../resnet18/int8.ts';
import { placeInt8Weights, unpackInt8 } from './int8-layers.ts';
import { planInt8, type Int8Plan, type PlannedConvolution } from './int8-plan.ts';
import { unpackFloats } from './layers.ts';
import { placeClassifier, resnetEnds } from './resnet-ends.ts';
import type { PlanNetwork } from './network.ts';

/** Outputs of each convolution that are computed by definition. */
const SAMPLES = 24;

/** Output channel and place of a sample: the corners first, then spread, so that each lane, column and block comes up. */
function sample(index: number, channels: number, side: number): [o: number, y: number, x: number] {
  const edge = side - 1;
  const o = (index * 37) % channels;
  return index < 4 ? [o, index >> 1 ? edge : 0, index & 1 ? edge : 0] : [o, (index * 5) % side, (index * 3) % side];
}

/** Compares a convolution's last run with its definition; every bit counts. */
function compare({ convolution: c, tail, from, to, residual, side }: PlannedConvolution, memory: ArrayBufferLike): string | undefined {
  const bytes = new Uint8Array(memory);
  const input = unpackInt8(bytes, from, side * c.stride, c.inChannels);
  const added = residual && unpackInt8(bytes, residual, side, c.outChannels);
  const floats = tail.top === Infinity;
  const output = floats ? new Float32Array(c.outChannels * side * side) : unpackInt8(bytes, to, side, c.outChannels);
  if (output instanceof Float32Array) unpackFloats(new Float32Array(memory), to, side, output);
  for (let i = 0; i < SAMPLES; i++) {
    const [o, y, x] = sample(i, c.outChannels, side);
    const at = (o * side + y) * side + x;
    const value = outputOf(tail, sumAt(c, input, side * c.stride, o, y, x), o, added?.[at] ?? 0);
    const wanted = floats ? Math.max(0, value) : value;
    if (output[at] !== wanted) return `${c.name} gives ${output[at]} at ${o}, ${y}, ${x}; by its definition it is ${wanted}`;
  }
  return undefined;
}

/** Each convolution by itself, compared with its definition, and the whole run, on all threads, with these. */
function check(plan: Int8Plan, memory: ArrayBufferLike, runAlone: (list: number) => void): string | undefined {
  const logits = new Float32Array(memory, plan.classifier.logits, plan.classifier.classes);
  const together = logits.slice();
  for (const [i, { kind }] of plan.operators.entries()) {
    runAlone(i);
    const planned = plan.convolutions.find((c) => c.operator.kind === kind && c.operator.weights === plan.operators[i].weights);
    const problem = planned && compare(planned, memory);
    if (problem) return problem;
  }
  const other = logits.findIndex((v, i) => v !== together[i]);
  return other < 0 ? undefined : `score ${other} is ${together[other]} on all threads, ${logits[other]} on one`;
}

/** ResNet-18 in int8 by relaxed SIMD's dot products; the kernels have to be a build with relaxed SIMD. */
export function int8Network(network: Int8ResNet18): PlanNetwork {
  return (arena, threads) => {
    const plan = planInt8(network, arena, threads);
    const { conv1, fc } = network;
    const { convolutions } = plan;
    return {
      ...resnetEnds(plan),
      operators: plan.operators,
      alone: plan.operators.map((operator) => [operator]),
      stagingBytes: Math.max(conv1.weight.byteLength, ...network.convolutions.map((c) => c.weight.length)),
      place: (kernels, memory, staging) => {
        const floats = new Float32Array(memory);
        floats.set(conv1.weight, staging / 4);
        kernels.prepare_conv1(staging, plan.conv1.weights, conv1.outChannels);
        floats.set(conv1.bias, plan.conv1.bias / 4);
        for (const { convolution, tail, own } of convolutions) placeInt8Weights(kernels, memory, convolution, tail, own, staging);
        placeClassifier(floats, fc, plan.classifier);
      },
      check: (memory, runAlone) => check(plan, memory, runAlone),
    };
  };
}
