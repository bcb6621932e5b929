import { outputOf } from '../resnet18/int8.ts';
import type { PlannedNetwork, PlanNetwork } from '../simd/network.ts';
import { networkEnds, placeFloats, unpackActivations } from './graph-network.ts';
import type { PlacedActivations } from './plan-graph.ts';
import { isWide, placeInt8, planInt8Graph, type Int8GraphPlan, type PlacedInt8 } from './plan-int8-graph.ts';
import type { Int8Graph } from './read-int8-graph.ts';

/** Outputs of each convolution that are computed by definition. */
const SAMPLES = 24;
/** Channels that lie side by side. */
const BLOCK = 16;

/** An integer of placed activations; 0 beyond them, as their border has it. */
function integerAt(bytes: Uint8Array | Int8Array, { pixel, row, plane, shape }: PlacedActivations, c: number, y: number, x: number): number {
  if (y < 0 || x < 0 || y >= shape.height || x >= shape.width) return 0;
  return bytes[pixel + Math.floor(c / BLOCK) * plane + y * row + x * BLOCK + (c % BLOCK)];
}

/** A convolution's sum of products at one place, exact. */
function sumAt({ layer, own, from }: PlacedInt8, bytes: Uint8Array | Int8Array, o: number, y: number, x: number): number {
  const { kernel, stride, padTop, padLeft, depthwise } = layer;
  const inner = own.values.length / own.steps.length / kernel ** 2;
  let sum = 0;
  for (let i = 0; i < inner; i++) {
    for (let t = 0; t < kernel ** 2; t++) {
      const value = integerAt(bytes, from, depthwise ? o : i, y * stride - padTop + Math.floor(t / kernel), x * stride - padLeft + (t % kernel));
      sum += own.values[(o * inner + i) * kernel ** 2 + t] * value;
    }
  }
  return sum;
}

/** Compares a convolution's last run with its definition; every bit counts. */
function compare(placed: PlacedInt8, { low, high }: { low: number; high: number }, memory: ArrayBufferLike): string | undefined {
  const [unsigned, signed] = [new Uint8Array(memory), new Int8Array(memory)];
  const { to, tail, residual, residualSteps, input, layer } = placed;
  const { channels, width, height } = to.shape;
  const wide = tail.top > 127;
  const floats = tail.top === Infinity ? new Float32Array(channels * width * height) : undefined;
  if (floats) unpackActivations(new Float32Array(memory), to, floats);
  for (let i = 0; i < SAMPLES; i++) {
    // The corners first, then spread, so that each lane, column and block comes up.
    const o = (i * 37) % channels;
    const [y, x] = i < 4 ? [i >> 1 ? height - 1 : 0, i & 1 ? width - 1 : 0] : [(i * 5) % height, (i * 3) % width];
    const value = outputOf(tail, sumAt(placed, isWide(input) ? signed : unsigned, o, y, x), o, residual ? integerAt(residualSteps && isWide(residualSteps) ? signed : unsigned, residual, o, y, x) : 0);
    const wanted = floats ? Math.fround(Math.min(high, Math.max(low, value))) : value;
    const given = floats ? floats[(o * height + y) * width + x] : wide ? integerAt(signed, to, o, y, x) + 128 : integerAt(unsigned, to, o, y, x);
    if (given !== wanted) return `${layer.name} gives ${given} at ${o}, ${y}, ${x}; by its definition it is ${wanted}`;
  }
  return undefined;
}

/** Each convolution by itself, compared with its definition, and the whole run, on all threads, with these. */
function check(graph: Int8Graph, plan: Int8GraphPlan, { logits, classes }: Pick<PlannedNetwork, 'logits' | 'classes'>, memory: ArrayBufferLike, runAlone: (list: number) => void): string | undefined {
  const scores = new Float32Array(memory, logits, classes);
  const together = scores.slice();
  for (const i of plan.operators.keys()) {
    runAlone(i);
    const placed = plan.convolutions.find(({ at }) => at === i);
    const steps = placed && graph.steps[placed.layer.output];
    const limits = steps?.zero === 0 ? { low: 0, high: steps.top * steps.step } : { low: -Infinity, high: Infinity };
    const problem = placed && compare(placed, limits, memory);
    if (problem) return problem;
  }
  const other = scores.findIndex((v, i) => v !== together[i]);
  return other < 0 ? undefined : `score ${other} is ${together[other]} on all threads, ${scores[other]} on one`;
}

/** Any classifier that `readInt8Graph` reads, its convolutions in integers; the kernels have to be a build with relaxed SIMD. */
export function int8GraphNetwork(graph: Int8Graph): PlanNetwork {
  return (arena, threads) => {
    const plan = planInt8Graph(graph, arena, threads);
    const ends = networkEnds(graph.network, plan);
    return {
      ...ends,
      operators: plan.operators,
      alone: plan.operators.map((operator) => [operator]),
      stagingBytes: 0,
      place: (kernels, memory) => {
        if (!kernels.prepare_int8) throw new Error('This build of the kernels has no integers.');
        placeFloats(graph.network, plan, memory);
        for (const placed of plan.convolutions) placeInt8(memory, placed);
      },
      check: (memory, runAlone) => check(graph, plan, ends, memory, runAlone),
    };
  };
}
