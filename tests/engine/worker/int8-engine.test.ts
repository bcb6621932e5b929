import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { TORCHVISION_PREPROCESSING } from '../../../src/engine/model';
import { decodeModel } from '../../../src/engine/onnx/decode';
import { encodeModel } from '../../../src/engine/onnx/encode';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { selfTestProblem } from '../../../src/engine/self-test';
import { foldResNet18 } from '../../../src/engine/resnet18/fold';
import type { Int8ResNet18 } from '../../../src/engine/resnet18/int8';
import { isQuantised, readInt8ResNet18 } from '../../../src/engine/resnet18/read-int8';
import { int8Network } from '../../../src/engine/simd/int8-network';
import type { PlanNetwork } from '../../../src/engine/simd/network';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';
import { knownAnswer } from '../../../tools/model/known-answer';
import { observeResNet18, quantised } from '../../../tools/quantise/quantise-resnet18';
import { DEFAULT_RECIPE, type Recipe } from '../../../tools/quantise/recipe';
import { spawnThread } from '../../../src/engine/host';
import { kernelModule, noThreads, relaxedSimdInNode } from '../../support/node-thread';
import { noise, randomResNet18 } from '../../support/weights';

const weights = foldResNet18(new Map(Object.entries(randomResNet18(11))));

/** Two made inputs. */
async function* inputs(): AsyncGenerator<Float32Array> {
  for (const seed of [1, 2]) {
    const next = noise(seed);
    yield await Promise.resolve(Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i / (50 * seed)) + next()));
  }
}

function fill(engine: Engine, seed: number): void {
  const next = noise(seed);
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = Math.sin(i / 70) + next();
}

