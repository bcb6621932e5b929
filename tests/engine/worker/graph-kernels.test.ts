// Each operator that is planned from a graph, by itself, against its definition: several shapes, odd sizes, padding that differs, one
// and more threads, with and without relaxed SIMD.
import { beforeAll, describe, expect, it } from 'vitest';
import { graphNetwork } from '../../../src/engine/graph/graph-network';
import { readGraph } from '../../../src/engine/graph/read-graph';
import { spawnThread } from '../../../src/engine/host';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { attribute, floatTensor, int64Tensor } from '../../../src/engine/onnx/model';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';
import { RandomNetwork } from '../../../tools/networks/random-network';
import { kernelModule, relaxedSimdInNode } from '../../support/node-thread';
import { referenceOnnx } from '../../support/onnx-reference';
import { noise } from '../../support/weights';

/** Share of the largest score by which another order of sums may differ. */
const TOLERANCE = 2e-5;
const BUILDS = [['kernels.wasm', 1], ['kernels-relaxed.wasm', 1], ['kernels-threads.wasm', 2], ['kernels-relaxed-threads.wasm', 3], ['kernels-joined.wasm', 1], ['kernels-joined-threads.wasm', 2]] as const;

const pads = (top: number, left: number, bottom: number, right: number): number[] => [top, left, bottom, right];
const window = (kernel: number, stride: number, around: number[]) =>
  ({ kernel_shape: attribute.ints(kernel, kernel), strides: attribute.ints(stride, stride), pads: attribute.ints(...around) });

/** Name, side of the picture, what is between the picture and the classifier: makes activations of so many channels. */
type Case = readonly [string, number, (net: RandomNetwork) => readonly [string, number]];

const pointwise = (name: string, size: number, inner: number, out: number, stride = 1): Case =>
  [name, size, (net) => [net.convolution(net.convolution('input', 3, inner, 1), inner, out, 1, stride, 1, pads(0, 0, 0, 0)), out]];
const depthwise = (size: number, channels: number, kernel: number, stride: number, around?: number[]): Case =>
  [`depthwise ${kernel} x ${kernel}, stride ${stride}, ${size} x ${size} x ${channels}${around ? `, padded by ${around.join()}` : ''}`, size,
    (net) => [net.relu6(net.convolution(net.convolution('input', 3, channels, 1), channels, channels, kernel, stride, channels, around)), channels]];
const dense = (size: number, inner: number, out: number, kernel: number, stride: number, around?: number[]): Case =>
  [`${kernel} x ${kernel}, stride ${stride}, ${size} x ${size}, ${inner} to ${out} channels${around ? `, padded by ${around.join()}` : ''}`, size,
    (net) => [net.convolution(net.convolution('input', 3, inner, 1), inner, out, kernel, stride, 1, around), out]];

