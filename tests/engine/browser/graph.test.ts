// EfficientNet-Lite0 on our own kernels, through the built worker, against the same file on onnxruntime-web.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineId } from '../../../src/engine/engine';
import type { Precision } from '../../../src/engine/model';
import { openHarness, serveHarness, type HarnessServing } from '../../../tools/harness/serve-harness';
import { DIST } from '../../../tools/serve';
import type { Browsing } from '../../support/browser';
import { SCRATCH } from '../../support/shared';

const hasModel = existsSync(join(DIST, 'models/efficientnet-lite0.onnx'));
if (!hasModel) console.warn('\n*** SKIPPED: the test of EfficientNet-Lite0 needs dist/models/efficientnet-lite0.onnx (npm run build). ***\n');
const hasInt8 = existsSync(join(DIST, 'models/efficientnet-lite0-int8.onnx'));
if (hasModel && !hasInt8) console.warn('\n*** SKIPPED: the test of EfficientNet-Lite0 in int8 needs dist/models/efficientnet-lite0-int8.onnx (npm run model, npm run build). ***\n');
const FOLDER = join(SCRATCH, 'graph');

describe.skipIf(!hasModel)('EfficientNet-Lite0 by our own kernels', () => {
  let serving: HarnessServing;
  let browsing: Browsing;

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
    await sharp({ create: { width: 320, height: 280, channels: 3, background: '#777', noise } }).blur(6).png().toFile(join(FOLDER, 'clouds.png'));
    serving = await serveHarness({ extra: { '/graph': FOLDER } });
    browsing = await openHarness(serving);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  async function answer(engine: EngineId, threads: number, precision: Precision = 'fp16'): Promise<{ index: number; probability: number }[]> {
    const loaded = await browsing.page.evaluate((load) => window.sightglassHarness.load(load), {
      workerUrl: serving.workerUrl, modelId: 'efficientnet-lite0', precision, engine, threads,
    });
    // Native onnxruntime's answer, which stands in the model's manifest, is the one that each start is held to.
    expect(loaded).toMatchObject({ engine, threads, selfTest: 'matched' });
    return browsing.page.evaluate(async () => (await window.sightglassHarness.recogniseFile('/graph/clouds.png', 1000)).top.map(({ index, probability }) => ({ index, probability })));
  }

  it.each([1, 2])('gives the probabilities that onnxruntime-web gives: %i threads', async (threads) => {
    const wanted = new Map((await answer('ort', threads)).map(({ index, probability }) => [index, probability]));
    const own = await answer('simd', threads);
    expect(own).toHaveLength(1000);
    for (const { index, probability } of own) expect(Math.abs(probability - (wanted.get(index) ?? NaN))).toBeLessThan(1e-5);
  });

  it.skipIf(!hasInt8)('gives the same in int8 on any number of threads, near what onnxruntime-web gives', async () => {
    const wanted = new Map((await answer('ort', 2, 'int8')).map(({ index, probability }) => [index, probability]));
    const own = await answer('simd', 1, 'int8');
    expect(await answer('simd', 2, 'int8')).toEqual(own);
    for (const { index, probability } of own) expect(Math.abs(probability - (wanted.get(index) ?? NaN))).toBeLessThan(0.1);
  });
});