describe('SIMD engine in integers', () => {
  let models: (recipe?: Partial<Recipe>) => OnnxModel;
  let network: Int8ResNet18;
  let bytes: Uint8Array;
  let engine: Engine;
  let module: WebAssembly.Module;

  beforeAll(async () => {
    relaxedSimdInNode();
    const observed = await observeResNet18(weights, {}, inputs());
    models = (recipe) => quantised(observed, { ...DEFAULT_RECIPE, ...recipe }, TORCHVISION_PREPROCESSING);
    bytes = encodeModel(models());
    network = readInt8ResNet18(decodeModel(bytes));
    module = await kernelModule('kernels-relaxed.wasm');
    engine = await startSimdEngine(int8Network(network), { threads: 1 }, { module, spawn: noThreads });
  });
  afterAll(() => engine.dispose());

  it('reads the ranges of the file in seven bits', () => {
    expect(isQuantised(models())).toBe(true);
    const scales = new Map(models().graph.initializers.map((t) => [t.name, t]));
    const stepOf = (name: string): number => new Float32Array(new Uint8Array(scales.get(`${name}.scale`)?.raw ?? []).buffer)[0];
    expect(network.pooled).toEqual({ step: (stepOf('maxpool_out') * 255) / 127, zero: 0, top: 127 });
    const named = new Map(network.convolutions.map((c) => [c.name, c]));
    expect(named.get('layer2.0.conv2')?.residual?.step).toBe(stepOf('layer2.0.downsample.0_out'));
    expect(named.get('layer2.0.downsample.0')?.output).toEqual(named.get('layer2.0.conv2')?.residual);
    expect(named.get('layer2.0.conv2')?.residual?.top).toBe(255);
    expect(named.get('layer2.1.conv2')?.residual).toEqual(named.get('layer2.0.conv2')?.output);
    expect(named.get('layer3.0.downsample.0')?.input).toEqual(named.get('layer2.1.conv2')?.output);
    expect(network.convolutions).toHaveLength(19);
  });

  it('passes the self-test that native onnxruntime answered for the same file', async () => {
    const known = await knownAnswer(bytes, 'int8', 224);
    const { logits } = await engine.run();
    // The engine was left with the self-test's input in it.
    expect(selfTestProblem(logits, known)).toBeUndefined();
    const worst = known.logits.reduce((most, v, i) => Math.max(most, Math.abs(v - logits[i])), 0);
    expect(worst).toBeLessThan(known.tolerance / 2);
  });

  it.each([2, 4])('gives the very same logits and features on %i threads as on one, time and again', { timeout: 60_000 }, async (threads) => {
    const shared = await startSimdEngine(int8Network(network), { threads }, { module: await kernelModule('kernels-relaxed-threads.wasm'), spawn: spawnThread });
    try {
      expect(shared.threads).toBe(threads);
      let before: Float32Array | undefined;
      for (let frame = 0; frame < 12; frame++) {
        fill(engine, frame);
        shared.input.set(engine.input);
        const [wanted, own] = [await engine.run(), await shared.run()];
        expect(own.logits, `frame ${frame}`).toEqual(wanted.logits);
        expect(own.features, `frame ${frame}`).toEqual(wanted.features);
        expect(own.logits).not.toEqual(before);
        before = own.logits.slice();
      }
    } finally {
      shared.dispose();
    }
  });

  it('gives the very same in blocks of 16 output channels', async () => {
    const joined = await startSimdEngine(int8Network(network), { threads: 1 }, { module: await kernelModule('kernels-joined.wasm'), spawn: noThreads });
    fill(engine, 5);
    joined.input.set(engine.input);
    const [wanted, own] = [await engine.run(), await joined.run()];
    expect(own.logits).toEqual(wanted.logits);
    expect(own.features).toEqual(wanted.features);
  });

  it('gives the map of a class, whose mean and bias are the score', async () => {
    fill(engine, 31);
    const { logits } = await engine.run();
    for (const index of [1, 500, 998]) {
      const map = engine.classMap?.(index);
      const score = [...(map?.values ?? [])].reduce((sum, v) => sum + v / 49, network.fc.bias[index]);
      expect(map?.values).toHaveLength(49);
      expect(Math.abs(score - logits[index])).toBeLessThan(1e-4 * (1 + Math.abs(logits[index])));
    }
  });

  /** The network with something wrong after its weights have been placed. */
  const spoilt = (spoil: (memory: ArrayBufferLike, operators: readonly { kind?: number; weights?: number; scales?: number; oc?: number; top?: number }[]) => void): PlanNetwork =>
    (arena, threads) => {
      const plan = int8Network(network)(arena, threads);
      return {
        ...plan,
        place: (kernels, memory, staging) => {
          plan.place(kernels, memory, staging);
          spoil(memory, plan.operators.filter((p) => p.scales));
        },
      };
    };

  it.each([
    ['one lane of one convolution multiplies by nothing', (memory: ArrayBufferLike, [operator]: readonly { weights?: number }[]) => {
      const weights = new Int8Array(memory, operator.weights);
      for (let i = 0; i < 64 * 64 * 9; i++) if (i % 32 >> 2 === 3) weights[i] = 0;
    }],
    ['the last scales are a thousandth too large', (memory: ArrayBufferLike, operators: readonly { scales?: number }[]) => {
      const scales = new Float32Array(memory, operators[operators.length - 1].scales, 512);
      for (const [i, v] of scales.entries()) scales[i] = v * 1.001;
    }],
  ])('fails its own check where %s', async (_, spoil) => {
    await expect(startSimdEngine(spoilt(spoil), { threads: 1 }, { module, spawn: noThreads })).rejects.toMatchObject({ code: 'self-test-failed' });
  });

  it('wants a build with integers', async () => {
    await expect(startSimdEngine(int8Network(network), { threads: 1 }, { module: await kernelModule(), spawn: noThreads })).rejects.toThrow(/no integers/);
  });

  it.each([
    ['signed activations', { activations: 'int8' }, /conv1.*(not uint8)/],
    ['everything in integers', { float: [] }, /conv1/],
  ] as const)('refuses %s', (_, recipe, words) => {
    expect(() => readInt8ResNet18(models(recipe))).toThrow(words);
  });
});
