// Whole networks of the family on own kernels, against the graph's definition and native onnxruntime.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, encodeModel, fillSelfTestInput, storeAsHalf } from '../../../src/engine/index';
import { RESNET_BLOCKS } from '../../../src/engine/resnet18/folded';
import { efficientNetLite } from '../../../tools/networks/efficientnet-lite';
import { mobileNetV1 } from '../../../tools/networks/mobilenet-v1';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';
import { resNet } from '../../../tools/networks/resnet';
import { relaxedSimdInNode } from '../../support/node-thread';
import { referenceOnnx } from '../../support/onnx-reference';
import { ROOT } from '../../support/shared';

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

describe('networks of the family on own kernels', () => {
  beforeAll(relaxedSimdInNode);

  it.each([[1, 224, 1000], [2, 160, 10], [3, 97, 21]])('MobileNetV2 of torchvision: %i threads, %i pixels, %i classes', async (threads, size, classes) => {
    expect((await farthest(encodeModel(mobileNetV2(threads, classes, size)), size, threads)).worst).toBeLessThan(TOLERANCE);
  });

  it('MobileNet V1', async () => {
    expect((await farthest(encodeModel(mobileNetV1(4, 30, 224)), 224, 2)).worst).toBeLessThan(TOLERANCE);
  });

  it.each([[1, 240], [2, 260]] as const)('EfficientNet-Lite%i', async (version, size) => {
    expect((await farthest(encodeModel(efficientNetLite(version, version, 10)), size, 2)).worst).toBeLessThan(TOLERANCE);
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

  it.each([['ResNet-18 with classes of its own', RESNET_BLOCKS.resnet18, 5], ['ResNet-34', RESNET_BLOCKS.resnet34, 1000]] as const)('%s', async (_, blocks, classes) => {
    // Winograd's transforms cost some bits.
    expect((await farthest(encodeModel(resNet(blocks, classes, classes)), 224, 2)).worst).toBeLessThan(5e-5);
  });
});
