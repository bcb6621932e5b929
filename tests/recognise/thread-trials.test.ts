import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExclusiveGate } from '../../src/recognise/page/model/exclusive-gate';
import { ThreadTrials, type ThreadSubject } from '../../src/recognise/page/model/thread-trials';
import type { LoadedModel, WorkerCapabilities } from '../../src/recognise/shared/recogniser';
import { bestThreads, mostThreads } from '../../src/recognise/shared/thread-choice';
import { FakePage, settled } from '../support/fake-page';

describe('bestThreads', () => {
  const best = (...ms: number[]): number => bestThreads(ms.map((each, i) => ({ threads: i + 1, ms: each })));

  it('takes more threads only where they gain clearly on what was taken before', () => {
    expect(best(40)).toBe(1);
    expect(best(40, 22, 16, 13)).toBe(4);
    expect(best(40, 39)).toBe(1);
    expect(best(40, 36.9)).toBe(1);
    expect(best(40, 36.8)).toBe(2);
    // Each step is too small by itself, two together are not.
    expect(best(40, 20, 19, 18.4)).toBe(4);
    expect(best(40, 20, 19, 18.5)).toBe(2);
  });

  it('goes no further than the big cores, and past a number that does badly', () => {
    expect(best(40, 21, 30, 34, 36)).toBe(2);
    expect(best(40, 21, 30, 15)).toBe(4);
    expect(best(20, 30, 41)).toBe(1);
  });

  it('does not hang on the order, and wants something', () => {
    expect(bestThreads([{ threads: 2, ms: 10 }, { threads: 1, ms: 20 }])).toBe(2);
    expect(() => bestThreads([])).toThrow(RangeError);
  });
});

describe('mostThreads', () => {
  it('is eight, or as many as there are cores, and fewer with little memory', () => {
    expect([1, 2, 6, 8, 32].map((cores) => mostThreads(cores, undefined))).toEqual([1, 2, 6, 8, 8]);
    expect([0.5, 1, 2, 4, 8].map((memory) => mostThreads(16, memory))).toEqual([2, 2, 4, 8, 8]);
    expect(mostThreads(1, 0.5)).toBe(1);
  });
});

