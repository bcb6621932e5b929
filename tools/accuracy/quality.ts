// npm run tool -- quality: of labelled images (NNNN-name.jpg), darkened and blurred: how many first labels are right, and how many
// images are called dark and blurred (src/recognise/shared/image-quality.ts). ResNet-18 in float32, natively.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Preprocessor, softmax, topK, TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { imageQuality, shortcomingOf } from '../../src/recognise/shared/image-quality';
import * as ort from '../../src/server/onnxruntime';
import { noise } from '../../tests/support/weights';
import { labelledPictures, wantedOf } from './figures';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.argv[2] ?? join(root, '../shared/pictures');
const model = join(root, 'public/models/resnet18.onnx');
/** One image of so many is looked at. */
const STEP = 4;
const GAINS = [1, 0.5, 0.3, 0.2, 0.12, 0.08];
/** Deviations of a Gaussian in pixels of an image whose shorter side is 256. */
const BLURS = [1, 1.5, 2, 3, 4];

interface Change {
  readonly gain: number;
  readonly blur: number;
  /** Deviation of the noise that is added, of 255. */
  readonly noise: number;
}

async function pixelsOf(path: string, { gain, blur, noise: deviation }: Change, next: () => number): Promise<{ data: Buffer; width: number; height: number }> {
  const image = sharp(path).rotate().toColourspace('srgb').removeAlpha();
  const { width, height } = await image.metadata();
  const blurred = blur > 0 ? image.blur(Math.max(0.3, (blur * Math.min(width, height)) / 256)) : image;
  const { data, info } = await blurred.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  // Four even values of -1..1 have a deviation of sqrt(4 / 3).
  const scale = deviation / Math.sqrt(4 / 3);
  for (let i = 0; deviation > 0 && i < data.length; i++) {
    if (i % 4 < 3) data[i] = Math.max(0, Math.min(255, Math.round(data[i] * gain + scale * (next() + next() + next() + next()))));
  }
  return { data, width: info.width, height: info.height };
}

async function main(): Promise<void> {
  if (!existsSync(model)) throw new Error('There is no model: npm run model first.');
  const names = labelledPictures(folder, 'npm run tool -- quality');
  const some = names.filter((_, i) => i % STEP === 1);
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);
  const { crop } = TORCHVISION_PREPROCESSING;
  const input = new Float32Array(preprocessor.outputLength);
  const next = noise(3);
  const share = (count: number): string => `${((100 * count) / some.length).toFixed(0)} %`.padStart(7);
  console.log(`${some.length} pictures\n gain  blur    right    dark blurred`);
  const changes = [
    ...GAINS.map((gain): Change => ({ gain, blur: 0, noise: gain < 1 ? 3 : 0 })),
    ...BLURS.map((blur): Change => ({ gain: 1, blur, noise: 2 })),
  ];
  for (const change of changes) {
    let [right, dark, blurred] = [0, 0, 0];
    for (const name of some) {
      const { data, width, height } = await pixelsOf(join(folder, name), change, next);
      preprocessor.run(data, width, height, input);
      const shortcoming = shortcomingOf(imageQuality(input, TORCHVISION_PREPROCESSING));
      if (shortcoming === 'dark') dark++;
      if (shortcoming === 'blurred') blurred++;
      const { [session.outputNames[0]]: logits } = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, crop, crop]) });
      if (topK(softmax(logits.data as Float32Array), 1)[0].index === wantedOf(name)) right++;
    }
    console.log(`${change.gain.toFixed(2).padStart(5)} ${change.blur.toFixed(1).padStart(5)} ${share(right)} ${share(dark)} ${share(blurred)}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
