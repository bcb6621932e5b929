// ResNet-18 in TensorFlow.js on its WASM backend, for the benchmark.
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { expose } from 'comlink';
import { decodeModel } from '../../../src/engine/onnx/decode';
import type { FoldedConvolution, FoldedResNet18 } from '../../../src/engine/resnet18/folded';
import { readResNet18 } from '../../../src/engine/resnet18/read';
import type { RivalApi } from '../../harness/page';
import { timeRuns } from './time-runs';

type Network = (input: tf.Tensor4D) => tf.Tensor2D;

function network(weights: FoldedResNet18): Network {
  const layers = new Map(
    weights.convolutions.map((c) => [c.name, {
      shape: c,
      // OIHW to TensorFlow's HWIO.
      filter: tf.tidy(() => tf.transpose(tf.tensor4d(c.weight, [c.outChannels, c.inChannels, c.kernel, c.kernel]), [2, 3, 1, 0])),
      bias: tf.tensor1d(c.bias),
    }]),
  );
  const pads = ({ padding: p }: FoldedConvolution): [[number, number], [number, number], [number, number], [number, number]] => [[0, 0], [p, p], [p, p], [0, 0]];
  const convolution = (name: string, x: tf.Tensor4D, activation: 'relu' | 'linear'): tf.Tensor4D => {
    const layer = layers.get(name);
    if (!layer) throw new RangeError(`The weights lack ${name}.`);
    const { shape, filter, bias } = layer;
    return tf.fused.conv2d({ x, filter, strides: shape.stride, pad: pads(shape), bias, activation });
  };
  const fcWeight = tf.tidy(() => tf.transpose(tf.tensor2d(weights.fc.weight, [1000, 512])));
  const fcBias = tf.tensor1d(weights.fc.bias);
  return (input) =>
    tf.tidy(() => {
      let x: tf.Tensor4D = tf.maxPool(convolution('conv1', input, 'relu'), 3, 2, 1);
      for (let stage = 1; stage <= 4; stage++) {
        for (let block = 0; block < 2; block++) {
          const prefix = `layer${stage}.${block}`;
          const residual = convolution(`${prefix}.conv2`, convolution(`${prefix}.conv1`, x, 'relu'), 'linear');
          const shortcut = layers.has(`${prefix}.downsample.0`) ? convolution(`${prefix}.downsample.0`, x, 'linear') : x;
          x = tf.relu(tf.add(residual, shortcut));
        }
      }
      return tf.add(tf.matMul(tf.mean(x, [1, 2]), fcWeight), fcBias);
    });
}

let input: tf.Tensor4D;
let run: Network;
let logits = new Float32Array(0);

async function once(): Promise<void> {
  const output = run(input);
  logits = (await output.data()) as Float32Array<ArrayBuffer>;
  output.dispose();
}

const api: RivalApi = {
  async load({ threads, modelUrl, wasmUrl, input: values }) {
    const started = performance.now();
    setWasmPaths(wasmUrl);
    setThreadsCount(threads);
    await tf.setBackend('wasm');
    const bytes = new Uint8Array(await (await fetch(modelUrl)).arrayBuffer());
    run = network(readResNet18(decodeModel(bytes)));
    input = tf.tidy(() => tf.transpose(tf.tensor4d(values, [1, 3, 224, 224]), [0, 2, 3, 1]));
    await once();
    return performance.now() - started;
  },
  time: (runs) => timeRuns(once, runs),
  logits: () => logits,
};
expose(api);
