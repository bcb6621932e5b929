// Int8 by our own kernels against the same file on onnxruntime-web, through the built worker.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineId } from '../../../src/engine/engine';
import type { Precision } from '../../../src/engine/model';
import { openHarness, serveHarness, type HarnessServing } from '../../../tools/harness/serve-harness';
import { DIST } from '../../../tools/serve';
import type { Browsing } from '../../support/browser';
import { knownImages } from '../../support/shared';

const hasModel = existsSync(join(DIST, 'models/resnet18-int8.onnx'));
if (!hasModel) console.warn('\n*** SKIPPED: the test of integers needs dist/models/resnet18-int8.onnx (npm run model, npm run build). ***\n');
const images = hasModel ? (knownImages('The test of integers') ?? []).filter((_, i, { length }) => length < 100 || i % 5 === 0) : [];
/** Smallest share of images with the same first label: of the same network in 7 instead of 8 bits, and of int8 and floats. */
const SAME = 0.93;

describe.skipIf(images.length === 0)('integers by our own kernels', () => {
  let serving: HarnessServing;
  let browsing: Browsing;

  beforeAll(async () => {
    serving = await serveHarness({ extra: { '/pictures': join(images[0].path, '..') } });
    browsing = await openHarness(serving);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  /** The five most probable of each image, with their probabilities. */
  async function answers(precision: Precision, engine: EngineId, threads: number): Promise<{ index: number; probability: number }[][]> {
    const loaded = await browsing.page.evaluate((load) => window.sightglassHarness.load(load), {
      workerUrl: serving.workerUrl, modelId: 'resnet18', precision, engine, threads,
    });
    expect(loaded).toMatchObject({ precision, engine, threads, selfTest: 'matched' });
    const all: { index: number; probability: number }[][] = [];
    for (const { path } of images) {
      const url = `/pictures/${encodeURIComponent(path.split('/').at(-1) ?? '')}`;
      all.push(await browsing.page.evaluate(async (u) => (await window.sightglassHarness.recogniseFile(u, 5)).top.map(({ index, probability }) => ({ index, probability })), url));
    }
    return all;
  }

  it('agree with floats and with onnxruntime-web, and are the same on any number of threads', async () => {
    const own = await answers('int8', 'simd', 1);
    for (const threads of [2, 4]) expect(await answers('int8', 'simd', threads), `${threads} threads`).toEqual(own);
    const right = (given: typeof own): number => given.filter(([first], i) => first.index === images[i].index).length;
    const floats = await answers('fp32', 'simd', 2);
    for (const [name, other] of [['fp32, simd', floats], ['int8, ort', await answers('int8', 'ort', 2)]] as const) {
      const same = own.filter(([first], i) => first.index === other[i][0].index).length / own.length;
      console.log(`integers: int8, simd: same first label as ${name}: ${(same * 100).toFixed(1)} % of ${own.length} pictures`);
      expect(same, name).toBeGreaterThan(SAME);
    }
    console.log(`integers: first label right: ${right(own)} by int8, simd, ${right(floats)} by fp32, simd, of ${own.length}`);
    // One point of 100, and one image's luck.
    expect(right(own)).toBeGreaterThanOrEqual(right(floats) - Math.ceil(own.length / 100) - 1);
  });
});
