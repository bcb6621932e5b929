// Whole networks of the family on own kernels, against the graph's definition and native onnxruntime.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, encodeModel, fillSelfTestInput, foldResNet, resnet18Onnx, storeAsHalf, type OnnxModel } from '../../../src/engine/index';
import { RESNET_BLOCKS } from '../../../src/engine/resnet18/folded';
import { mobileNetV2, RandomNetwork } from '../../../tools/networks/mobilenet-v2';
import { relaxedSimdInNode } from '../../support/node-thread';
import { referenceOnnx } from '../../support/onnx-reference';
import { ROOT } from '../../support/shared';
import { randomResNet } from '../../support/weights';

/** Share of the largest score by which float32 summed in another order may differ. */
const TOLERANCE = 2e-5;
const LITE = join(ROOT, 'public/models/efficientnet-lite0.onnx');

async function farthest(bytes: Uint8Array, size: number, threads: number): Promise<{ worst: number; same: boolean }> {
  const engine = await createEngine(bytes, { threads });
  try {
    expect(engine).toMatchObject({ id: 'simd', threads });
    expect(engine.input).toHaveLength(3 * size * size);
    fillSelfTestInput(engine.input);
    const input = engine.input.slice();
    const { logits } = await engine.run();
    const session = await ort.InferenceSession.create(bytes);
    const results = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, size, size]) });
    const wanted = results[session.outputNames[0]].data as Float32Array;
    await session.release();
    expect(logits).toHaveLength(wanted.length);
    const largest = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const first = logits.slice();
    return { worst: logits.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i])), 0) / largest, same: first.every((v, i) => v === logits[i]) };
  } finally {
    engine.dispose();
  }
}

/** Channels and stride of MobileNet V1's blocks (Howard et al. 2017, table 1). */
const MOBILENET_V1 = [[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1]] as const;

function mobileNetV1(seed: number, classes: number, size: number): OnnxModel {
  const net = new RandomNetwork(seed);
  let channels = 32;
  let x = net.relu6(net.convolution('input', 3, channels, 3, 2));
  for (const [out, stride] of MOBILENET_V1) {
    x = net.relu6(net.convolution(net.relu6(net.convolution(x, channels, channels, 3, stride, channels)), channels, out, 1));
    channels = out;
  }
  net.classifier(x, channels, classes);
  return net.model(size, classes);
}

/** Kernel, stride, expansion, channels and repeats of EfficientNet's stages (Tan and Le 2019, table 1). */
const EFFICIENTNET = [[3, 1, 1, 16, 1], [3, 2, 6, 24, 2], [5, 2, 6, 40, 2], [3, 2, 6, 80, 3], [5, 1, 6, 112, 3], [5, 2, 6, 192, 4], [3, 1, 6, 320, 1]] as const;

/** EfficientNet-Lite (no squeeze, ReLU6, the first and the last stage as they are), padded as TensorFlow does: more at the end. */
function efficientNetLite(seed: number, size: number, width: number, depth: number, classes = 10): OnnxModel {
  const net = new RandomNetwork(seed);
  let side = size;
  const same = (kernel: number, stride: number): number[] => {
    const next = Math.ceil(side / stride);
    const missing = Math.max((next - 1) * stride + kernel - side, 0);
    side = next;
    const before = missing >> 1;
    return [before, before, missing - before, missing - before];
  };
  let channels = 32;
  let x = net.relu6(net.convolution('input', 3, channels, 3, 2, 1, same(3, 2)));
  for (const [stage, [kernel, first, expand, wide, repeats]] of EFFICIENTNET.entries()) {
    const out = Math.max(8, Math.round((wide * width) / 8) * 8);
    const times = stage === 0 || stage === EFFICIENTNET.length - 1 ? repeats : Math.ceil(repeats * depth);
    for (let i = 0; i < times; i++) {
      const stride = i === 0 ? first : 1;
      const inner = channels * expand;
      let y = expand === 1 ? x : net.relu6(net.convolution(x, channels, inner, 1));
      y = net.relu6(net.convolution(y, inner, inner, kernel, stride, inner, same(kernel, stride)));
      y = net.convolution(y, inner, out, 1);
      x = stride === 1 && channels === out ? net.node('Add', [x, y]) : y;
      channels = out;
    }
  }
  net.classifier(net.relu6(net.convolution(x, channels, 1280, 1)), 1280, classes);
  return net.model(size, classes);
}

describe('networks of the family on own kernels', () => {
  beforeAll(relaxedSimdInNode);

  it.each([[1, 224, 1000], [2, 160, 10], [3, 97, 21]])('MobileNetV2 of torchvision: %i threads, %i pixels, %i classes', async (threads, size, classes) => {
    expect((await farthest(encodeModel(mobileNetV2(threads, classes, size)), size, threads)).worst).toBeLessThan(TOLERANCE);
  });

  it('MobileNet V1', async () => {
    expect((await farthest(encodeModel(mobileNetV1(4, 30, 224)), 224, 2)).worst).toBeLessThan(TOLERANCE);
  });

  it.each([[1, 240, 1, 1.1], [2, 260, 1.1, 1.2]])('EfficientNet-Lite%i', async (version, size, width, depth) => {
    expect((await farthest(encodeModel(efficientNetLite(version, size, width, depth)), size, 2)).worst).toBeLessThan(TOLERANCE);
  });

  it('MobileNetV2 with weights stored as float16', async () => {
    expect((await farthest(encodeModel(storeAsHalf(mobileNetV2(8, 12, 128))), 128, 2)).worst).toBeLessThan(TOLERANCE);
  });

  it('MobileNetV2 by the definitions of its operators', async () => {
    const model = mobileNetV2(5, 10, 64);
    const engine = await createEngine(encodeModel(model), { threads: 2 });
    fillSelfTestInput(engine.input);
    const wanted = referenceOnnx(model, engine.input, 'logits');
    const { logits } = await engine.run();
    const largest = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    expect(logits.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i])), 0) / largest).toBeLessThan(TOLERANCE);
    engine.dispose();
  });

  it.skipIf(!existsSync(LITE))('EfficientNet-Lite0 as it comes with the app', async () => {
    const bytes = readFileSync(LITE);
    for (const threads of [1, 2]) expect((await farthest(bytes, 224, threads)).worst, `${threads} threads`).toBeLessThan(TOLERANCE);
  });

  const resnet = (blocks: readonly number[], classes: number): OnnxModel => resnet18Onnx(foldResNet(new Map(Object.entries(randomResNet(classes, classes, blocks)))));

  it.each([['ResNet-18 with classes of its own', RESNET_BLOCKS.resnet18, 5], ['ResNet-34', RESNET_BLOCKS.resnet34, 1000]] as const)('%s', async (_, blocks, classes) => {
    // Winograd's transforms cost some bits.
    expect((await farthest(encodeModel(resnet(blocks, classes)), 224, 2)).worst).toBeLessThan(5e-5);
  });
});
