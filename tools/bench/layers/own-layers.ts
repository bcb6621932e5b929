import type { FoldedResNet18 } from '../../../src/engine/resnet18/folded';
import { Arena } from '../../../src/engine/simd/arena';
import { instantiateKernels, type Kernels } from '../../../src/engine/simd/kernels';
import { Kind, OPERATOR_BYTES, writeOperators, type Operator } from '../../../src/engine/simd/operator';
import { planNetwork, type NetworkPlan } from '../../../src/engine/simd/plan';
import { largestWeights, placeWeights } from '../../../src/engine/simd/float-network';
import { planAlternatives, type Algorithm, type Alternative } from './alternatives';
import { REST } from './measurements';

const PAGE = 65536;
/** Values before and after a convolution are after ReLU, so never below zero. */
const noise = (i: number): number => (Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24;

/** Operators in a row that belong to one layer. */
interface Span {
  readonly name: string;
  readonly address: number;
  readonly count: number;
}

/** Which convolution each operator belongs to: what comes before one's first product or behind its last is its own. */
function spansOf(plan: NetworkPlan, address: number): Span[] {
  const names = new Map([...plan.convolutions].map(([name, { weights }]) => [weights, name]));
  const owner = (i: number): string => {
    const { kind, weights } = plan.operators[i];
    if (kind === Kind.averagePool || kind === Kind.classify) return REST;
    const own = names.get(weights ?? 0);
    if (own !== undefined) return own;
    return kind === Kind.conv1Seams ? owner(i - 1) : owner(i + 1);
  };
  const spans: Span[] = [];
  for (const i of plan.operators.keys()) {
    const name = owner(i);
    const last = spans[spans.length - 1] as Span | undefined;
    if (last?.name === name) spans[spans.length - 1] = { ...last, count: last.count + 1 };
    else spans.push({ name, address: address + i * OPERATOR_BYTES, count: 1 });
  }
  return spans;
}

/** Our kernels, layer by layer, on one thread. */
export class OwnLayers {
  private constructor(
    private readonly kernels: Kernels,
    private readonly floats: Float32Array,
    private readonly control: number,
    private readonly spans: readonly Span[],
    readonly alternatives: readonly (Alternative & { readonly address: number; readonly count: number })[],
    readonly logits: Float32Array,
  ) {}

  static async start(module: WebAssembly.Module, weights: FoldedResNet18, input: Float32Array): Promise<OwnLayers> {
    const arena = new Arena(16 * PAGE);
    const control = arena.floats(16);
    const plan = planNetwork(weights.convolutions, arena, 1, weights.fc.bias.length);
    const alternatives = planAlternatives(arena);
    const lists: (readonly Operator[])[] = [plan.operators, ...alternatives.map((a) => a.operators)];
    const addresses = lists.map((list) => arena.floats((list.length * OPERATOR_BYTES) / 4));
    const staging = arena.floats(largestWeights(weights));
    const pages = Math.ceil(arena.end / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const kernels = await instantiateKernels(module, memory);
    const floats = new Float32Array(memory.buffer);
    placeWeights(kernels, floats, weights, plan, staging);
    for (const alternative of alternatives) {
      const layer = weights.convolutions.find((c) => c.stride === 1 && c.kernel === 3 && c.outChannels === alternative.stage.channels);
      if (!layer) throw new RangeError('The weights lack a 3 x 3 convolution of each stage.');
      floats.set(layer.weight, staging / 4);
      alternative.prepare(kernels, staging);
      floats.set(layer.bias, alternative.weights.bias / 4);
    }
    for (const [i, list] of lists.entries()) writeOperators(new Int32Array(memory.buffer), addresses[i], list);
    floats.set(input, plan.input / 4);
    const placed = alternatives.map((a, i) => ({ ...a, address: addresses[i + 1], count: a.operators.length }));
    return new OwnLayers(kernels, floats, control, spansOf(plan, addresses[0]), placed, floats.subarray(plan.classifier.logits / 4, plan.classifier.logits / 4 + 1000));
  }

  /** The whole network, layer by layer. @returns milliseconds of each */
  run(): Map<string, number> {
    const times = new Map<string, number>();
    for (const { name, address, count } of this.spans) {
      const started = performance.now();
      this.kernels.run(this.control, address, count);
      times.set(name, (times.get(name) ?? 0) + performance.now() - started);
    }
    return times;
  }

  /** Writes an alternative's input, as the layer before would just have done, and computes it. @returns milliseconds without the writing */
  runAlternative(index: number): number {
    const { stage, from, address, count } = this.alternatives[index];
    this.#each(stage, (c, y, x, i) => {
      this.floats[from.address / 4 + (c >> 2) * from.plane + (y + 1) * from.row + (x + 1) * 4 + (c & 3)] = noise(i);
    });
    const started = performance.now();
    this.kernels.run(this.control, address, count);
    return performance.now() - started;
  }

  /** What an alternative's last run gave: [channels, side, side]. */
  result(index: number): Float32Array {
    const { stage, to } = this.alternatives[index];
    const out = new Float32Array(stage.channels * stage.side ** 2);
    this.#each(stage, (c, y, x, i) => {
      out[i] = this.floats[to.address / 4 + (c >> 2) * to.plane + (y + 1) * to.row + (x + 1) * 4 + (c & 3)];
    });
    return out;
  }

  /** Largest difference of an alternative's result from the direct way's, as a share of the largest value. */
  difference(index: number): number {
    const { stage } = this.alternatives[index];
    const direct = this.alternatives.findIndex((a) => a.stage === stage && a.algorithm === ('direct' satisfies Algorithm));
    const [own, wanted] = [this.result(index), this.result(direct)];
    const largest = wanted.reduce((most, v) => Math.max(most, v), 0);
    return own.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i])), 0) / largest;
  }

  #each({ side, channels }: { side: number; channels: number }, use: (c: number, y: number, x: number, i: number) => void): void {
    for (let c = 0, i = 0; c < channels; c++) {
      for (let y = 0; y < side; y++) for (let x = 0; x < side; x++, i++) use(c, y, x, i);
    }
  }
}