const CASES: readonly Case[] = [
  ['first convolution, 3 x 3, stride 2', 33, (net) => [net.relu6(net.convolution('input', 3, 32, 3, 2)), 32]],
  ['first convolution, padded as TensorFlow does', 40, (net) => [net.relu6(net.convolution('input', 3, 16, 3, 2, 1, pads(0, 0, 1, 1))), 16]],
  ['first convolution, 7 x 7, stride 2', 37, (net) => [net.convolution('input', 3, 24, 7, 2), 24]],
  pointwise('1 x 1', 32, 16, 96), pointwise('1 x 1, odd size', 35, 24, 144), pointwise('1 x 1, channels that are no multiple of eight', 33, 10, 27),
  pointwise('1 x 1, large weights', 32, 256, 264), pointwise('1 x 1, stride 2', 37, 16, 24, 2),
  dense(33, 8, 16, 3, 1), dense(34, 12, 20, 3, 2), dense(32, 8, 8, 5, 1), dense(35, 8, 16, 5, 2, pads(1, 1, 2, 2)), dense(32, 4, 8, 7, 2, pads(2, 3, 3, 2)),
  ...[3, 5, 7].flatMap((kernel) => [1, 2].flatMap((stride) => [32, 45].map((size) => depthwise(size, 24, kernel, stride)))),
  depthwise(56, 32, 3, 2, pads(0, 0, 1, 1)), depthwise(48, 20, 5, 2, pads(1, 1, 2, 2)), depthwise(32, 6, 3, 1, pads(0, 2, 1, 0)),
  ['residual and ReLU', 35, (net) => {
    const x = net.node('Relu', [net.convolution('input', 3, 16, 3)]);
    const y = net.convolution(net.node('Relu', [net.convolution(x, 16, 16, 3)]), 16, 16, 3);
    return [net.node('Relu', [net.node('Add', [y, x])]), 16];
  }],
  ['residual whose other side comes later', 32, (net) => {
    const x = net.node('Relu', [net.convolution('input', 3, 16, 3)]);
    const y = net.convolution(x, 16, 24, 3, 2);
    return [net.node('Relu', [net.node('Add', [y, net.convolution(x, 16, 24, 1, 2, 1, pads(0, 0, 0, 0))])]), 24];
  }],
  ['additions, factors and ReLUs that stand by themselves', 33, (net) => {
    const x = net.convolution('input', 3, 12, 3);
    const y = net.node('Relu', [net.node('Add', [x, net.node('Relu', [x])])]);
    const z = net.node('Mul', [y, net.tensor('factor', [1, 12, 1, 1], 1)]);
    return [net.node('Add', [net.node('Add', [z, x]), net.tensor('one', [], 0.5)]), 12];
  }],
  ['batch norms: folded, and by themselves', 32, (net) => {
    const norm = (x: string, c: number) => net.node('BatchNormalization', [
      x, net.tensor(`${x}.g`, [c], 0.2, 1), net.tensor(`${x}.b`, [c], 0.2), net.tensor(`${x}.m`, [c], 0.2), net.tensor(`${x}.v`, [c], 0.3, 1)], { epsilon: attribute.float(1e-3) });
    const x = net.relu6(norm(net.convolution('input', 3, 16, 3, 2), 16));
    return [net.node('Relu', [norm(net.node('MaxPool', [net.relu6(norm(net.convolution(x, 16, 16, 3, 1, 16), 16))], window(2, 2, pads(0, 0, 0, 0))), 16)]), 16];
  }],
  ['maximum 3 x 3 of numbers below zero', 37, (net) => [net.node('MaxPool', [net.convolution('input', 3, 8, 1)], window(3, 2, pads(1, 1, 1, 1))), 8]],
  ['average 3 x 3, padding left out', 37, (net) => [net.node('AveragePool', [net.convolution('input', 3, 8, 1)], window(3, 2, pads(1, 1, 1, 1))), 8]],
  ['average 2 x 2 with the padding', 33, (net) => [net.node('AveragePool', [net.convolution('input', 3, 8, 1)], { ...window(2, 2, pads(0, 0, 1, 1)), count_include_pad: attribute.int(1) }), 8]],
  ['zeros put around by a Pad', 33, (net) => {
    net.initializers.push(int64Tensor('around', [8], [0, 0, 0, 1, 0, 0, 1, 2]));
    return [net.convolution(net.node('Pad', [net.convolution('input', 3, 8, 1), 'around']), 8, 8, 3, 2, 1, pads(0, 0, 0, 0)), 8];
  }],
  ['a Pad of no width, whose activations are read beside it too', 33, (net) => {
    net.initializers.push(int64Tensor('none', [8], [0, 0, 0, 0, 0, 0, 0, 0]));
    const other = net.convolution('input', 3, 8, 1);
    const x = net.convolution('input', 3, 8, 3);
    const sum = net.node('Add', [net.node('Pad', [x, 'none']), other]);
    const moved = net.node('Add', [net.node('Pad', [other, 'none']), net.tensor('by', [1, 8, 1, 1], 1)]);
    return [net.node('Add', [net.node('Relu', [sum]), net.node('Add', [net.node('Relu', [x]), net.node('Relu', [moved])])]), 8];
  }],
  ['a picture that the network normalises itself', 32, (net) => {
    net.initializers.push(floatTensor('mean', [1, 3, 1, 1], Float32Array.of(0.485, 0.456, 0.406)), floatTensor('deviation', [1, 3, 1, 1], Float32Array.of(0.229, 0.224, 0.225)));
    return [net.convolution(net.node('Div', [net.node('Sub', ['input', 'mean']), 'deviation']), 3, 16, 3, 2), 16];
  }],
];

