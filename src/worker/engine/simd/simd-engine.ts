import type { Engine, EngineOptions, EngineOutput, LastBlock } from '../../../contract/engine';
import { Fault } from '../../../contract/fault';
import type { FoldedConvolution, FoldedResNet18 } from '../../../domain/resnet18/folded';
import { Arena } from './arena';
import { instantiateKernels, STACK_BYTES, type HelpRequest, type Kernels } from './kernels';
import type { Maps } from './layers';
import { PHASE_BYTES, writePhases } from './phase';
import { planNetwork, type NetworkPlan, type WeightPlan } from './plan';

const PAGE = 65536;
const CONTROL_BYTES = 64;
/** A thread that has not come up by then will not, milliseconds. */
const THREAD_START_MS = 10_000;

/** Starts a worker for a further thread; a parameter so that the engine also runs where there are no workers. */
export type SpawnThread = () => Worker;

export interface SimdEngineParts {
  /** A build with threads exactly where `options.threads` is above 1. */
  readonly module: WebAssembly.Module;
  readonly spawn: SpawnThread;
}

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
  put(plan.fcWeights, weights.fc.weight);
  put(plan.fcBias, weights.fc.bias);
}

/** Floats of the largest convolution's weights. */
export const largestWeights = (weights: FoldedResNet18): number => Math.max(...weights.convolutions.map((c) => c.weight.length));

/** Copies a padded buffer of blocks of four channels to plain [channels, side, side]. */
function unpack(floats: Float32Array, from: Maps, side: number, out: Float32Array): void {
  const area = side * side;
  for (let c = 0; c < out.length / area; c++) {
    const plane = from.address / 4 + (c >> 2) * from.plane + (c & 3);
    for (let y = 0; y < side; y++) {
      const row = plane + (y + 1) * from.row + 4;
      for (let x = 0; x < side; x++) out[c * area + y * side + x] = floats[row + x * 4];
    }
  }
}

/** Starts a thread and waits for its word. */
async function startThread(spawn: SpawnThread, request: HelpRequest): Promise<Worker> {
  const worker = spawn();
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Fault('threads-failed', `Thread ${request.thread} of the SIMD engine: ${reason}`));
    };
    const timer = setTimeout(() => fail('no answer'), THREAD_START_MS);
    worker.addEventListener('error', (event) => fail(event.message || 'could not be started'));
    worker.addEventListener('message', () => {
      clearTimeout(timer);
      resolve(worker);
    });
    worker.postMessage(request);
  });
}

class SimdEngine implements Engine {
  readonly id = 'simd';
  readonly #output: EngineOutput;

  constructor(
    readonly threads: number,
    readonly input: Float32Array,
    logits: Float32Array,
    features: Float32Array,
    private readonly compute: () => void,
    readonly lastBlock: () => LastBlock,
    private readonly helpers: readonly Worker[],
  ) {
    this.#output = { logits, features };
  }

  run(): Promise<EngineOutput> {
    this.compute();
    return Promise.resolve(this.#output);
  }

  dispose(): void {
    for (const helper of this.helpers) helper.terminate();
  }
}

/**
 * Starts our own kernels on ResNet-18's weights: Winograd F(4x4, 3x3) and F(2x2, 3x3), fused ReLU, residual and pooling.
 *
 * @throws Fault `threads-failed` where a thread does not start, `out-of-memory` where its memory (about 130 MB) is refused
 */
export async function startSimdEngine(weights: FoldedResNet18, options: EngineOptions, parts: SimdEngineParts): Promise<Engine> {
  const shared = options.threads > 1;
  const allocate = (pages: number): WebAssembly.Memory => {
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    } catch (error) {
      throw new Fault('out-of-memory', `The SIMD engine needs ${pages / 16} MiB: ${String(error)}`, { cause: error });
    }
  };
  // The kernels' own data lies below 1 MiB (--initial-memory): their exact end is only known once they are instantiated.
  const arena = new Arena(16 * PAGE);
  const control = arena.floats(CONTROL_BYTES / 4);
  const plan = planNetwork(weights.convolutions, arena, options.threads);
  const phases = arena.floats((plan.phases.length * PHASE_BYTES) / 4);
  // Its own control block: the other threads do not watch it, so the leading one computes alone.
  const blockControl = arena.floats(CONTROL_BYTES / 4);
  const blockPhases = arena.floats((plan.lastBlock.phases.length * PHASE_BYTES) / 4);
  const stacks = arena.floats(((options.threads - 1) * STACK_BYTES) / 4);
  const staging = arena.floats(largestWeights(weights));
  const memory = allocate(Math.ceil(arena.end / PAGE));
  const kernels = await instantiateKernels(parts.module, memory);
  const floats = new Float32Array(memory.buffer);
  placeWeights(kernels, floats, weights, plan, staging);
  writePhases(new Int32Array(memory.buffer), phases, plan.phases);
  writePhases(new Int32Array(memory.buffer), blockPhases, plan.lastBlock.phases);
  const count = plan.phases.length;
  const requests = Array.from({ length: options.threads - 1 }, (_, i): HelpRequest => ({
    module: parts.module, memory, stackTop: stacks + (i + 1) * STACK_BYTES, control, phases, count, thread: i + 1,
  }));
  const started = await Promise.allSettled(requests.map((request) => startThread(parts.spawn, request)));
  const helpers = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
  const failed = started.find((s) => s.status === 'rejected');
  if (failed) {
    for (const helper of helpers) helper.terminate();
    throw Fault.from(failed.reason, 'threads-failed');
  }
  const block = { hidden: new Float32Array(512 * 49), sum: new Float32Array(512 * 49) };
  const lastBlock = (): LastBlock => {
    kernels.run(blockControl, blockPhases, plan.lastBlock.phases.length);
    unpack(floats, plan.lastBlock.hidden, plan.lastBlock.side, block.hidden);
    unpack(floats, plan.lastBlock.sum, plan.lastBlock.side, block.sum);
    return block;
  };
  const view = (address: number, length: number): Float32Array => floats.subarray(address / 4, address / 4 + length);
  return new SimdEngine(
    options.threads,
    view(plan.input, 3 * 224 * 224),
    view(plan.logits, 1000),
    view(plan.features, 512),
    () => kernels.run(control, phases, count),
    lastBlock,
    helpers,
  );
}
