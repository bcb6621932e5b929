// npm run tool -- mean-study [FOLDER]: how the answers of a still's three views (as it is, mirrored, a little tighter) are best averaged, by network: what
// is named right, and how far the probabilities can be taken at their word. Our own float32 kernels in Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { createEngine, Preprocessor, softmax, squareAt, topK, visibleSquare, type View } from '../../src/engine/index';
import { TIGHT } from '../../src/recognise/shared/look-cycle';
import { modelIndex } from '../../src/server/model-index';
import { noise } from '../../tests/support/weights';
import { table, writePart } from '../bench/report';
import { ACCURACY, labelledPictures, share, wantedOf } from './figures';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Noise of a dim camera, and what is left of the light. */
const DIM = { light: 0.4, noise: 12 } as const;
/** Bins of equal width of the expected calibration error (Guo et al. 2017). */
const BINS = 15;
/** Least probability that the loss counts with. */
const LEAST = 1e-7;

function mean(answers: readonly Float32Array[], logarithms: boolean): Float32Array {
  const sum = new Float32Array(answers[0].length);
  for (const answer of answers) for (let i = 0; i < sum.length; i++) sum[i] += (logarithms ? Math.log(Math.max(answer[i], LEAST)) : answer[i]) / answers.length;
  return logarithms ? softmax(sum, new Float32Array(sum.length)) : sum;
}

/** What becomes of one way over all pictures. */
class Score {
  right = 0;
  count = 0;
  loss = 0;
  readonly #bins = Array.from({ length: BINS }, () => ({ count: 0, right: 0, sure: 0 }));

  add(probabilities: Float32Array, wanted: number): void {
    const [{ index, probability }] = topK(probabilities, 1);
    const right = index === wanted ? 1 : 0;
    this.count++;
    this.right += right;
    this.loss -= Math.log(Math.max(probabilities[wanted], LEAST));
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    bin.count++;
    bin.right += right;
    bin.sure += probability;
  }

  /** Expected calibration error: by how much shares said and shares right differ, 0..1. */
  get calibrationError(): number {
    return this.#bins.reduce((sum, { right, sure }) => sum + Math.abs(right - sure), 0) / this.count;
  }
}

const folder = process.argv[2] ?? join(root, '../shared/pictures');
const names = labelledPictures(folder, 'npm run tool -- mean-study');
const rows: string[][] = [];
for (const { id, name, preprocessing, variants } of modelIndex(join(root, 'public/models'))) {
  const file = variants.find(({ precision }) => precision !== 'int8')?.file ?? variants[0].file;
  const engine = await createEngine(readFileSync(join(root, 'public/models', file)), { threads: 2 });
  const preprocessor = new Preprocessor(preprocessing);
  const next = noise(1);
  for (const [scene, dim] of [['stills', undefined], ['dim and noisy', DIM]] as const) {
    const scores = new Map<string, Score>();
    for (const picture of names) {
      const { data, info } = await sharp(join(folder, picture)).rotate().toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      // Each view is of a frame of its own, with noise of its own.
      const seen = (): Uint8Array => (dim ? data.map((v, i) => (i % 4 === 3 ? v : Math.max(0, Math.min(255, v * dim.light + dim.noise * (next() + next() + next()))))) : data);
      const whole = visibleSquare(width, height, preprocessing);
      const tight = squareAt({ x: 0.5, y: 0.5, side: (whole.width * TIGHT) / Math.min(width, height) }, width, height);
      const look = async (view: View): Promise<Float32Array> => {
        preprocessor.run(seen(), width, height, engine.input, undefined, undefined, view);
        const { logits } = await engine.run();
        return softmax(logits, new Float32Array(logits.length));
      };
      const views = [await look({}), await look({ mirrored: true }), await look({ square: tight })];
      const ways = { 'one view': views[0], 'three, probabilities': mean(views, false), 'three, logarithms': mean(views, true) };
      for (const [way, answer] of Object.entries(ways)) {
        const score = scores.get(way) ?? new Score();
        scores.set(way, score);
        score.add(answer, wantedOf(picture));
      }
    }
    for (const [way, score] of scores) {
      rows.push([id === 'resnet18' ? 'ResNet-18' : name, scene, way, share(score.right, score.count), (score.loss / score.count).toFixed(3), (100 * score.calibrationError).toFixed(1)]);
      console.log(rows[rows.length - 1].join(' | '));
    }
  }
  engine.dispose();
}
writePart('mean-study', [
  '## How views are averaged',
  `${names.length} stills, each seen as it is, mirrored, and a little tighter, and the same dim (${DIM.light} of the light) and noisy (a deviation of ${DIM.noise} of 255, of its own in`,
  'each view): top-1 with 95 % intervals (Wilson), mean loss (-ln of the right class\'s probability; less is better), and by how many per cent what is',
  `said and what is right differ (expected calibration error, ${BINS} bins). \`npm run tool -- mean-study\`.`, '',
  table(['network', 'pictures', 'way', 'top-1', 'loss', 'calibration error, %'], rows),
].join('\n'), ACCURACY);
