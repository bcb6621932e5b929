// npm run tool -- parts-study: what the first of two parts of the int8 weights (ModelParts in src/base/shared/model.ts) costs and saves, by how many bits it lacks.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interval } from '../../src/base/shared/statistics';
import { decodeModel } from '../../src/engine/onnx/decode';
import { OnnxType } from '../../src/engine/onnx/model';
import { topK } from '../../src/engine/probabilities';
import { modelIndex } from '../../src/server/model-index';
import * as ort from '../../src/server/onnxruntime';
import { noise } from '../../tests/support/weights';
import { labelledPictures, wantedOf } from '../accuracy/figures';
import { calibrationImages } from '../quantise/calibration-set';
import { networkInputs } from '../quantise/images';
import { smallestGzip, splitModel } from './split';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = join(root, 'public/models');
const folder = process.argv[2] ?? join(root, '../shared/pictures');
const DROPPED = [0, 3, 4];

/**
 * The file with each channel's integers drawn from the normal distribution of their own deviation: no two are alike by more than chance, as
 * they are where weights were stored by vectors out of a table, and of all distributions with a deviation this is the one of the most entropy.
 */
function redrawn(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const drawn = file.slice();
  const next = noise(1);
  // Twelve even values of -1..1 have a deviation of 2.
  const normal = (): number => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, 0) / 2;
  for (const { type, shape, raw } of decodeModel(drawn).graph.initializers) {
    if (type !== OnnxType.int8 || shape.length !== 4) continue;
    const weights = new Int8Array(raw.buffer, raw.byteOffset, raw.length);
    const each = weights.length / shape[0];
    for (let at = 0; at < weights.length; at += each) {
      const channel = weights.subarray(at, at + each);
      const deviation = Math.sqrt(channel.reduce((sum, w) => sum + w * w, 0) / each);
      channel.forEach((_, i) => (channel[i] = Math.max(-127, Math.min(127, Math.round(deviation * normal())))));
    }
  }
  return drawn;
}

async function main(): Promise<void> {
  const manifest = modelIndex(models).find(({ id }) => id === 'resnet18');
  const variant = manifest?.variants.find(({ precision }) => precision === 'int8');
  if (!manifest || !variant || !existsSync(folder)) throw new Error('There is no int8 model, or no folder of pictures: npm run model first.');
  const file = new Uint8Array(readFileSync(join(models, variant.file)));
  const used = new Set(calibrationImages(folder, variant.quantisation?.pictures?.count ?? 0).paths);
  const names = labelledPictures(folder, 'npm run tool -- parts-study').filter((name) => !used.has(join(folder, name)));
  const { crop } = manifest.preprocessing;
  const splits = DROPPED.map((dropped) => splitModel(file, dropped));
  const sessions = await Promise.all(splits.map(({ first }) => ort.InferenceSession.create(first, { intraOpNumThreads: 1, logSeverityLevel: 3 })));
  const right = DROPPED.map(() => 0);
  const same = DROPPED.map(() => 0);
  let i = 0;
  for await (const { input } of networkInputs(names.map((name) => join(folder, name)), manifest.preprocessing)) {
    const tensor = new ort.Tensor('float32', input, [1, 3, crop, crop]);
    const labels: number[] = [];
    for (const session of sessions) labels.push(topK((await session.run({ [session.inputNames[0]]: tensor })).logits.data as Float32Array, 1)[0].index);
    labels.forEach((label, k) => {
      if (label === wantedOf(names[i])) right[k]++;
      if (label === labels[0]) same[k]++;
    });
    i++;
  }
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  const worst = redrawn(file);
  console.log(`${names.length} pictures that did not calibrate; ${manifest.source}; the file has ${mb(file.length)} MB\n`);
  console.log('| bits that the first part lacks | first part, MB | second part, MB | normally drawn weights: first, MB | second, MB | top-1 of the first part (95 % interval) | same first label |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  DROPPED.forEach((dropped, k) => {
    const sizes = [splits[k], splitModel(worst, dropped)].flatMap(({ first, rest }) => [mb(smallestGzip(first).length), mb(smallestGzip(rest).length)]);
    const [low, high] = interval(right[k], names.length).map((share) => (100 * share).toFixed(1));
    const share = (count: number): string => `${((100 * count) / names.length).toFixed(1)} %`;
    console.log(`| ${dropped} | ${sizes.join(' | ')} | ${share(right[k])} (${low} to ${high}) | ${share(same[k])} |`);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
