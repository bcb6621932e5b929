// npm run tool -- look-study [FOLDER] [--count N]: where a second look goes best, and how its answer is put together with the first.
// Pictures are set into frames as `npm run accuracy -- scenes` does, without noise and shake; our own float32 kernels in Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import {
  createEngine, Preprocessor, softmax, squareAt, topK, TORCHVISION_PREPROCESSING, visibleSquare, type ClassMap, type Engine, type Region,
} from '../../src/engine/index';
import { NEAR, nearAim, REFINED } from '../../src/recognise/shared/look-cycle';
import { table, writePart } from '../bench/report';
import { seeded } from '../../src/teach/shared/split';
import { ACCURACY, labelledPictures, share, wantedOf } from './figures';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WIDTH = 1280;
const HEIGHT = 720;
const CLASSES = 1000;
/** Classes whose maps are kept of each look. */
const MAPS = 10;
/** Classes that say together where a near look goes, in one of the ways. */
const MANY = 10;
const MIDDLE = visibleSquare(WIDTH, HEIGHT, TORCHVISION_PREPROCESSING);
const REACH = MIDDLE.height / 2;

interface Answer {
  readonly probabilities: Float32Array;
  readonly square: Region;
  readonly map: (index: number) => ClassMap;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const SETTINGS = {
  'half the height, off the centre': { height: () => 0.5, least: 0.5 },
  'any size, anywhere': { height: (random: () => number) => 0.3 + 0.7 * random(), least: 0 },
  'well framed': { height: () => 1, least: 0 },
} as const;

class Looker {
  readonly #preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);

  constructor(private readonly engine: Engine) {}

  async look(pixels: Uint8Array, square?: Region): Promise<Answer> {
    this.#preprocessor.run(pixels, WIDTH, HEIGHT, this.engine.input, undefined, undefined, { ...(square && { square }) });
    const { logits } = await this.engine.run();
    const probabilities = new Float32Array(CLASSES);
    softmax(logits, probabilities);
    const maps = new Map(topK(probabilities, MAPS).map(({ index }) => [index, this.engine.classMap?.(index)]));
    return {
      probabilities,
      square: square ?? MIDDLE,
      map: (index) => {
        const map = maps.get(index) ?? maps.get(first(probabilities));
        if (!map) throw new Error('The engine gives no maps.');
        return map;
      },
    };
  }

