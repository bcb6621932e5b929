import { type Engine, fillSelfTestInput } from '../../engine/index';

/**
 * Runs a network on the self-test input, one run after another.
 * @param limitMs no run begins later than this, milliseconds
 * @param threads on so many, where the engine can change their number; afterwards there are as many as before
 * @returns milliseconds of each run, one at least
 */
export async function timeEngine(engine: Engine, runs: number, limitMs: number, threads = engine.threads): Promise<number[]> {
  const before = engine.threads;
  await engine.useThreads?.(threads);
  try {
    fillSelfTestInput(engine.input);
    const times: number[] = [];
    const begun = performance.now();
    do {
      const started = performance.now();
      await engine.run();
      times.push(performance.now() - started);
    } while (times.length < runs && performance.now() - begun < limitMs);
    return times;
  } finally {
    await engine.useThreads?.(before);
  }
}
