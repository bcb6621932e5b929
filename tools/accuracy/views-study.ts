// npm run tool -- views-study: how alike the features of two frames of one thing are (cosine), by what happened between them: noise and a shaking
// hand, a step to the side, nearer, a turn. What of it counts as another view (src/sessions/shared/label-quality.ts) is decided by it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Preprocessor, TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { VIEW_ALIKE } from '../../src/sessions/shared/label-quality';
import * as ort from '../../src/server/onnxruntime';
import { noise } from '../../tests/support/weights';
import { table, writePart } from '../bench/report';
import { labelledPictures } from './figures';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.argv[2] ?? join(root, '../shared/pictures');
const model = join(root, 'public/models/resnet18.onnx');
/** One image of so many is looked at. */
const STEP = 4;
/** Side of the frame that the network's square is cut from, pixels. */
const SIDE = 360;

/** What happened between two frames: a move in shares of the side, a zoom, a turn in the plane in degrees, a turn of half a circle about the upright. */
interface Move {
  readonly name: string;
  readonly dx?: number;
  readonly zoom?: number;
  readonly turn?: number;
  readonly mirrored?: true;
}

const MOVES: readonly Move[] = [
  { name: 'nothing: noise of 4 of 255 alone' },
  { name: 'a shaking hand: 2 % of the side', dx: 0.02 },
  { name: 'a step: 10 % of the side', dx: 0.1 },
  { name: 'a step: 25 % of the side', dx: 0.25 },
  { name: 'nearer by 1.15', zoom: 1.15 },
  { name: 'nearer by 1.5', zoom: 1.5 },
  { name: 'turned by 10 degrees in the plane', turn: 10 },
  { name: 'turned by 30 degrees in the plane', turn: 30 },
  { name: 'mirrored, as a thing seen from its other side', mirrored: true },
];

async function frame(path: string, { dx = 0, zoom = 1, turn = 0, mirrored }: Move, next: () => number): Promise<Buffer> {
  // Room for moves and turns around what is cut out.
  const whole = 2 * SIDE;
  const [side, at] = [SIDE / zoom, (whole - SIDE / zoom) / 2];
  let image = sharp(await sharp(path).rotate().toColourspace('srgb').removeAlpha().resize(whole, whole, { fit: 'cover' }).toBuffer());
  if (turn !== 0) {
    const { data, info } = await image.rotate(turn).toBuffer({ resolveWithObject: true });
    image = sharp(data).extract({ left: (info.width - whole) >> 1, top: (info.height - whole) >> 1, width: whole, height: whole });
    image = sharp(await image.toBuffer());
  }
  if (mirrored) image = image.flop();
  const cut = image.extract({ left: Math.round(at + dx * side), top: Math.round(at), width: Math.round(side), height: Math.round(side) });
  const data = await sharp(await cut.toBuffer()).resize(SIDE, SIDE).ensureAlpha().raw().toBuffer();
  for (let i = 0; i < data.length; i++) {
    if (i % 4 < 3) data[i] = Math.max(0, Math.min(255, Math.round(data[i] + 4 * Math.sqrt(3 / 4) * (next() + next() + next() + next()))));
  }
  return data;
}

async function main(): Promise<void> {
  if (!existsSync(model)) throw new Error('There is no model: npm run model first.');
  const some = labelledPictures(folder, 'npm run tool -- views-study').filter((_, i) => i % STEP === 1);
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);
  const { crop } = TORCHVISION_PREPROCESSING;
  const input = new Float32Array(preprocessor.outputLength);
  const next = noise(3);
  const features = async (path: string, move: Move): Promise<Float32Array> => {
    preprocessor.run(await frame(path, move, next), SIDE, SIDE, input);
    const { features: found } = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, crop, crop]) });
    return Float32Array.from(found.data as Float32Array);
  };
  const cosine = (a: Float32Array, b: Float32Array): number => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) [ab, aa, bb] = [ab + a[i] * b[i], aa + a[i] * a[i], bb + b[i] * b[i]];
    return ab / Math.sqrt(aa * bb);
  };
  const rows: string[][] = [];
  const first = new Map<string, Float32Array>();
  for (const name of some) first.set(name, await features(join(folder, name), { name: '' }));
  for (const move of MOVES) {
    const found: number[] = [];
    for (const name of some) found.push(cosine(first.get(name)!, await features(join(folder, name), move)));
    found.sort((a, b) => a - b);
    const at = (share: number): string => found[Math.min(found.length - 1, Math.floor(share * found.length))].toFixed(3);
    const other = found.filter((each) => each < VIEW_ALIKE).length / found.length;
    rows.push([move.name, at(0.05), at(0.5), at(0.95), `${(100 * other).toFixed(0)} %`]);
    console.log(rows[rows.length - 1].join(' | '));
  }
  writePart('views-study', [
    `${some.length} pictures, ResNet-18 in float32: how alike the features of two frames are, and how many pairs count as another view (cosine below ${VIEW_ALIKE}).`,
    '`npm run tool -- views-study`.', '', table(['between two frames', 'cosine, 5 %', 'median', '95 %', 'other view'], rows),
  ].join('\n'), join(root, 'docs/recording.md'));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