describe('networks planned from a graph', () => {
  const modules = new Map<string, WebAssembly.Module>();
  beforeAll(async () => {
    relaxedSimdInNode();
    for (const [name] of BUILDS) modules.set(name, await kernelModule(name));
  });

  /** Runs a graph on each build of the kernels and compares scores, features and a map with the graph's definition. */
  async function compare(model: OnnxModel, size: number, features: string, weights: string): Promise<void> {
    const next = noise(size);
    const input = Float32Array.from({ length: 3 * size * size }, () => 2 * next());
    const wanted = referenceOnnx(model, input, 'logits');
    const largest = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    expect(largest).toBeGreaterThan(0.05);
    const read = referenceOnnx(model, input, features);
    for (const [name, threads] of BUILDS) {
      const module = modules.get(name);
      if (!module) throw new Error(`There is no ${name}.`);
      const engine = await startSimdEngine(graphNetwork(readGraph(model)), { threads }, { module, spawn: spawnThread });
      try {
        // Twice: what one run leaves behind is nothing to the next.
        for (let run = 0; run < 2; run++) {
          engine.input.set(input);
          const output = await engine.run();
          expect(output.logits).toHaveLength(wanted.length);
          const worst = output.logits.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i])), 0);
          expect(worst / largest, `${name}, ${threads} threads`).toBeLessThan(TOLERANCE);
          expect(output.features).toHaveLength(read.length);
          const off = output.features?.reduce((most, v, i) => Math.max(most, Math.abs(v - read[i])), 0);
          expect(off).toBeLessThan(TOLERANCE * Math.max(1, ...read.map(Math.abs)));
        }
        const map = engine.classMap?.(1);
        const [biases] = model.graph.initializers.filter((t) => t.name === weights);
        const bias = new Float32Array(new Uint8Array(biases.raw).buffer)[1];
        const mean = [...(map?.values ?? [])].reduce((sum, v) => sum + v, 0) / (map?.values.length ?? NaN);
        expect(Math.abs(mean + bias - wanted[1]) / largest).toBeLessThan(TOLERANCE * 4);
      } finally {
        engine.dispose();
      }
    }
  }

  it.each(CASES)('%s', async (_, size, build) => {
    const net = new RandomNetwork(size + 3);
    const [x, channels] = build(net);
    net.classifier(x, channels, 7);
    await compare(net.model(size, 7), size, net.nodes[net.nodes.length - 2].outputs[0], 'fc.bias');
  });

  it('a classifier of MatMul and Add behind ReduceMean, and a softmax that is left off', async () => {
    const net = new RandomNetwork(4);
    const x = net.relu6(net.convolution('input', 3, 20, 3, 2));
    const mean = net.node('ReduceMean', [x], { axes: attribute.ints(2, 3), keepdims: attribute.int(0) });
    const product = net.node('MatMul', [mean, net.tensor('fc.weight', [20, 9], 0.1)]);
    net.node('Softmax', [net.node('Add', [product, net.tensor('fc.bias', [9], 0.1)], {}, 'logits')], {}, 'probabilities');
    const model = net.model(32, 9);
    const probabilities = { ...model, graph: { ...model.graph, outputs: [{ ...model.graph.outputs[0], name: 'probabilities' }] } };
    await compare(probabilities, 32, mean, 'fc.bias');
  });

  it('channels last, where the graph turns them itself', async () => {
    const net = new RandomNetwork(5);
    const turned = net.node('Transpose', ['input'], { perm: attribute.ints(0, 3, 1, 2) });
    net.classifier(net.relu6(net.convolution(turned, 3, 16, 3, 2)), 16, 5);
    const model = net.model(32, 5);
    const last = { ...model, graph: { ...model.graph, inputs: [{ ...model.graph.inputs[0], shape: [1, 32, 32, 3] }] } };
    const plain = { ...model, graph: { ...model.graph, nodes: model.graph.nodes.map((n) => (n.op === 'Transpose' ? { ...n, op: 'Identity', attributes: {} } : n)) } };
    const input = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i / 30));
    const wanted = referenceOnnx(plain, input, 'logits');
    const module = modules.get('kernels.wasm');
    if (!module) throw new Error('There are no kernels.');
    const engine = await startSimdEngine(graphNetwork(readGraph(last)), { threads: 1 }, { module, spawn: spawnThread });
    engine.input.set(input);
    const { logits } = await engine.run();
    logits.forEach((v, i) => expect(v).toBeCloseTo(wanted[i], 4));
  });
});
