// npm run tool -- dim-study [FOLDER] [--count N]: what helps in a dim room: brightening, averaging the pixels of frames, or their answers.
// Pictures fill frames of 1280 x 720 as `npm run accuracy -- scenes` does, darkened, with noise; our own float32 kernels in Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createEngine, Preprocessor, softmax, topK, TORCHVISION_PREPROCESSING, visibleSquare } from '../../src/engine/index';
import { imageQuality } from '../../src/recognise/shared/image-quality';
import { LowLight } from '../../src/recognise/shared/low-light';
import { table, writePart } from '../bench/report';
import { seeded } from '../../src/teach/shared/split';
import { darkenRow, normalTable } from '../harness/noise';
import { ACCURACY, labelledPictures, share, wantedOf } from './figures';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [WIDTH, HEIGHT] = [1280, 720];
const FRAMES = 4;
const CLASSES = 1000;
const WHOLE = visibleSquare(WIDTH, HEIGHT, TORCHVISION_PREPROCESSING);

const SETTINGS = [
  { name: 'light 0.15, noise 4', light: 0.15, noise: 4 }, { name: 'light 0.08, noise 4', light: 0.08, noise: 4 },
  { name: 'light 0.3, noise 12', light: 0.3, noise: 12 }, { name: 'light 0.15, noise 12', light: 0.15, noise: 12 },
] as const;

const random = seeded(7);
const NORMAL = normalTable(random);

async function compose(folder: string, object: string): Promise<Buffer> {
  return sharp(join(folder, object)).removeAlpha().toColourspace('srgb').resize(WIDTH, HEIGHT, { fit: 'contain', background: '#777' }).ensureAlpha().raw().toBuffer();
}

function darkened(pixels: Buffer, light: number, noise: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(pixels.length);
  const length = WIDTH * 4;
  for (let to = 0; to < pixels.length; to += length) darkenRow(pixels.subarray(to, to + length), out, to, { light, noise }, NORMAL, random);
  return out;
}

function averaged(inputs: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(inputs[0].length);
  for (const input of inputs) for (let i = 0; i < out.length; i++) out[i] += input[i] / inputs.length;
  return out;
}

/** As the app does it, of one frame or of some that are averaged; a copy. */
function improved(inputs: readonly Float32Array[]): Float32Array {
  const light = new LowLight();
  let last = inputs[0];
  for (const input of inputs) {
    last = input.slice();
    light.improve(last, imageQuality(last, TORCHVISION_PREPROCESSING).luminance, { name: 'whole', square: WHOLE, mirrored: false }, TORCHVISION_PREPROCESSING);
  }
  return last;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { count: { type: 'string', default: '100' } } });
const folder = positionals.at(0) ?? join(root, '../shared/pictures');
const count = Number(values.count);
const names = labelledPictures(folder, 'npm run tool -- dim-study');
const engine = await createEngine(readFileSync(join(root, 'public/models/resnet18.onnx')), { threads: 1 });
const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);

async function answer(input: Float32Array): Promise<Float32Array> {
  engine.input.set(input);
  const probabilities = new Float32Array(CLASSES);
  softmax((await engine.run()).logits, probabilities);
  return probabilities;
}

async function joined(inputs: readonly Float32Array[]): Promise<Float32Array> {
  const sum = new Float32Array(CLASSES);
  for (const input of inputs) (await answer(input)).forEach((p, i) => (sum[i] += Math.log(Math.max(p, 1e-7))));
  return sum;
}

const right = new Map<string, number[]>();
for (const [column, { light, noise }] of SETTINGS.entries()) {
  for (let i = 0; i < count; i++) {
    const object = names[Math.floor((i * names.length) / count)];
    const pixels = await compose(folder, object);
    const inputs: Float32Array[] = [];
    for (let k = 0; k < FRAMES; k++) {
      const input = new Float32Array(preprocessor.outputLength);
      preprocessor.run(darkened(pixels, light, noise), WIDTH, HEIGHT, input);
      inputs.push(input);
    }
    const mean = averaged(inputs);
    const found: Record<string, Float32Array> = {
      'one frame': await answer(inputs[0]),
      'answers of four frames': await joined(inputs),
      'pixels of four frames': await answer(mean),
      'one frame, brightened': await answer(improved(inputs.slice(0, 1))),
      'answers of four frames, brightened': await joined(inputs.map((input) => improved([input]))),
      'pixels of four frames, brightened (the app)': await answer(improved(inputs)),
    };
    for (const [way, scores] of Object.entries(found)) {
      const counts = right.get(way) ?? SETTINGS.map(() => 0);
      counts[column] += topK(scores, 1)[0].index === wantedOf(object) ? 1 : 0;
      right.set(way, counts);
    }
  }
}
engine.dispose();
writePart('dim-study', [
  '## In a dim room',
  `ResNet-18 in float32, the middle square alone, ${count} pictures before a camera of 1280 x 720 that stands still, their values times the light, each`,
  'frame with noise of so many of 255; top-1 with 95 % intervals (Wilson). `npm run tool -- dim-study`.', '',
  table(['way', ...SETTINGS.map(({ name }) => name)], [...right].map(([way, counts]) => [way, ...counts.map((n) => share(n, count))])),
].join('\n'), ACCURACY);
