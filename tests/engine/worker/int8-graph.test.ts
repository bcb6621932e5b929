// Networks in int8 that are planned from their graph: each convolution bit for bit by its definition, the whole against native onnxruntime.
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, encodeModel, fillSelfTestInput, selfTestProblem, TORCHVISION_PREPROCESSING, type OnnxModel } from '../../../src/engine/index';
import { int8GraphNetwork } from '../../../src/engine/graph/int8-graph-network';
import { UncoveredError } from '../../../src/engine/graph/layers';
import { planInt8Graph } from '../../../src/engine/graph/plan-int8-graph';
import { readInt8Graph } from '../../../src/engine/graph/read-int8-graph';
import { Arena } from '../../../src/engine/simd/arena';
import type { PlanNetwork } from '../../../src/engine/simd/network';
import { Kind } from '../../../src/engine/simd/operator';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';
import { knownAnswer } from '../../../tools/model/known-answer';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';
import { RandomNetwork } from '../../../tools/networks/random-network';
import { observe } from '../../../tools/quantise/observe';
import { tensorsToObserve } from '../../../tools/quantise/graph';
import { quantised } from '../../../tools/quantise/quantise-resnet18';
import type { Recipe } from '../../../tools/quantise/recipe';
import { kernelModule, noThreads, relaxedSimdInNode } from '../../support/node-thread';
import { noise } from '../../support/weights';

async function* inputs(size: number): AsyncGenerator<Float32Array> {
  for (const seed of [1, 2]) {
    const next = noise(seed);
    yield await Promise.resolve(Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i / (50 * seed)) + next()));
  }
}

/** As tools/quantise does it: all but the first convolution and the classifier in integers. */
async function integers(model: OnnxModel, size: number, recipe: Partial<Recipe> = {}): Promise<OnnxModel> {
  const float = [model.graph.nodes.find((n) => n.op === 'Conv'), model.graph.nodes.find((n) => n.op === 'Gemm')].map((n) => n?.name ?? '');
  const whole: Recipe = { activations: 'uint8', method: { kind: 'minmax' }, weightLevels: 127, weightLevelsBesideSigned: 63, float, ...recipe };
  const observations = await observe(model, inputs(size), tensorsToObserve(model, whole));
  return quantised({ model, observations }, whole, TORCHVISION_PREPROCESSING);
}

/** Inverted residual blocks of 3 x 3 and 5 x 5, stride 1 and 2, padded as TensorFlow does or not, channels of part of a block. */
function blocks(seed: number, size: number): OnnxModel {
  const net = new RandomNetwork(seed);
  let x = net.relu6(net.convolution('input', 3, 16, 3, 2, 1, [0, 0, 1, 1]));
  let channels = 16;
  for (const [kernel, stride, out, pads] of [[3, 1, 24, [1, 1, 1, 1]], [5, 1, 24, [2, 2, 2, 2]], [5, 2, 40, [1, 1, 2, 2]], [3, 2, 40, [0, 0, 1, 1]], [3, 1, 40, [1, 1, 1, 1]]] as const) {
    const wide = net.relu6(net.convolution(x, channels, channels * 3, 1));
    const y = net.convolution(net.relu6(net.convolution(wide, channels * 3, channels * 3, kernel, stride, channels * 3, pads)), channels * 3, out, 1);
    x = stride === 1 && channels === out ? net.node('Add', [y, x]) : y;
    channels = out;
  }
  net.classifier(net.relu6(net.convolution(x, channels, 64, 1)), 64, 11);
  return net.model(size, 11);
}

/** ResNet's blocks: a convolution of stride 1 by 1 beside two of 3 by 3, one that adds what it reads, and a last one that gives floats. */
function residual(seed: number, size: number): OnnxModel {
  const net = new RandomNetwork(seed);
  const relu = (x: string): string => net.node('Relu', [x]);
  let x = relu(net.convolution('input', 3, 16, 3, 2));
  let channels = 16;
  for (const [out, stride] of [[16, 1], [32, 2], [32, 1], [48, 2], [48, 1]] as const) {
    const inner = net.convolution(relu(net.convolution(x, channels, out, 3, stride)), out, out, 3);
    x = relu(net.node('Add', [inner, channels === out ? x : net.convolution(x, channels, out, 1, stride)]));
    channels = out;
  }
  net.classifier(x, channels, 11);
  return net.model(size, 11);
}

/** Convolutions of 3 x 3 with stride 2, down to few pixels. */
function dense(seed: number, size: number, layers: number): OnnxModel {
  const net = new RandomNetwork(seed);
  let x = net.relu6(net.convolution('input', 3, 16, 3, 2));
  for (let i = 0; i < layers; i++) x = net.relu6(net.convolution(net.relu6(net.convolution(x, 16, 16, 3, 2)), 16, 16, 1));
  net.classifier(x, 16, 11);
  return net.model(size, 11);
}

