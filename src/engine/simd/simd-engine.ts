import type { ClassMap, Engine, EngineOutput } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Thread } from '../host.ts';
import { classMapOf } from '../onnx/classifier.ts';
import { Arena } from './arena.ts';
import { instantiateKernels, STACK_BYTES, type HelpRequest, type Kernels } from './kernels.ts';
import type { MapSource, PlanNetwork } from './network.ts';
import { fill, layOut, problemOf, type OperatorList } from './placed-network.ts';
import { ThreadTeam } from './thread-team.ts';

const PAGE = 65536;
/** In this run it is found out whether another build of the kernels is quicker: the first labels are there. */
const CHOOSING_RUN = 12;

export interface SimdEngineParts {
  /** A build with threads exactly where `threads` or `mostThreads` is above 1. */
  readonly module: WebAssembly.Module;
  /** Another such build where that is quicker here, of kernels that give the very same numbers; asked for once. */
  readonly joined?: () => Promise<WebAssembly.Module | undefined>;
  /** Starts a further thread. */
  readonly spawn: () => Thread;
}

function allocate(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    throw new EngineError('out-of-memory', `The SIMD engine needs ${pages / 16} MiB: ${String(error)}`, { cause: error });
  }
}

/** A build of the kernels at work. */
interface Build {
  /** One run of the network. */
  readonly compute: () => void;
  /** So many threads of its team compute from the next run on. */
  readonly wake: (threads: number) => void;
  readonly team: ThreadTeam;
}

class SimdEngine implements Engine {
  readonly id = 'simd';
  readonly #output: EngineOutput;
  #runs = 0;
  #disposed = false;

  constructor(
    private computing: number,
    readonly mostThreads: number,
    readonly input: Float32Array,
    logits: Float32Array,
    features: Float32Array | undefined,
    private build: Build,
    readonly classMap: Engine['classMap'],
    private readonly other: (() => Promise<Build | undefined>) | undefined,
  ) {
    this.#output = { logits, features };
  }

  get threads(): number {
    return this.computing;
  }

  async useThreads(threads: number): Promise<void> {
    if (!Number.isInteger(threads) || threads < 1 || threads > this.mostThreads) throw new RangeError(`${threads} threads are not 1 to ${this.mostThreads}.`);
    await this.build.team.start(threads - 1);
    this.build.wake(threads);
    this.computing = threads;
  }

  async run(): Promise<EngineOutput> {
    this.build.compute();
    if (++this.#runs === CHOOSING_RUN) await this.#choose();
    return this.#output;
  }

  /** Takes the other build where that is quicker, and gives the very same scores. */
  async #choose(): Promise<void> {
    const other = await this.other?.();
    if (!other) return;
    const scores = this.#output.logits.slice();
    other.wake(this.computing);
    const started = await other.team.start(this.computing - 1).then(() => true, () => false);
    if (started) other.compute();
    const same = started && scores.every((score, i) => Object.is(score, this.#output.logits[i]));
    const [kept, left] = same && !this.#disposed ? [other, this.build] : [this.build, other];
    left.team.end();
    this.build = kept;
    if (!same) kept.compute();
  }

  dispose(): void {
    this.#disposed = true;
    this.build.team.end();
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
  const laidOut = layOut(planNetwork, arena, most, parts.joined !== undefined);
  const { plan, whole, again } = laidOut;
  const stacks = arena.floats(((most - 1) * STACK_BYTES) / 4);
  const memory = allocate(Math.ceil(arena.end / PAGE), most > 1);
  const { buffer } = memory;
  const kernels = await instantiateKernels(parts.module, memory);
  fill(laidOut, kernels, buffer);
  const run = (own: Kernels, { control, operators, count }: OperatorList): void => own.run(control, operators, count);
  const build = (own: Kernels, module: WebAssembly.Module, lists: OperatorList): Build => {
    const { control, operators, count } = lists;
    const requests = Array.from({ length: most - 1 }, (_, i): HelpRequest => ({
      module, memory, stackTop: stacks + (i + 1) * STACK_BYTES, help: [control, operators, count, i + 1],
    }));
    return { compute: () => run(own, lists), wake: (n) => own.use_threads?.(control, n), team: new ThreadTeam(parts.spawn, requests) };
  };
  const first = build(kernels, parts.module, whole);
  first.wake(threads);
  await first.team.start(threads - 1);
  const other = async (): Promise<Build | undefined> => {
    const module = again && (await parts.joined?.());
    return module && build(await instantiateKernels(module, memory), module, again);
  };
  const floats = new Float32Array(buffer);
  const view = (address: number, length: number): Float32Array => floats.subarray(address / 4, address / 4 + length);
  const { features } = plan;
  const engine = new SimdEngine(
    threads, most, view(plan.input, 3 * plan.size ** 2), view(plan.logits, plan.classes), features && view(features.address, features.width), first,
    plan.map && classMaps(plan.map, buffer), other,
  );
  const problem = problemOf(laidOut, buffer, (lists) => run(kernels, lists));
  if (problem) {
    engine.dispose();
    throw new EngineError('self-test-failed', `simd with ${threads} threads: ${problem}`);
  }
  return engine;
}
