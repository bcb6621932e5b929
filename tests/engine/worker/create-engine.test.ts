import { beforeAll, describe, expect, it } from 'vitest';
import {
  capabilities, createEngine, encodeModel, EngineError, foldResNet18, MOST_THREADS, referenceResNet18, resnet18Onnx, usableThreads,
  type FoldedResNet18,
} from '../../../src/engine/index';
import { noise, randomResNet18 } from '../../support/weights';

const SIZE = 224;

describe('createEngine in Node', () => {
  let weights: FoldedResNet18;
  let model: Uint8Array;

  beforeAll(() => {
    weights = foldResNet18(new Map(Object.entries(randomResNet18(21))));
    model = encodeModel(resnet18Onnx(weights));
  });

  it('reads its kernels and starts its threads itself, and agrees with ResNet-18 by the book', async () => {
    const next = noise(5);
    const image = Float32Array.from({ length: 3 * SIZE * SIZE }, () => 2 * next());
    const wanted = referenceResNet18(weights, image, SIZE);
    const largest = wanted.logits.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    for (const threads of [1, 3]) {
      const engine = await createEngine(model, { threads });
      try {
        expect(engine).toMatchObject({ id: 'simd', threads });
        engine.input.set(image);
        const { logits, features } = await engine.run();
        expect(features).toHaveLength(512);
        const worst = logits.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted.logits[i])), 0);
        expect(worst / largest, `${threads} threads`).toBeLessThan(1e-4);
      } finally {
        engine.dispose();
      }
    }
  });

  it('takes a thread for each processor, four at most, where nobody says how many', () => {
    const { hardwareConcurrency, wasmSimd, wasmThreads } = capabilities();
    expect(wasmSimd).toBe(true);
    expect(wasmThreads).toBe(true);
    expect(usableThreads()).toBe(Math.min(hardwareConcurrency, MOST_THREADS));
    expect(usableThreads(7)).toBe(7);
  });

  it('takes one thread where memory cannot be shared, or the thread that calls must not sleep, as a page must not', () => {
    const { wait } = Atomics;
    const { SharedArrayBuffer: shared } = globalThis;
    try {
      Atomics.wait = () => {
        throw new TypeError('Atomics.wait cannot be called in this context');
      };
      expect(usableThreads(4)).toBe(1);
      Atomics.wait = wait;
      expect(usableThreads(4)).toBe(4);
      Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
      expect(usableThreads(4)).toBe(1);
    } finally {
      Atomics.wait = wait;
      globalThis.SharedArrayBuffer = shared;
    }
  });

  it('says by an EngineError that a file is no classifier, and by a RangeError that threads are none', async () => {
    const invalid = { name: 'OnnxError', code: 'model-invalid' };
    await expect(createEngine(new TextEncoder().encode('no model'))).rejects.toMatchObject(invalid);
    const other = resnet18Onnx(weights);
    const short = { ...other, graph: { ...other.graph, nodes: other.graph.nodes.slice(0, 9) } };
    const refused = createEngine(encodeModel(short));
    await expect(refused).rejects.toBeInstanceOf(EngineError);
    await expect(refused).rejects.toMatchObject({ code: 'model-invalid' });
    for (const threads of [0, 1.5, Number.NaN]) await expect(createEngine(model, { threads })).rejects.toThrow(RangeError);
  });
});
