// npm run tool -- certainty: what a confidence threshold hides, through the built app's worker in Chromium: right and wrong
// first labels of labelled images (NNNN-name.jpg), and labels of images that show no thing at all (walls, noise, lens cap).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { waysToRun } from '../../src/recognise/page/model/fallbacks';
import { noise } from '../../tests/support/weights';
import { withHarness } from '../harness/serve-harness';
import { DIST } from '../serve';
import { modelIndex } from '../../src/server/model-index';
import { labelledPictures, wantedOf } from './figures';

const THRESHOLDS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6];
/** Between these probabilities a label is called by one word. */
const BANDS = [0, 0.25, 0.35, 0.5, 0.65, 0.8, 0.9];
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.argv[2] ?? join(root, '../shared/pictures');
const emptyFolder = join(root, 'tests/.tmp/empty-pictures');
/** Images of each kind that show no thing. */
const EACH = 40;

type Pixel = (x: number, y: number) => number;

/** Walls of one colour, walls with light falling on them, and a sensor's noise in the dark, 320 x 240; the same each time. */
async function makeEmptyImages(): Promise<string[]> {
  mkdirSync(emptyFolder, { recursive: true });
  const next = noise(7);
  const names: string[] = [];
  const write = async (name: string, channels: readonly Pixel[]): Promise<void> => {
    const data = new Uint8ClampedArray(320 * 240 * 3);
    for (let i = 0; i < 320 * 240; i++) channels.forEach((channel, c) => (data[i * 3 + c] = channel(i % 320, Math.floor(i / 320))));
    await sharp(data, { raw: { width: 320, height: 240, channels: 3 } }).png().toFile(join(emptyFolder, name));
    names.push(name);
  };
  const level = (): number => 128 + 110 * next();
  for (let i = 0; i < EACH; i++) {
    const colours = [level(), level(), level()];
    const [dx, dy] = [next() * 0.3, next() * 0.3];
    await write(`plain-${i}.png`, colours.map((v) => () => v + 3 * next()));
    await write(`lit-${i}.png`, colours.map((v) => (x: number, y: number) => v + (x - 160) * dx + (y - 120) * dy + 3 * next()));
    await write(`dark-${i}.png`, colours.map(() => () => 12 + 12 * next()));
  }
  return names;
}

interface Answer {
  readonly index: number;
  readonly probability: number;
}

async function answers(page: Page, urls: readonly string[]): Promise<Answer[]> {
  const all: Answer[] = [];
  for (const url of urls) {
    all.push(await page.evaluate(async (u) => (await window.sightglassHarness.recogniseFile(u, 1)).top[0], url));
  }
  return all;
}

async function main(): Promise<void> {
  const names = labelledPictures(folder, 'npm run tool -- certainty');
  const empty = await makeEmptyImages();
  await withHarness({ extra: { '/pictures': folder, '/empty': emptyFolder } }, async (page, serving) => {
    for (const manifest of modelIndex(join(DIST, 'models'))) {
      const { precision } = manifest.variants[0];
      const [way] = waysToRun(manifest, precision, 'auto', 2);
      await page.evaluate((load) => window.sightglassHarness.load(load), { workerUrl: serving.workerUrl, modelId: manifest.id, precision, ...way });
      const labelled = await answers(page, names.map((name) => `/pictures/${encodeURIComponent(name)}`));
      const nothing = await answers(page, empty.map((name) => `/empty/${name}`));
      const right = labelled.filter((a, i) => a.index === wantedOf(names[i]));
      const wrong = labelled.filter((a, i) => a.index !== wantedOf(names[i]));
      console.log(`${manifest.id} ${precision}, ${names.length} pictures, ${empty.length} of nothing; shown of each at a threshold:`);
      console.log('threshold  right  wrong  nothing  right of shown');
      for (const threshold of THRESHOLDS) {
        const [r, w, n] = [right, wrong, nothing].map((list) => list.filter((a) => a.probability >= threshold).length);
        const share = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`.padStart(7);
        console.log(`${threshold.toFixed(2).padStart(9)} ${share(r, right.length)} ${share(w, wrong.length)} ${share(n, empty.length)} ${share(r, r + w)}`);
      }
      console.log('probability from  labels  right');
      for (const [i, from] of BANDS.entries()) {
        const within = ({ probability }: Answer): boolean => probability >= from && probability < (BANDS[i + 1] ?? Infinity);
        const [r, all] = [right, labelled].map((list) => list.filter(within).length);
        console.log(`${from.toFixed(2).padStart(16)} ${String(all).padStart(7)} ${((100 * r) / Math.max(1, all)).toFixed(1).padStart(5)} %`);
      }
    }
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
