// npm run accuracy -- scenes: how often the built app names a thing that a camera sees, by how it looks at the frames.
// Pictures are named NNNN-name.jpg, NNNN = ImageNet class. Each is set, masked to its own rectangle, into a frame of 1280 x 720 before
// another one that is blurred; all from a seed. Usage: npm run accuracy -- scenes [FOLDER] [--count N] [--model ID] [--precision P] [--engine E]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { EngineId } from '../../src/engine/engine';
import type { Precision } from '../../src/engine/model';
import { machine, table, writePart } from '../bench/report';
import { seeded } from '../../src/teach/shared/split';
import { ACCURACY, labelledPictures, share, wantedOf } from './figures';
import { withHarness } from '../harness/serve-harness';
import type { Scene, SceneRun, Shown } from '../harness/scenes';

const root = fileURLToPath(new URL('../..', import.meta.url));
const THREADS = 2;
const FRAME_MS = 33;
const FILM_SCENES = 12;
const FILM_MS = 4000;
/** What `--only` has for the film alone; else it is part of a setting's name. */
const ONLY_FILM = 'film';
/** Scenes that are handed to the page at a time. */
const BATCH = 10;

/** Pictures before the camera. */
interface Setting {
  readonly name: string;
  readonly scene: (random: () => number) => Pick<Scene, 'height' | 'x' | 'y' | 'light' | 'noise' | 'shake'>;
}

const BRIGHT = { light: 1, noise: 0, shake: 1 };
const DIM = { light: 0.15, noise: 4, shake: 1 };

export const SETTINGS: readonly Setting[] = [
  { name: 'half the height, off the centre', scene: (random) => ({ height: 0.5, ...offCentre(random), ...BRIGHT }) },
  { name: 'any size, anywhere', scene: (random) => ({ height: 0.3 + 0.7 * random(), x: side(random), y: side(random), ...BRIGHT }) },
  { name: 'well framed', scene: () => ({ height: 1, x: 0, y: 0, ...BRIGHT }) },
  { name: 'well framed, dim and noisy', scene: () => ({ height: 1, x: 0, y: 0, ...DIM }) },
];

const FILM: Setting = {
  name: 'shaken film', scene: (random) => ({ height: 0.4 + 0.6 * random(), x: side(random), y: side(random), light: 1, noise: 8, shake: 6 }),
};

function side(random: () => number): number {
  return 2 * random() - 1;
}

/** Half way from the middle to the edge, or further, in one direction at least. */
function offCentre(random: () => number): { x: number; y: number } {
  for (;;) {
    const place = { x: side(random), y: side(random) };
    if (Math.max(Math.abs(place.x), Math.abs(place.y)) >= 0.5) return place;
  }
}

const WAYS: readonly { readonly name: string; readonly run: Pick<SceneRun, 'looks' | 'aimed'> }[] = [
  { name: 'middle square alone', run: { looks: { second: false, views: false }, aimed: false } },
  { name: 'second look', run: { looks: { second: true, views: false }, aimed: false } },
  { name: 'alternating views', run: { looks: { second: false, views: true }, aimed: false } },
  { name: 'second look and alternating views (the app)', run: { looks: { second: true, views: true }, aimed: false } },
  { name: 'aimed exactly (the app, where a person aims)', run: { looks: { second: false, views: true }, aimed: true } },
];

/** Scenes of each picture in turn. The same seed gives the same scenes. */
export function scenesOf(names: readonly string[], setting: Setting, count: number, seed: number): readonly (Scene & { readonly wanted: number })[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const object = names[Math.floor((i * names.length) / count)];
    const background = names[Math.floor(random() * names.length)];
    const url = (name: string): string => `/pictures/${encodeURIComponent(name)}`;
    return { object: url(object), background: url(background), wanted: wantedOf(object), seed: seed * 100_003 + i, ...setting.scene(random) };
  });
}

/** Stands for "Not sure" where there is an index of a class else. */
const UNSURE = -1;

/** What is shown on a shaken film of scenes: changes of what stands there while a scene lasts, and how late it is that of the scene. */
interface Steadiness {
  readonly changes: readonly number[];
  /** Milliseconds from each cut until the label of the scene before is gone; of scenes after a "Not sure" none, as no label stood. */
  readonly delays: readonly number[];
  /** Milliseconds from each cut until that stands for the first time which stands there most of the scene; not of scenes where it stood before already. */
  readonly settled: readonly number[];
}

export function steadiness(film: readonly (readonly Shown[])[]): Steadiness {
  const word = ({ first, sure }: Shown): number => (sure ? first : UNSURE);
  const changes: number[] = [];
  const delays: number[] = [];
  const settledAt: number[] = [];
  for (const [i, labels] of film.entries()) {
    // What the scene is settled at: what stands there most of its time.
    const counts = new Map<number, number>();
    for (const each of labels) counts.set(word(each), (counts.get(word(each)) ?? 0) + 1);
    const before = i > 0 ? word(film[i - 1][film[i - 1].length - 1]) : undefined;
    const arrived = before === undefined ? 0 : labels.findIndex((each) => word(each) !== before);
    const settled = [...counts].sort((a, b) => b[1] - a[1])[0][0];
    if (before !== undefined && before !== UNSURE && settled !== before) delays.push((arrived < 0 ? labels[labels.length - 1] : labels[arrived]).at);
    if (before !== undefined && settled !== before) settledAt.push(labels[labels.findIndex((each) => word(each) === settled)].at);
    const own = labels.slice(Math.max(0, arrived)).map(word);
    changes.push(own.filter((each, at) => at > 0 && each !== own[at - 1]).length);
  }
  return { changes, delays, settled: settledAt };
}

