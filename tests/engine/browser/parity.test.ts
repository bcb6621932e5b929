import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHarness, serveHarness, type HarnessServing } from '../../../tools/harness/serve-harness';
import { DIST } from '../../../tools/serve';
import { TORCHVISION_PREPROCESSING } from '../../../src/engine/model';
import { Preprocessor } from '../../../src/engine/preprocess/preprocessor';
import type { Browsing } from '../../support/browser';
import { referencePython } from '../../support/python';
import { ROOT, SCRATCH, sharedImages } from '../../support/shared';
import { noise } from '../../support/weights';

const MODEL = join(DIST, 'models/resnet18.onnx');
const FOLDER = join(SCRATCH, 'parity');
/** Largest difference of a logit between the browser and native onnxruntime that float32 sums in another order may make. */
const LOGIT_TOLERANCE = 2e-3;

const hasModel = existsSync(MODEL);
if (!hasModel) console.warn('\n*** SKIPPED: the parity test needs dist/models/resnet18.onnx (npm run model, npm run build). ***\n');
const python = hasModel ? referencePython() : undefined;

interface Job {
  readonly name: string;
  readonly image: string;
}

/** Sizes that are odd, small, large, narrow, and the cameras' usual ones. */
const SIZES = [[640, 480], [480, 640], [1280, 720], [1921, 1081], [257, 255], [224, 224], [100, 75], [33, 47], [2000, 230], [301, 999]] as const;

async function synthetic(width: number, height: number): Promise<Job> {
  const next = noise(width * 7 + height);
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = 128 + 90 * Math.sin(i / (17 + (i % 3))) + 37 * next();
  const name = `synthetic-${width}x${height}`;
  const image = join(FOLDER, `${name}.png`);
  await sharp(data, { raw: { width, height, channels: 3 } }).png().toFile(image);
  return { name, image };
}

function floats(name: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(join(FOLDER, name))).buffer);
}

describe.skipIf(python === undefined)('parity with Pillow, numpy and native onnxruntime', () => {
  let jobs: Job[];
  let sizes: Record<string, [number, number]>;
  let serving: HarnessServing;
  let browsing: Browsing;

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    jobs = await Promise.all(SIZES.map(([width, height]) => synthetic(width, height)));
    const images = sharedImages('Part of the parity test (real pictures)') ?? [];
    for (const { path, index } of images.filter((_, i) => i % 25 === 0)) jobs.push({ name: `picture-${index}`, image: path });
    writeFileSync(join(FOLDER, 'jobs.json'), JSON.stringify(jobs));
    const run = spawnSync(python ?? '', [join(ROOT, 'tests/parity/reference.py'), MODEL, join(FOLDER, 'jobs.json'), FOLDER], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    sizes = JSON.parse(readFileSync(join(FOLDER, 'sizes.json'), 'utf8')) as Record<string, [number, number]>;
    serving = await serveHarness({ extra: { '/parity': FOLDER } });
    browsing = await openHarness(serving);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  it('preprocesses every picture to the very same numbers', () => {
    const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);
    const out = new Float32Array(preprocessor.outputLength);
    for (const { name } of jobs) {
      const [width, height] = sizes[name];
      preprocessor.run(readFileSync(join(FOLDER, `${name}.rgba`)), width, height, out);
      const wanted = floats(`${name}.input.f32`);
      let worst = 0;
      for (let i = 0; i < out.length; i++) worst = Math.max(worst, Math.abs(out[i] - wanted[i]));
      // One float32 step: numpy and torch round the three operations alike, but a fused one may differ in the last bit.
      expect(worst, name).toBeLessThanOrEqual(2.5e-7);
    }
  });

  it.each([
    ['ort', 1],
    ['ort', 2],
    ['simd', 1],
    ['simd', 2],
    ['simd', 4],
  ] as const)('gives the same logits through the built worker: %s, %i threads', async (engine, threads) => {
    const loaded = await browsing.page.evaluate((load) => window.sightglassHarness.load(load), {
      workerUrl: serving.workerUrl, modelId: 'resnet18', precision: 'fp32' as const, engine, threads,
    });
    expect(loaded).toMatchObject({ engine, threads, selfTest: 'matched' });
    let worst = 0;
    for (const { name } of jobs) {
      const [width, height] = sizes[name];
      const predictions = await browsing.page.evaluate(
        async ([url, w, h]) => (await window.sightglassHarness.recognisePixels(url, w, h, 1000)).top,
        [`/parity/${name}.rgba`, width, height] as const,
      );
      const logits = floats(`${name}.logits.f32`);
      // Softmax drops a constant that all logits share: compare the logarithms with the mean taken off.
      const ours = new Float64Array(1000);
      for (const { index, probability } of predictions) ours[index] = Math.log(Math.max(probability, 1e-38));
      const meanOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
      const shift = meanOf(logits) - meanOf(ours);
      for (let i = 0; i < 1000; i++) worst = Math.max(worst, Math.abs(ours[i] + shift - logits[i]));
    }
    console.log(`parity: ${engine}, ${threads} threads: max logit difference ${worst.toExponential(2)} over ${jobs.length} pictures (browser against native onnxruntime)`);
    expect(worst).toBeLessThan(LOGIT_TOLERANCE);
  });
});
