import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { foldResNet18 } from '../../../src/engine/resnet18/fold';
import type { FoldedResNet18 } from '../../../src/engine/resnet18/folded';
import { referenceResNet18 } from '../../../src/engine/resnet18/reference';
import { OPERATOR_BYTES, writeOperators } from '../../../src/engine/simd/operator';
import { Arena } from '../../../src/engine/simd/arena';
import { planNetwork } from '../../../src/engine/simd/plan';
import { floatNetwork } from '../../../src/engine/simd/float-network';
import type { HelpRequest } from '../../../src/engine/simd/kernels';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';
import { spawnThread, type Thread } from '../../../src/engine/host';
import { kernelModule, noThreads, relaxedSimdInNode } from '../../support/node-thread';
import { noise, randomResNet18 } from '../../support/weights';

const SIZE = 224;
describe('SIMD engine', () => {
  let weights: FoldedResNet18;
  let engine: Engine;

  beforeAll(async () => {
    weights = foldResNet18(new Map(Object.entries(randomResNet18(11))));
    engine = await startSimdEngine(floatNetwork(weights), { threads: 1 }, { module: await kernelModule(), spawn: noThreads });
  });

  it.each([1, 2])('agrees with ResNet-18 by the book on noise %i, logits and features', async (seed) => {
    const next = noise(seed);
    for (let i = 0; i < engine.input.length; i++) engine.input[i] = 2 * next();
    const image = engine.input.slice();
    const { logits, features } = await engine.run();
    const wanted = referenceResNet18(weights, image, SIZE);
    const worst = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
    const largest = (a: Float32Array): number => a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    expect(features).toHaveLength(512);
    expect(worst(logits, wanted.logits) / largest(wanted.logits)).toBeLessThan(1e-4);
    expect(worst(features ?? new Float32Array(512), wanted.features) / largest(wanted.features)).toBeLessThan(1e-4);
    expect(engine.input).toEqual(image);
    // Each place of a class's map is the sum over the channels there.
    const { values } = engine.classMap?.(511) ?? { values: new Float32Array() };
    for (const place of [0, 6, 24, 42]) {
      let sum = 0;
      for (let c = 0; c < 512; c++) sum += weights.fc.weight[511 * 512 + c] * wanted.activations[c * 49 + place];
      expect(Math.abs(values[place] - sum)).toBeLessThan(1e-3 * (1 + Math.abs(sum)));
    }
  });

  it('gives the map of any class: its mean and the bias are the score', async () => {
    const next = noise(4);
    for (let i = 0; i < engine.input.length; i++) engine.input[i] = 2 * next();
    const { logits } = await engine.run();
    for (const index of [0, 511, 999]) {
      const map = engine.classMap?.(index);
      expect(map).toMatchObject({ width: 7, height: 7 });
      const values = [...(map?.values ?? [])];
      const score = values.reduce((sum, v) => sum + v / 49, weights.fc.bias[index]);
      expect(Math.abs(score - logits[index])).toBeLessThan(1e-4 * (1 + Math.abs(logits[index])));
    }
  });

  it('gives the same answer again after another picture', async () => {
    engine.input.fill(0.3);
    const first = (await engine.run()).logits.slice();
    engine.input.fill(-1);
    expect((await engine.run()).logits).not.toEqual(first);
    engine.input.fill(0.3);
    expect((await engine.run()).logits).toEqual(first);
  });

  it.each([2, 4])('gives the very same logits and features on %i threads as on one, time and again', { timeout: 60_000 }, async (threads) => {
    const module = await kernelModule('kernels-threads.wasm');
    const shared = await startSimdEngine(floatNetwork(weights), { threads }, { module, spawn: spawnThread });
    try {
      expect(shared.threads).toBe(threads);
      const next = noise(threads);
      for (let frame = 0; frame < 12; frame++) {
        for (let i = 0; i < engine.input.length; i++) engine.input[i] = 2 * next();
        shared.input.set(engine.input);
        const [wanted, own] = [await engine.run(), await shared.run()];
        expect(own.logits, `frame ${frame}`).toEqual(wanted.logits);
        expect(own.features, `frame ${frame}`).toEqual(wanted.features);
      }
    } finally {
      shared.dispose();
    }
  });

  it('computes on as many threads as it is told to, up and down, the very same', { timeout: 60_000 }, async () => {
    const module = await kernelModule('kernels-threads.wasm');
    let started = 0;
    const spawn = (): Thread => {
      started++;
      return spawnThread();
    };
    const shared = await startSimdEngine(floatNetwork(weights), { threads: 1, mostThreads: 4 }, { module, spawn });
    try {
      expect([shared.threads, shared.mostThreads, started]).toEqual([1, 4, 0]);
      const next = noise(9);
      for (const threads of [1, 3, 2, 4, 1, 4, 2]) {
        await shared.useThreads?.(threads);
        expect(shared.threads).toBe(threads);
        for (let frame = 0; frame < 3; frame++) {
          for (let i = 0; i < engine.input.length; i++) engine.input[i] = 2 * next();
          shared.input.set(engine.input);
          const [wanted, own] = [await engine.run(), await shared.run()];
          expect(own.logits, `${threads} threads, frame ${frame}`).toEqual(wanted.logits);
        }
      }
      // Each is started once, where it is first wanted.
      expect(started).toBe(3);
      for (const none of [0, 5, 1.5]) await expect(shared.useThreads?.(none)).rejects.toThrow(RangeError);
      expect(shared.threads).toBe(2);
    } finally {
      shared.dispose();
    }
  });

  it('goes on with as many threads as before where a further one does not start', async () => {
    const shared = await startSimdEngine(floatNetwork(weights), { threads: 1, mostThreads: 2 }, { module: await kernelModule('kernels-threads.wasm'), spawn: noThreads });
    await expect(shared.useThreads?.(2)).rejects.toMatchObject({ code: 'threads-failed' });
    expect(shared.threads).toBe(1);
    shared.input.set(engine.input);
    expect((await shared.run()).logits).toEqual((await engine.run()).logits);
  });

  describe('where another build of the kernels is quicker', () => {
    let relaxed: Engine;
    beforeAll(async () => {
      relaxedSimdInNode();
      relaxed = await startSimdEngine(floatNetwork(weights), { threads: 1 }, { module: await kernelModule('kernels-relaxed.wasm'), spawn: noThreads });
    });

    /** Runs in which the other build would have been seen: it is proven in the first one, and has its turn in the second. */
    const RUNS = 4;

    /** Runs both engines on noise. */
    const same = async (reference: Engine, other: Engine, runs: number): Promise<void> => {
      const next = noise(3);
      for (let frame = 0; frame < runs; frame++) {
        for (let i = 0; i < reference.input.length; i++) reference.input[i] = 2 * next();
        other.input.set(reference.input);
        const [wanted, own] = [await reference.run(), await other.run()];
        expect(own.logits, `frame ${frame}`).toEqual(wanted.logits);
        expect(own.features, `frame ${frame}`).toEqual(wanted.features);
        expect(Buffer.compare(Buffer.from(other.input.slice().buffer), Buffer.from(reference.input.slice().buffer))).toBe(0);
      }
    };

    /** Threads that can be counted. */
    const counted = (start: (module: unknown) => Thread = spawnThread): { modules: unknown[]; ended: unknown[]; spawn: () => Thread } => {
      const [modules, ended]: unknown[][] = [[], []];
      const spawn = (): Thread => {
        let [thread, module]: [Thread | undefined, unknown] = [undefined, undefined];
        const heard: Parameters<Thread['addEventListener']>[] = [];
        return {
          addEventListener: (...listener) => void heard.push(listener),
          postMessage: (message) => {
            ({ module } = message as HelpRequest);
            modules.push(module);
            thread = start(module);
            for (const listener of heard) thread.addEventListener(...listener);
            thread.postMessage(message);
          },
          terminate: () => {
            ended.push(module);
            thread?.terminate();
          },
        };
      };
      return { modules, ended, spawn };
    };

    it.each([[true, 'goes on with it'], [false, 'stays as it is']])('lets both compute in turns, with as many threads, and where it is quicker (%s) %s; all give the very same', { timeout: 60_000 }, async (quicker) => {
      const [before, joined] = [await kernelModule('kernels-relaxed-threads.wasm'), await kernelModule('kernels-joined-threads.wasm')];
      const { modules, ended, spawn } = counted();
      let asked = 0;
      const times: number[] = [];
      const shared = await startSimdEngine(floatNetwork(weights), { threads: 2, mostThreads: 3 }, {
        module: before, spawn,
        joined: () => {
          asked++;
          return Promise.resolve(joined);
        },
        quicker: (...each) => {
          times.push(...each);
          return quicker;
        },
      });
      try {
        await same(relaxed, shared, 11);
        expect([asked, modules, ended]).toEqual([0, [before], []]);
        await same(relaxed, shared, 1);
        await expect.poll(() => modules).toEqual([before, joined]);
        await same(relaxed, shared, 3);
        // The number of threads may change meanwhile, for both.
        await shared.useThreads?.(3);
        await expect.poll(() => modules).toHaveLength(4);
        await expect.poll(async () => {
          await same(relaxed, shared, 4);
          return ended;
        }, { timeout: 20_000, interval: 0 }).toEqual(quicker ? [before, before] : [joined, joined]);
        expect([asked, shared.threads, times.length]).toEqual([1, 3, 2]);
        expect(times.every((ms) => ms > 0 && ms < Infinity)).toBe(true);
        await same(relaxed, shared, 4);
      } finally {
        shared.dispose();
      }
      expect(ended).toHaveLength(4);
    });

    it('lets no run wait for it', async () => {
      let arrive: (module: WebAssembly.Module | undefined) => void = () => undefined;
      const joined = new Promise<WebAssembly.Module | undefined>((resolve) => (arrive = resolve));
      const [module, other] = [await kernelModule('kernels-relaxed-threads.wasm'), await kernelModule('kernels-joined-threads.wasm')];
      const { modules, ended, spawn } = counted();
      const shared = await startSimdEngine(floatNetwork(weights), { threads: 2 }, { module, joined: () => joined, spawn });
      await same(relaxed, shared, 14);
      // What comes when the engine is gone is given back.
      shared.dispose();
      arrive(other);
      await joined;
      expect(modules.length).toBe(ended.length);
    });

    it.each<[string, () => Promise<WebAssembly.Module | undefined>]>([
      ['there is none', () => Promise.resolve(undefined)],
      ['it gives other numbers', () => kernelModule('kernels-joined.wasm')],
      ['it cannot be had', () => Promise.reject(new Error('The network is gone.'))],
      ['it cannot be instantiated', () => kernelModule('kernels-joined-threads.wasm')],
      // (module (import "env" "memory" (memory 1)) (func (export "run") (param i32 i32 i32) unreachable))
      ['it traps', () => WebAssembly.compile(Uint8Array.of(
        0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0, 2, 15, 1, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 1,
        3, 2, 1, 0, 7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b,
      ))],
    ])('stays as it is where %s', async (_, joined) => {
      let asked: Promise<unknown> | undefined;
      const other = await startSimdEngine(floatNetwork(weights), { threads: 1 }, {
        module: await kernelModule(), spawn: noThreads, joined: () => {
          const module = joined();
          asked = module;
          return module;
        },
      });
      await same(engine, other, 12);
      await asked?.catch(() => undefined);
      await same(engine, other, RUNS);
      expect(asked).toBeDefined();
    });

    it('stays as it is where its threads do not start', { timeout: 60_000 }, async () => {
      const module = await kernelModule('kernels-relaxed-threads.wasm');
      const { modules, spawn } = counted((wanted) => (wanted === module ? spawnThread() : noThreads()));
      const shared = await startSimdEngine(floatNetwork(weights), { threads: 2 }, { module, joined: () => kernelModule('kernels-joined-threads.wasm'), spawn, quicker: () => true });
      try {
        await same(relaxed, shared, 12);
        await expect.poll(() => modules).toHaveLength(2);
        await same(relaxed, shared, RUNS);
        expect(shared.threads).toBe(2);
      } finally {
        shared.dispose();
      }
    });
  });

  it('says that a thread could not be started', async () => {
    await expect(startSimdEngine(floatNetwork(weights), { threads: 2 }, { module: await kernelModule(), spawn: noThreads })).rejects.toThrow();
  });
});