/** @param args what follows `scenes` on the command line */
export async function measureScenes(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args, allowPositionals: true,
    options: {
      count: { type: 'string', default: '100' }, model: { type: 'string', default: 'resnet18' }, precision: { type: 'string', default: 'int8' },
      engine: { type: 'string', default: 'simd' }, seed: { type: 'string', default: '1' }, frames: { type: 'string', default: '10' }, only: { type: 'string' },
    },
  });
  const folder = positionals.at(0) ?? join(root, '../shared/pictures');
  const names = labelledPictures(folder, 'npm run accuracy -- scenes');
  if (names.length < 2) throw new Error(`${folder} has less than two pictures named NNNN-name.jpg, NNNN = ImageNet class.`);
  const count = Number(values.count);
  const seed = Number(values.seed);
  const frames = Number(values.frames);
  if (!(Number.isInteger(count) && count > 0)) throw new Error(`--count ${values.count} is no number of scenes.`);
  await withHarness({ extra: { '/pictures': folder } }, async (page, serving) => {
    await page.evaluate((load) => window.sightglassHarness.load(load), {
      workerUrl: serving.workerUrl, modelId: values.model, precision: values.precision as Precision, engine: values.engine as EngineId, threads: THREADS,
    });
    const play = async (scenes: readonly Scene[], run: SceneRun): Promise<Shown[][]> => {
      const shown: Shown[][] = [];
      for (let i = 0; i < scenes.length; i += BATCH) {
        shown.push(...(await page.evaluate(([some, how]) => window.sightglassHarness.playScenes(some, how), [scenes.slice(i, i + BATCH), run] as const)));
        if (process.stderr.isTTY) process.stderr.write(`\r${shown.length} / ${scenes.length} `);
      }
      return shown;
    };
    const settings = SETTINGS.filter(({ name }) => values.only === undefined || name.includes(values.only));
    const rows: string[][] = [];
    for (const way of settings.length > 0 ? WAYS : []) {
      const cells: string[] = [];
      for (const setting of settings) {
        const scenes = scenesOf(names, setting, count, seed);
        const shown = await play(scenes, { frames, interval: FRAME_MS, ...way.run });
        cells.push(share(shown.filter((labels, i) => labels[labels.length - 1].first === scenes[i].wanted).length, count));
      }
      rows.push([way.name, ...cells]);
      console.log(rows[rows.length - 1].join(' | '));
    }
    const { model, precision, engine } = values;
    const scenes = [
      `## ${model}, ${precision}, ${engine}`,
      `What stands first after ${frames} frames of ${FRAME_MS} ms, in ${count} scenes each made of ${names.length} pictures (seed ${seed}): top-1 with 95 %`,
      'intervals (Wilson). Each picture is masked to its own rectangle and set into a frame of 1280 x 720 before another one that is blurred,',
      'with its middle in the square that the network sees; the frames go through the built app\'s worker, with its scene detection and smoothing.',
      '`npm run accuracy -- scenes`.', '', machine(page.context().browser()?.version() ?? ''), '',
      table(['way of looking', ...settings.map(({ name }) => name)], rows),
    ].join('\n');
    if (values.only === undefined) writePart(`scenes ${model} ${precision} ${engine}`, scenes, ACCURACY);
    else console.log(scenes);
    if (values.only !== undefined && values.only !== ONLY_FILM) return;
    const film = scenesOf(names, FILM, FILM_SCENES, seed + 1);
    const steady: (string | number)[][] = [];
    for (const [rate, interval, goal] of [['30 a second', FRAME_MS, 300], ['1 a second', 1000, 1200]] as const) {
      for (const way of [WAYS[0], WAYS[3]]) {
        const { changes, delays, settled } = steadiness(await play(film, { frames: Math.round(FILM_MS / interval), interval, ...way.run }));
        const mean = delays.reduce((a, b) => a + b, 0) / delays.length;
        steady.push([`${way.name}, ${rate}`, String(Math.max(...changes)), `${changes.filter((n) => n > 1).length} of ${FILM_SCENES}`, `${Math.round(mean)} ms`, `${Math.max(...delays)} ms`, `${settled.filter((ms) => ms <= goal).length} of ${settled.length} in ${goal} ms`, `${Math.max(...settled)} ms`]);
      }
    }
    writePart(`film ${model} ${precision} ${engine}`, [
      `## ${model}, ${precision}, ${engine}: how steady`,
      `A film of ${FILM_SCENES} scenes, ${FILM_MS / 1000} s each, shaken by 6 pixels, with noise of 8: how often what stands first changes while a scene lasts ("Not sure"`,
      'counts as what stands there), how long after the last frame before a cut a label of the scene before still stands, and when that comes which then stands most of the scene',
      '("Not sure" too). At one recognition a second the app looks at a scene that has just begun once more after a fifth of it.',
      '`npm run accuracy -- scenes --only film`.', '',
      table(['way of looking', 'most changes in a scene', 'scenes with more than one', 'mean delay', 'longest delay', 'settled', 'longest until then'], steady),
    ].join('\n'), ACCURACY);
  });
}
