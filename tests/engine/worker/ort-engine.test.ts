// The runtime that runs what our own kernels do not: its maps and features, which are made of activations that the file does not give.
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { attribute, type OnnxModel } from '../../../src/engine/onnx/model';
import { createOrtEngine } from '../../../src/engine/ort';
import { RandomNetwork } from '../../../tools/networks/random-network';
import { referenceOnnx } from '../../support/onnx-reference';
import { noise } from '../../support/weights';

const SIZE = 32;
const CLASSES = 5;
const CHANNELS = 12;

/** Activations [1, 12, 8, 8], averaged and classified. */
function channelsFirst(): { model: OnnxModel; activations: string } {
  const net = new RandomNetwork(11);
  const x = net.relu6(net.convolution(net.relu6(net.convolution('input', 3, 8, 3, 2)), 8, CHANNELS, 3, 2));
  net.classifier(x, CHANNELS, CLASSES);
  return { model: net.model(SIZE, CLASSES), activations: x };
}

/** The same network as frameworks write it that have the channels last: averages over the places, a product with the weights the other way round. */
function channelsLast(): OnnxModel {
  const { model, activations } = channelsFirst();
  const { graph } = model;
  const net = new RandomNetwork(0);
  const fc = graph.initializers.find(({ name }) => name === 'fc.weight')!;
  const values = new Float32Array(fc.raw.slice().buffer);
  const turned = Float32Array.from(values, (_, i) => values[(i % CLASSES) * CHANNELS + Math.floor(i / CLASSES)]);
  const last = net.node('Transpose', [activations], { perm: attribute.ints(0, 2, 3, 1) });
  const mean = net.node('ReduceMean', [last], { axes: attribute.ints(1, 2), keepdims: attribute.int(0) });
  net.node('Add', [net.node('MatMul', [mean, 'turned']), 'fc.bias'], {}, 'logits');
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes.filter(({ op }) => !['GlobalAveragePool', 'Flatten', 'Gemm'].includes(op)), ...net.nodes],
      initializers: [...graph.initializers.filter((each) => each !== fc), { ...fc, name: 'turned', shape: [CHANNELS, CLASSES], raw: new Uint8Array(turned.buffer) }],
    },
  };
}

describe('onnxruntime-web', () => {
  it.each([['first', () => channelsFirst().model], ['last', channelsLast]])('gives features, and the map of each class, of activations whose channels come %s', async (_, build) => {
    const model = build();
    // Whichever way it is written, it is the same network.
    const { model: plain, activations } = channelsFirst();
    const next = noise(3);
    const image = Float32Array.from({ length: 3 * SIZE * SIZE }, () => 2 * next());
    const wanted = referenceOnnx(plain, image, 'logits');
    const planes = referenceOnnx(plain, image, activations);
    const weight = new Float32Array(plain.graph.initializers.find(({ name }) => name === 'fc.weight')!.raw.slice().buffer);
    const engine = await createOrtEngine(encodeModel(model), { threads: 1 });
    try {
      expect(() => engine.classMap?.(0)).toThrow('has not run yet');
      engine.input.set(image);
      const { logits, features } = await engine.run();
      logits.forEach((score, i) => expect(score).toBeCloseTo(wanted[i], 3));
      const area = 8 * 8;
      expect(features).toHaveLength(CHANNELS);
      features?.forEach((value, c) => expect(value).toBeCloseTo(planes.slice(c * area, (c + 1) * area).reduce((sum, v) => sum + v, 0) / area, 3));
      for (const index of [0, CLASSES - 1]) {
        const map = engine.classMap?.(index);
        expect(map).toMatchObject({ width: 8, height: 8 });
        for (const place of [0, 9, area - 1]) {
          const part = Array.from({ length: CHANNELS }, (_, c) => weight[index * CHANNELS + c] * planes[c * area + place]).reduce((sum, v) => sum + v, 0);
          expect(map?.values[place], `class ${index}, place ${place}`).toBeCloseTo(part, 3);
        }
      }
    } finally {
      engine.dispose();
    }
  });

  it('gives no map of a network that does not average', async () => {
    const net = new RandomNetwork(4);
    const x = net.convolution('input', 3, 4, 3, 2);
    net.node('Gemm', [net.node('Flatten', [x]), net.tensor('fc.weight', [CLASSES, 4 * 16 * 16], 0.1), net.tensor('fc.bias', [CLASSES], 0.1)], { transB: attribute.int(1) }, 'logits');
    const engine = await createOrtEngine(encodeModel(net.model(SIZE, CLASSES)), { threads: 1 });
    try {
      const { logits, features } = await engine.run();
      expect(logits).toHaveLength(CLASSES);
      expect(features).toBeUndefined();
      expect(engine.classMap?.(0)).toBeUndefined();
    } finally {
      engine.dispose();
    }
  });
});
