// Several builds of the kernels on the same networks, in turns, on one thread.
import { networkOf } from '../../../src/engine/create-engine';
import { blocksOf16 } from '../../../src/engine/joined-vectors';
import { fillSelfTestInput } from '../../../src/engine/self-test';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';

export interface JoinedRequest {
  /** Addresses. */
  readonly models: readonly string[];
  readonly kernels: readonly string[];
  readonly rounds: number;
}

export interface JoinedTimes {
  /** Milliseconds of each round, by model and by build. */
  readonly times: readonly (readonly (readonly number[])[])[];
  /** What the engine chooses by, several times over. */
  readonly gains: readonly number[];
}

const TRIES = 5;
/** Until V8 has compiled all with its optimising compiler. */
const WARM_UP = 10;

const noThreads = (): never => {
  throw new Error('One thread is all there is.');
};

async function timesOf(model: Uint8Array, modules: readonly WebAssembly.Module[], rounds: number): Promise<number[][]> {
  const engines = await Promise.all(modules.map((module) => startSimdEngine(networkOf(model, true), { threads: 1 }, { module, spawn: noThreads })));
  const times = engines.map(() => [] as number[]);
  for (let round = -WARM_UP; round < rounds; round++) {
    const scores: Float32Array[] = [];
    for (const [i, engine] of engines.entries()) {
      fillSelfTestInput(engine.input);
      engine.input[round + WARM_UP] += 1;
      const started = performance.now();
      const { logits } = await engine.run();
      if (round >= 0) times[i].push(performance.now() - started);
      scores.push(logits.slice());
    }
    const [first, ...others] = scores;
    if (others.some((other) => !first.every((score, c) => Object.is(score, other[c])))) throw new Error('Two builds of the kernels give other scores.');
  }
  return times;
}

async function measure({ models, kernels, rounds }: JoinedRequest): Promise<JoinedTimes> {
  const modules = await Promise.all(kernels.map((url) => WebAssembly.compileStreaming(fetch(url))));
  const all: number[][][] = [];
  for (const url of models) all.push(await timesOf(new Uint8Array(await (await fetch(url)).arrayBuffer()), modules, rounds));
  const gains: number[] = [];
  for (let i = 0; i < TRIES; i++) gains.push(await blocksOf16());
  return { times: all, gains };
}

self.addEventListener('message', (event: MessageEvent<JoinedRequest>) => {
  measure(event.data).then(
    (result) => self.postMessage({ result }),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) }),
  );
});
