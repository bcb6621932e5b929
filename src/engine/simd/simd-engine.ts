import type { ClassMap, Engine, EngineOutput } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Thread } from '../host.ts';
import { classMapOf } from '../onnx/classifier.ts';
import { fillSelfTestInput } from '../self-test.ts';
import { Arena } from './arena.ts';
import { instantiateKernels, STACK_BYTES, type HelpRequest } from './kernels.ts';
import type { MapSource, PlanNetwork } from './network.ts';
import { OPERATOR_BYTES, writeOperators, type Operator } from './operator.ts';
import { ThreadTeam } from './thread-team.ts';

const PAGE = 65536;
const CONTROL_BYTES = 64;

export interface SimdEngineParts {
  /** A build with threads exactly where `threads` or `mostThreads` is above 1. */
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
    private computing: number,
    readonly mostThreads: number,
    readonly input: Float32Array,
    logits: Float32Array,
    features: Float32Array | undefined,
    private readonly compute: () => void,
    readonly classMap: Engine['classMap'],
    private readonly team: ThreadTeam,
    private readonly wake: (threads: number) => void,
  ) {
    this.#output = { logits, features };
  }

  get threads(): number {
    return this.computing;
  }

  async useThreads(threads: number): Promise<void> {
    if (!Number.isInteger(threads) || threads < 1 || threads > this.mostThreads) throw new RangeError(`${threads} threads are not 1 to ${this.mostThreads}.`);
    await this.team.start(threads - 1);
    this.wake(threads);
    this.computing = threads;
  }

  run(): Promise<EngineOutput> {
    this.compute();
    return Promise.resolve(this.#output);
  }

  dispose(): void {
    this.team.end();
  }
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
export async function startSimdEngine(planNetwork: PlanNetwork, options: { readonly threads: number; readonly mostThreads?: number }, parts: SimdEngineParts): Promise<Engine> {
  const { threads } = options;
  const most = Math.max(threads, options.mostThreads ?? threads);
  // The kernels' own data lies below 1 MiB (--initial-memory): their exact end is only known once they are instantiated.
  const arena = new Arena(16 * PAGE);
  const list = (operators: readonly Operator[]): OperatorList => ({
    control: arena.floats(CONTROL_BYTES / 4), operators: arena.floats((operators.length * OPERATOR_BYTES) / 4), count: operators.length,
  });
  const plan = planNetwork(arena, most);
  const whole = list(plan.operators);
  // Control blocks of their own: the other threads do not watch these, so the leading one computes alone.
  const alone = plan.alone.map(list);
  const stacks = arena.floats(((most - 1) * STACK_BYTES) / 4);
  const staging = arena.floats(plan.stagingBytes / 4);
  const memory = allocate(Math.ceil(arena.end / PAGE), most > 1);
  const { buffer } = memory;
  const kernels = await instantiateKernels(parts.module, memory);
  plan.place(kernels, buffer, staging);
  const words = new Int32Array(buffer);
  writeOperators(words, whole.operators, plan.operators);
  for (const [i, { operators }] of alone.entries()) writeOperators(words, operators, plan.alone[i]);
  const requests = Array.from({ length: most - 1 }, (_, i): HelpRequest => ({
    module: parts.module, memory, stackTop: stacks + (i + 1) * STACK_BYTES, help: [whole.control, whole.operators, whole.count, i + 1],
  }));
  const team = new ThreadTeam(parts.spawn, requests);
  const wake = (count: number): void => kernels.use_threads?.(whole.control, count);
  wake(threads);
  await team.start(threads - 1);
  const run = ({ control, operators, count }: OperatorList): void => kernels.run(control, operators, count);
  const floats = new Float32Array(buffer);
  const view = (address: number, length: number): Float32Array => floats.subarray(address / 4, address / 4 + length);
  const { features } = plan;
  const engine = new SimdEngine(
    threads, most, view(plan.input, 3 * plan.size ** 2), view(plan.logits, plan.classes), features && view(features.address, features.width), () => run(whole),
    plan.map && classMaps(plan.map, buffer), team, wake,
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
