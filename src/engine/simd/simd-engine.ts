import type { ClassMap, Engine, EngineOptions, EngineOutput, LastBlock } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Thread } from '../host.ts';
import { classMapOf } from '../onnx/classifier.ts';
import { fillSelfTestInput } from '../self-test.ts';
import { Arena } from './arena.ts';
import { instantiateKernels, STACK_BYTES, type HelpRequest } from './kernels.ts';
import { RESNET18_LAST_BLOCK } from '../resnet18/folded.ts';
import type { MapSource, PlannedNetwork, PlanNetwork } from './network.ts';
import { OPERATOR_BYTES, writeOperators, type Operator } from './operator.ts';

const PAGE = 65536;
const CONTROL_BYTES = 64;
/** A thread that has not come up by then will not, milliseconds. */
const THREAD_START_MS = 10_000;

export interface SimdEngineParts {
  /** A build with threads exactly where `threads` is above 1. */
  readonly module: WebAssembly.Module;
  /** Starts a further thread. */
  readonly spawn: () => Thread;
}

/** Operators in memory, with the counters that run them. */
interface OperatorList {
  readonly control: number;
  readonly operators: number;
  readonly count: number;
}

/** Starts a thread and waits for its word. */
async function startThread(spawn: SimdEngineParts['spawn'], request: HelpRequest): Promise<Thread> {
  const worker = spawn();
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      worker.terminate();
      reject(new EngineError('threads-failed', `Thread ${request.help[3]} of the SIMD engine: ${reason}`));
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

/** Starts the further threads, all or none. */
async function startThreads(spawn: SimdEngineParts['spawn'], requests: readonly HelpRequest[]): Promise<Thread[]> {
  const started = await Promise.allSettled(requests.map((request) => startThread(spawn, request)));
  const helpers = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
  const failed = started.find((s) => s.status === 'rejected');
  if (failed) {
    for (const helper of helpers) helper.terminate();
    throw EngineError.from(failed.reason, 'threads-failed');
  }
  return helpers;
}

function allocate(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    throw new EngineError('out-of-memory', `The SIMD engine needs ${pages / 16} MiB: ${String(error)}`, { cause: error });
  }
}

class SimdEngine implements Engine {
  readonly id = 'simd';
  readonly #output: EngineOutput;

  constructor(
    readonly threads: number,
    readonly input: Float32Array,
    logits: Float32Array,
    features: Float32Array | undefined,
    private readonly compute: () => void,
    readonly lastBlock: Engine['lastBlock'],
    readonly classMap: Engine['classMap'],
    private readonly helpers: readonly Thread[],
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

function lastBlockOf(plan: PlannedNetwork, memory: ArrayBufferLike, compute: () => void): Engine['lastBlock'] {
  if (!plan.readLastBlock) return undefined;
  const length = RESNET18_LAST_BLOCK.channels * RESNET18_LAST_BLOCK.side ** 2;
  const block = { hidden: new Float32Array(length), sum: new Float32Array(length) };
  return (): LastBlock => {
    compute();
    plan.readLastBlock?.(memory, block);
    return block;
  };
}

function classMaps(source: MapSource, memory: ArrayBufferLike): (index: number) => ClassMap {
  const { weights, rowFloats, channels, width, height } = source;
  const activations = new Float32Array(channels * width * height);
  return (index) => {
    source.read(memory, activations);
    return classMapOf(new Float32Array(memory, weights + index * rowFloats * 4, channels), activations, width, height);
  };
}

/**
 * Starts our own kernels on a network.
 *
 * @throws EngineError `threads-failed` where a thread does not start, `out-of-memory` where its memory (about 130 MB for floats, 20 MB for
 * integers) is refused, `self-test-failed` where the network's own check finds a wrong number
 */
export async function startSimdEngine(planNetwork: PlanNetwork, options: Required<Pick<EngineOptions, 'threads'>>, parts: SimdEngineParts): Promise<Engine> {
  const { threads } = options;
  // The kernels' own data lies below 1 MiB (--initial-memory): their exact end is only known once they are instantiated.
  const arena = new Arena(16 * PAGE);
  const list = (operators: readonly Operator[]): OperatorList => ({
    control: arena.floats(CONTROL_BYTES / 4), operators: arena.floats((operators.length * OPERATOR_BYTES) / 4), count: operators.length,
  });
  const plan = planNetwork(arena, threads);
  const whole = list(plan.operators);
  // Control blocks of their own: the other threads do not watch these, so the leading one computes alone.
  const alone = plan.alone.map(list);
  const stacks = arena.floats(((threads - 1) * STACK_BYTES) / 4);
  const staging = arena.floats(plan.stagingBytes / 4);
  const memory = allocate(Math.ceil(arena.end / PAGE), threads > 1);
  const { buffer } = memory;
  const kernels = await instantiateKernels(parts.module, memory);
  plan.place(kernels, buffer, staging);
  const words = new Int32Array(buffer);
  writeOperators(words, whole.operators, plan.operators);
  for (const [i, { operators }] of alone.entries()) writeOperators(words, operators, plan.alone[i]);
  const requests = Array.from({ length: threads - 1 }, (_, i): HelpRequest => ({
    module: parts.module, memory, stackTop: stacks + (i + 1) * STACK_BYTES, help: [whole.control, whole.operators, whole.count, i + 1],
  }));
  const helpers = await startThreads(parts.spawn, requests);
  const run = ({ control, operators, count }: OperatorList): void => kernels.run(control, operators, count);
  const floats = new Float32Array(buffer);
  const view = (address: number, length: number): Float32Array => floats.subarray(address / 4, address / 4 + length);
  const { features } = plan;
  const engine = new SimdEngine(
    threads, view(plan.input, 3 * plan.size ** 2), view(plan.logits, plan.classes), features && view(features.address, features.width), () => run(whole),
    lastBlockOf(plan, buffer, () => run(alone[0])), plan.map && classMaps(plan.map, buffer), helpers,
  );
  if (plan.check) {
    fillSelfTestInput(engine.input);
    run(whole);
    const problem = plan.check(buffer, (index) => run(alone[index]));
    if (problem) {
      engine.dispose();
      throw new EngineError('self-test-failed', `simd with ${threads} threads: ${problem}`);
    }
  }
  return engine;
}