describe('networks in int8 planned from a graph', () => {
  beforeAll(relaxedSimdInNode);

  it.each([['blocks', 64, blocks(3, 64)], ['blocks of odd sizes', 90, blocks(4, 90)], ['3 x 3 with stride 2', 96, dense(2, 96, 2)], ['blocks as ResNet has them', 64, residual(8, 64)], ['MobileNetV2', 160, mobileNetV2(3, 12, 160)]] as const)(
    '%s: bit for bit by the definition of each convolution, near native onnxruntime, the same on all threads',
    async (_, size, model) => {
      const int8 = await integers(model, size);
      const bytes = encodeModel(int8);
      const known = await knownAnswer(bytes, 'int8', size);
      let first: Float32Array | undefined;
      for (const threads of [1, 2, 3]) {
        // Starting it compares every convolution with its definition.
        const engine = await createEngine(bytes, { threads });
        try {
          expect(engine).toMatchObject({ id: 'simd', threads });
          fillSelfTestInput(engine.input);
          const { logits, features } = await engine.run();
          expect(selfTestProblem(logits, known)).toBeUndefined();
          first ??= logits.slice();
          expect(logits).toEqual(first);
          expect(features?.some((v) => v > 0)).toBe(true);
          expect(engine.classMap?.(2).values.some((v) => v !== 0)).toBe(true);
        } finally {
          engine.dispose();
        }
      }
      const session = await ort.InferenceSession.create(encodeModel(model));
      const input = new Float32Array(3 * size * size);
      fillSelfTestInput(input);
      const float = (await session.run({ input: new ort.Tensor('float32', input, [1, 3, size, size]) }))['logits'].data as Float32Array;
      const worst = float.reduce((most, v, i) => Math.max(most, Math.abs(v - (first?.[i] ?? NaN))), 0);
      expect(worst / (Math.max(...float) - Math.min(...float))).toBeLessThan(0.25);
    },
  );

  it('keeps what does not begin at zero in 8 bits, what does in 7', async () => {
    const { steps, network } = readInt8Graph(await integers(blocks(3, 64), 64));
    const tops = network.layers.map((l) => (l.kind === 'convolution' ? steps[l.output]?.top : undefined));
    expect(tops).toEqual([127, 127, 127, 255, 127, 127, 255, 127, 127, 255, 127, 127, 255, 127, 127, 255, 127, undefined, undefined]);
  });

  const spoilt = (int8: OnnxModel, spoil: (memory: ArrayBufferLike, kind: readonly { kind?: number; weights?: number; scales?: number }[]) => void): PlanNetwork => (arena, threads) => {
    const plan = int8GraphNetwork(readInt8Graph(int8))(arena, threads);
    return { ...plan, place: (kernels, memory, staging) => {
      plan.place(kernels, memory, staging);
      spoil(memory, plan.operators.filter((p) => p.kind === Kind.int8 || p.kind === Kind.qs8Dwconv));
    } };
  };

  it('fails its own check where the weights of one convolution are others', async () => {
    const int8 = await integers(blocks(5, 64), 64);
    const module = await kernelModule('kernels-relaxed.wasm');
    // A 1 x 1 convolution, and a depthwise one.
    for (const [at, length] of [[0, 16 * 48], [1, 48 * 12]] as const) {
      const spoil = (memory: ArrayBufferLike, operators: readonly { weights?: number }[]): void => {
        const weights = new Int8Array(memory, operators[at].weights);
        for (let i = 0; i < length; i++) weights[i] = -weights[i];
      };
      await expect(startSimdEngine(spoilt(int8, spoil), { threads: 1 }, { module, spawn: noThreads })).rejects.toMatchObject({ code: 'self-test-failed' });
    }
  });

  it.each([
    ['weights of 8 bits beside activations that do not begin at zero', { weightLevelsBesideSigned: 127 }, 'its weights have 8 bits'],
    ['signed activations', { activations: 'int8' }, 'its activations are not uint8'],
  ] as const)('refuses %s', async (_, recipe, words) => {
    const int8 = await integers(blocks(6, 64), 64, recipe);
    const plan = (): unknown => planInt8Graph(readInt8Graph(int8), new Arena(0), 1);
    expect(plan).toThrow(UncoveredError);
    expect(plan).toThrow(words);
  });

  it('refuses activations that are too small for its inner loop', async () => {
    const int8 = await integers(dense(7, 32, 3), 32);
    expect(() => planInt8Graph(readInt8Graph(int8), new Arena(0), 1)).toThrow('too small');
  });
});
