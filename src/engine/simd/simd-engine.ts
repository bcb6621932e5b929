import type { ClassMap, Engine, EngineOutput } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Thread } from '../host.ts';
import { classMapOf } from '../onnx/classifier.ts';
import { fillSelfTestInput } from '../self-test.ts';
import { Arena } from './arena.ts';
import { instantiateKernels, STACK_BYTES, type HelpRequest, type Kernels } from './kernels.ts';
import type { MapSource, PlanNetwork } from './network.ts';
import { fill, layOut, problemOf, type OperatorList } from './placed-network.ts';
import { ThreadTeam } from './thread-team.ts';

const PAGE = 65536;
/** In this run another build of the kernels is asked for: the first labels are there. */
const CHOOSING_RUN = 12;
/** Runs that each build then computes, in turns: V8 compiles the other one better meanwhile. */
const TURNS = 8;
/** The other build has to take less than this share of the time. */
const MOST_TIME = 0.97;

export interface SimdEngineParts {
  /** A build with threads exactly where `threads` or `mostThreads` is above 1. */
  readonly module: WebAssembly.Module;
  /** Another such build where that may be quicker here, of kernels that give the very same numbers; asked for once, and no run waits for it. */
  readonly joined?: () => Promise<WebAssembly.Module | undefined>;
  /** Whether the other build's time is so much less than the first one's that it stays, milliseconds; 3 % if left out. */
  readonly quicker?: (other: number, first: number) => boolean;
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

/** Another build that computes in turns with the one at work, until it is known which is quicker. */
interface Rival {
  readonly build: Build;
  /** Least milliseconds of a run: the build's at work, and its own. */
  least: [number, number];
  runs: number;
}

class SimdEngine implements Engine {
  readonly id = 'simd';
  readonly #output: EngineOutput;
  #runs = 0;
  #rival: Rival | undefined;
  #disposed = false;

  constructor(
    private computing: number,
    readonly mostThreads: number,
    readonly input: Float32Array,
    logits: Float32Array,
    features: Float32Array | undefined,
    private build: Build,
    readonly classMap: Engine['classMap'],
    private readonly other: () => Promise<Build | undefined>,
    private readonly quicker: NonNullable<SimdEngineParts['quicker']>,
  ) {
    this.#output = { logits, features };
  }

  get threads(): number {
    return this.computing;
  }

  async useThreads(threads: number): Promise<void> {
    if (!Number.isInteger(threads) || threads < 1 || threads > this.mostThreads) throw new RangeError(`${threads} threads are not 1 to ${this.mostThreads}.`);
    await this.build.team.start(threads - 1);
    await this.#rival?.build.team.start(threads - 1).catch(() => this.#leave());
    if (threads === this.computing) return;
    this.build.wake(threads);
    this.computing = threads;
    // What was timed on another number says nothing of this one.
    if (this.#rival) this.#compareWith(this.#rival.build);
  }

  async run(): Promise<EngineOutput> {
    if (++this.#runs === CHOOSING_RUN) void this.#find();
    if (!this.#rival || !this.#inTurns(this.#rival)) this.build.compute();
    return Promise.resolve(this.#output);
  }

  /** Looks for another build and starts as many threads of it as compute. Where that fails, all stays as it is. */
  async #find(): Promise<void> {
    let other: Build | undefined;
    try {
      other = await this.other();
      let started: number | undefined;
      while (other && !this.#disposed && started !== this.computing) {
        started = this.computing;
        await other.team.start(started - 1);
      }
      if (other && !this.#disposed) this.#compareWith(other);
    } catch {
      other?.team.end();
    }
    if (this.#disposed) other?.team.end();
  }

  #compareWith(build: Build): void {
    build.wake(this.computing);
    this.#rival = { build, least: [Infinity, Infinity], runs: 0 };
  }

  /** Drops the other build. */
  #leave(): void {
    this.#rival?.build.team.end();
    this.#rival = undefined;
  }

  /** Computes a run by the build whose turn it is; after the last one the quicker build stays. @returns whether it is computed */
  #inTurns(rival: Rival): boolean {
    try {
      if (rival.runs === 0 && !this.#same(rival.build)) {
        this.#leave();
        return false;
      }
      const turn = rival.runs++ % 2;
      const started = performance.now();
      (turn === 0 ? this.build : rival.build).compute();
      rival.least[turn] = Math.min(rival.least[turn], performance.now() - started);
    } catch {
      this.#leave();
      return false;
    }
    if (rival.runs < 2 * TURNS) return true;
    if (this.quicker(rival.least[1], rival.least[0])) [this.build, this.#rival] = [rival.build, { ...rival, build: this.build }];
    this.#leave();
    return true;
  }

  /** Whether another build gives the very same scores and features for the self-test's input, which has something for every channel. */
  #same(other: Build): boolean {
    const picture = this.input.slice();
    const answer = ({ compute }: Build): Float32Array[] => {
      compute();
      return [this.#output.logits, this.#output.features ?? new Float32Array()].map((values) => values.slice());
    };
    try {
      fillSelfTestInput(this.input);
      const given = answer(other);
      return answer(this.build).every((values, i) => values.every((value, at) => Object.is(value, given[i][at])));
    } finally {
      this.input.set(picture);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#leave();
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
    plan.map && classMaps(plan.map, buffer), other, parts.quicker ?? ((own, before) => own < MOST_TIME * before),
  );
  const problem = problemOf(laidOut, buffer, (lists) => run(kernels, lists));
  if (problem) {
    engine.dispose();
    throw new EngineError('self-test-failed', `simd with ${threads} threads: ${problem}`);
  }
  return engine;
}