describe('ThreadTrials', () => {
  const variant = { precision: 'int8', file: '', bytes: 1, sha256: 'aa' } as const;
  const capabilities = { wasmThreads: true, hardwareConcurrency: 4, wasmRelaxedSimd: true } as WorkerCapabilities;
  const loaded = { manifest: { variants: [variant] }, precision: 'int8', engine: 'simd', threads: 4, mostThreads: 4 } as unknown as LoadedModel;
  let page: FakePage;
  let stored: string | undefined;
  let settings: { value: { threads: number } };
  let others: boolean;
  let gone: boolean;
  let trials: ThreadTrials;
  let gate: ExclusiveGate;
  let turns: number[];
  let used: number[];
  let told: number[];
  /** Milliseconds on each number of threads; undefined where so many do not start. */
  let takes: (threads: number) => number | undefined;
  const storage = { getItem: () => stored ?? null, setItem: (_: string, text: string) => void (stored = text) };
  const make = (): ThreadTrials => new ThreadTrials(settings, (gate = new ExclusiveGate()), () => others, storage);
  const subject = (change: Partial<LoadedModel> = {}): ThreadSubject => ({
    loaded: { ...loaded, ...change },
    capabilities,
    client: {
      dead: undefined,
      measure: (_runs, _limit, threads) => {
        turns.push(threads);
        const ms = takes(threads);
        return ms === undefined ? Promise.reject(new Error('no such thread')) : Promise.resolve([3 * ms, ms]);
      },
      useThreads: (threads) => {
        used.push(threads);
        return Promise.resolve();
      },
    },
    gone: () => gone,
    told: (threads) => told.push(threads),
  });
  async function pass(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 10) {
      await vi.advanceTimersByTimeAsync(10);
      await settled();
    }
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    page = new FakePage();
    vi.stubGlobal('navigator', {});
    [stored, settings, others, gone, turns, used, told] = [undefined, { value: { threads: 0 } }, false, false, [], [], []];
    takes = (threads) => 40 / Math.min(threads, 3);
    trials = make();
  });
  afterEach(() => {
    trials.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('times each number in turns, takes the best, and remembers it for the next start', async () => {
    expect(trials.threadsToLoad(variant, capabilities)).toEqual({ threads: 4, mostThreads: 4 });
    trials.begin(subject());
    await pass(2500);
    expect(turns).toEqual(Array.from({ length: 6 }, () => [1, 2, 3, 4]).flat());
    expect([used, told]).toEqual([[3], [3]]);
    expect(trials.record).toEqual({ threads: 3, times: [40, 20, 40 / 3, 40 / 3].map((ms, i) => ({ threads: i + 1, ms })) });
    const later = make();
    expect(later.threadsToLoad(variant, capabilities)).toEqual({ threads: 3 });
    turns = [];
    later.begin(subject());
    await pass(2500);
    expect(turns).toEqual([]);
    expect(later.record?.threads).toBe(3);
  });

  it.each([
    ['another processor', { ...capabilities, hardwareConcurrency: 2 }, variant, 2],
    ['other weights', capabilities, { ...variant, sha256: 'bb' }, 4],
    ['another precision', capabilities, { ...variant, precision: 'fp16' }, 4],
  ] as const)('measures anew with %s', async (_, other, file, most) => {
    trials.begin(subject());
    await pass(2500);
    expect(make().threadsToLoad(file, other)).toEqual({ threads: most, mostThreads: most });
  });

  it('tries again at the next visit where one thread won, as a machine that is busy elsewhere looks as if it had one core', async () => {
    takes = () => 40;
    trials.begin(subject());
    await pass(5000);
    expect(trials.record?.threads).toBe(1);
    expect(trials.threadsToLoad(variant, capabilities)).toEqual({ threads: 1 });
    trials.end();
    trials = make();
    expect(trials.threadsToLoad(variant, capabilities)).toEqual({ threads: 4, mostThreads: 4 });
    takes = (threads) => 40 / threads;
    trials.begin(subject());
    expect(trials.record).toBeUndefined();
    await pass(5000);
    expect(trials.record?.threads).toBe(4);
    trials = make();
    expect(trials.threadsToLoad(variant, capabilities)).toEqual({ threads: 4 });
  });

  it('waits until no frame has come for a second, the page is seen, and nothing is recorded or timed', async () => {
    const waits = async (): Promise<void> => {
      const before = turns.length;
      await pass(3000);
      expect(turns.length).toBe(before);
    };
    trials.held = true;
    trials.begin(subject());
    await waits();
    [trials.held, others] = [false, true];
    await waits();
    [others, page.visibilityState] = [false, 'hidden'];
    await waits();
    page.visibilityState = 'visible';
    for (let i = 0; i < 10; i++) {
      trials.frame();
      await pass(300);
    }
    expect(turns).toEqual([]);
    while (turns.length < 6) await pass(10);
    expect(told).toEqual([]);
    // Frames have come in the midst of it: it goes on where it was, behind them.
    const before = turns.length;
    trials.frame();
    await pass(900);
    expect(turns.length).toBe(before);
    await pass(3500);
    expect(told).toEqual([3]);
    expect(turns).toHaveLength(24);
  });

  it('does not begin while a frame is with the network, which goes first', async () => {
    let answer = (): void => undefined;
    const recognised = gate.enter(() => new Promise<void>((resolve) => (answer = resolve)));
    trials.begin(subject());
    await pass(3000);
    expect(turns).toEqual([]);
    answer();
    await recognised;
    await pass(100);
    expect(turns[0]).toBe(1);
  });

  it('leaves a number that a person chose, an engine of another kind, and a single thread alone', async () => {
    settings.value.threads = 2;
    expect(trials.threadsToLoad(variant, capabilities)).toEqual({ threads: 2 });
    trials.begin(subject());
    await pass(2000);
    settings.value.threads = 0;
    trials.begin(subject({ engine: 'ort' }));
    await pass(2000);
    // No shared memory: nothing to choose from.
    expect(trials.threadsToLoad(variant, { ...capabilities, wasmThreads: false })).toEqual({ threads: 1 });
    trials.begin(subject({ threads: 1, mostThreads: 1 }));
    await pass(2000);
    expect([turns, told, trials.record]).toEqual([[], [], undefined]);
  });

  it('does with the threads that start', async () => {
    takes = (threads) => (threads > 2 ? undefined : 40 / threads);
    trials.begin(subject());
    await pass(2500);
    expect(turns.filter((threads) => threads > 2)).toEqual([3]);
    expect(told).toEqual([2]);
    expect(trials.record?.times.map(({ threads }) => threads)).toEqual([1, 2]);
  });

  it('ends with the model', async () => {
    trials.begin(subject());
    await pass(1100);
    const before = turns.length;
    expect(before).toBeGreaterThan(0);
    gone = true;
    await pass(1000);
    expect(turns.length).toBe(before);
    expect(stored).toBeUndefined();
  });

  it('survives what an older version may have stored', () => {
    for (const text of ['no json', '{}', '[["k"]]', '[["k",{"threads":2,"times":[]}]]', '[["k",{"threads":2,"times":[null]}]]']) {
      stored = text;
      expect(make().threadsToLoad(variant, capabilities)).toEqual({ threads: 4, mostThreads: 4 });
    }
  });
});