  at(pixels: Uint8Array, { x, y }: Point, side = NEAR): Promise<Answer> {
    return this.look(pixels, squareAt({ x, y, side }, WIDTH, HEIGHT));
  }
}

function first(probabilities: Float32Array): number {
  return topK(probabilities, 1)[0].index;
}

/** Middle of what speaks for a class; of the frame where nothing does. @param floor see `nearAim` */
function middle({ map, square }: Answer, index: number, floor?: number): Point {
  return nearAim(map(index), square, WIDTH, HEIGHT, undefined, floor) ?? { x: 0.5, y: 0.5 };
}

/** Mean of logarithms, or of probabilities. */
function joined(answers: readonly Answer[], logarithms: boolean, weights = answers.map(() => 1)): Float32Array {
  const total = weights.reduce((a, b) => a + b);
  const sum = new Float32Array(CLASSES);
  for (const [k, { probabilities }] of answers.entries()) {
    for (let i = 0; i < CLASSES; i++) sum[i] += (weights[k] / total) * (logarithms ? Math.log(Math.max(probabilities[i], 1e-7)) : probabilities[i]);
  }
  return sum;
}

function entropy({ probabilities }: Answer): number {
  return -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
}

function surest(answers: readonly Answer[]): Float32Array {
  return answers.reduce((best, each) => (entropy(each) < entropy(best) ? each : best)).probabilities;
}

/** The frame, and where its object is aimed at exactly. */
async function compose(folder: string, object: string, background: string, height: number, place: Point): Promise<{ pixels: Uint8Array; aim: Region }> {
  const plain = (name: string): Sharp => sharp(join(folder, name)).removeAlpha().toColourspace('srgb');
  const { width: w = 1, height: h = 1 } = await sharp(join(folder, object)).metadata();
  const scale = Math.min((height * HEIGHT) / h, (0.96 * WIDTH) / w);
  const size = { width: Math.round(w * scale), height: Math.min(HEIGHT, Math.round(h * scale)) };
  const offset = (whole: number, own: number, at: number): number => Math.round((whole - own) / 2 + at * Math.min((whole - own) / 2, REACH));
  const [left, top] = [offset(WIDTH, size.width, place.x), offset(HEIGHT, size.height, place.y)];
  const input = await plain(object).resize(size.width, size.height, { fit: 'fill' }).png().toBuffer();
  const pixels = await plain(background).resize(WIDTH, HEIGHT, { fit: 'cover' }).blur(24).composite([{ input, left, top }]).ensureAlpha().raw().toBuffer();
  const side = Math.min(1, (MIDDLE.height / HEIGHT) * (Math.min(size.width, size.height) / HEIGHT));
  return { pixels, aim: squareAt({ x: (left + size.width / 2) / WIDTH, y: (top + size.height / 2) / HEIGHT, side }, WIDTH, HEIGHT) };
}

/** Middle of what speaks for the likeliest classes together, each as much as the root of its probability. */
function middleOfMany(answer: Answer): Point {
  const places = topK(answer.probabilities, MANY).map(({ index, probability }) => answer.map(index).values.map((v) => Math.sqrt(probability) * Math.max(0, v)));
  const values = places.reduce((sum, each) => sum.map((v, i) => v + each[i]));
  return nearAim({ ...answer.map(first(answer.probabilities)), values }, answer.square, WIDTH, HEIGHT) ?? { x: 0.5, y: 0.5 };
}

/** The first label by each way. */
async function ways(looker: Looker, pixels: Uint8Array, aim: Region): Promise<Record<string, number>> {
  const whole = await looker.look(pixels);
  const at = middle(whole, first(whole.probabilities));
  const near = await looker.at(pixels, at);
  const again = middle(near, first(near.probabilities));
  const refined = await looker.at(pixels, again, REFINED);
  const [same, smaller] = [await looker.at(pixels, again), await looker.at(pixels, again, 0.35)];
  const third = await looker.at(pixels, middle(refined, first(refined.probabilities)), REFINED);
  const many = await looker.at(pixels, middleOfMany(whole));
  const manyRefined = await looker.at(pixels, middleOfMany(many), REFINED);
  const sharpMiddle = await looker.at(pixels, middle(whole, first(whole.probabilities), 0.5));
  const large = await looker.at(pixels, at, 0.65);
  const three = [whole, near, refined];
  const found: Record<string, Float32Array> = {
    'the whole square': whole.probabilities,
    'aimed exactly': (await looker.look(pixels, aim)).probabilities,
    'near alone': near.probabilities,
    'whole and near, logarithms': joined([whole, near], true),
    'whole and near, probabilities': joined([whole, near], false),
    'whole and a near look of 0.65, probabilities': joined([whole, large], false),
    'whole and near round places above half the largest, probabilities': joined([whole, sharpMiddle], false),
    'whole, near and refined, probabilities (the app)': joined(three, false),
    'refined of 0.5, as near': joined([whole, near, same], false),
    'refined of 0.35': joined([whole, near, smaller], false),
    'both places by the ten likeliest classes': joined([whole, many, manyRefined], false),
    'refined once more': joined([...three, third], false),
    'whole, near and refined, logarithms': joined(three, true),
    'whole, near and refined, probabilities by certainty': joined(three, false, three.map((answer) => Math.exp(-entropy(answer) / 2))),
    'whole, near and refined, logarithms by certainty': joined(three, true, three.map((answer) => 1 / (0.5 + entropy(answer)))),
    'the surest of whole, near and refined': surest(three),
  };
  return Object.fromEntries(Object.entries(found).map(([name, answer]) => [name, first(answer)]));
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { count: { type: 'string', default: '200' } } });
const folder = positionals.at(0) ?? join(root, '../shared/pictures');
const count = Number(values.count);
const names = labelledPictures(folder, 'npm run tool -- look-study');
const engine = await createEngine(readFileSync(join(root, 'public/models/resnet18.onnx')), { threads: 2 });
const looker = new Looker(engine);
/** Of each way, right ones of each setting among the pictures to choose a way by, and among those to check it by. */
const right = new Map<string, [number, number][]>();
const HALVES = [Math.ceil(count / 2), Math.floor(count / 2)] as const;
for (const [column, { height, least }] of Object.values(SETTINGS).entries()) {
  const random = seeded(column + 1);
  const side = (): number => 2 * random() - 1;
  for (let i = 0; i < count; i++) {
    const object = names[Math.floor((i * names.length) / count)];
    const background = names[Math.floor(random() * names.length)];
    const share = height(random);
    let place = { x: side(), y: side() };
    while (Math.max(Math.abs(place.x), Math.abs(place.y)) < least) place = { x: side(), y: side() };
    const { pixels, aim } = await compose(folder, object, background, share, place);
    for (const [way, label] of Object.entries(await ways(looker, pixels, aim))) {
      const counts = right.get(way) ?? [];
      right.set(way, counts);
      counts[column] = counts.at(column) ?? [0, 0];
      counts[column][i % 2] += label === wantedOf(object) ? 1 : 0;
    }
  }
}
engine.dispose();
const per = (n: number, of: number): string => ((100 * n) / of).toFixed(1);
writePart('look-study', [
  '## Where a second look goes',
  `One answer of each look, ResNet-18 in float32, ${count} frames each made of ${names.length} pictures; top-1 with 95 % intervals (Wilson), then of the`,
  'frames of every other picture, by which the way was chosen, and of the rest, which checked it. The near look is of half the shorter side, round',
  `the middle of the map of the whole look's first label, places below a fifth of the largest left out; the refined one is of ${REFINED}, round the`,
  'middle of the near look\'s own map. `npm run tool -- look-study`.', '',
  table(['way', ...Object.keys(SETTINGS)], [...right].map(([way, counts]) => [
    way, ...counts.map(([chosen, checked]) => `${share(chosen + checked, count)}; ${per(chosen, HALVES[0])}, ${per(checked, HALVES[1])}`),
  ])),
].join('\n'), ACCURACY);