describe('planNetwork', () => {
  it('gives every buffer a place of its own, aligned', () => {
    const arena = new Arena(1000);
    const shapes = foldResNet18(new Map(Object.entries(randomResNet18(12)))).convolutions;
    const plan = planNetwork(shapes, arena, 2, 1000);
    const addresses = [plan.input, plan.classifier.features, plan.classifier.logits, plan.classifier.weights, ...[...plan.convolutions.values()].flatMap((c) => [c.weights, c.bias])];
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.every((a) => a % 64 === 0 && a >= 1000 && a < arena.end)).toBe(true);
    // Input, first layer and its seams; 4 Winograd convolutions whole; 3 x (packing, 2 direct, 3 Winograd in three operators each);
    // pool, classifier.
    expect(plan.operators).toHaveLength(3 + 4 + 3 * (3 + 9) + 2);
  });

  it('writes phases with their counters at zero', () => {
    const memory = new Int32Array(200).fill(7);
    writeOperators(memory, 64, [{ kind: 8, items: 3, group: 100 }]);
    expect(memory[15]).toBe(7);
    expect(Array.from(memory.subarray(16, 34))).toEqual([...new Array<number>(16).fill(0), 8, 3]);
    expect(memory[16 + 16 + 26]).toBe(100);
    expect(memory[16 + OPERATOR_BYTES / 4]).toBe(7);
  });
});
