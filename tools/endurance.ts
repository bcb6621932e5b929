// npm run tool -- endurance [--share 0.1]: hours of use in one visit, and what the page holds before and after each kind of it.
// --control: what a page without any of the app's code holds after it has shown the same pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openApp, openBrowser, useModels, watchErrors, withoutTrial } from '../tests/support/browser';
import { heldObjects, type HeldObjects } from '../tests/support/held-objects';
import { record, startCamera, withVideo } from '../tests/support/recorder-page';
import { ROOT, SCRATCH } from '../tests/support/shared';
import { noiseVideo } from './bench/live-run';
import { childrenDescriptors, childrenMemory } from './bench/process-memory';
import { machine, table, writePart } from './bench/report';
import { serveBuilt } from './serve';

/** How often what is held is counted in each kind of use, but for the beginning. */
const SAMPLES = 10;
const CAMERA_RATE = 15;
/** Pictures that are looked through at once, and taken away again. */
const BATCH = 25;

interface Sample extends HeldObjects {
  /** Open file descriptors of the browser, all its processes together. */
  readonly descriptors: number;
  /** Resident memory of the browser's processes that is no file's, bytes. */
  readonly residentBytes: number;
}

interface Use {
  readonly name: string;
  /** How many there are of it, and how many one round is. */
  readonly count: number;
  readonly each: number;
  /** What the slope is of: so many of it. */
  readonly per: number;
  readonly perName: string;
  readonly round: (page: Page) => Promise<unknown>;
}

/** What is counted, with the decimals that it is told with. */
const COLUMNS: readonly (readonly [string, number, (sample: Sample) => number])[] = [
  ['JavaScript heap, MiB', 2, ({ heapBytes }) => heapBytes / 2 ** 20],
  ['nodes', 0, ({ nodes }) => nodes],
  ['listeners', 0, ({ listeners }) => listeners],
  ['workers', 0, ({ workers }) => workers],
  ['channels', 0, ({ ports }) => ports],
  ['file handles', 0, ({ descriptors }) => descriptors],
  ['memory of the browser, MiB', 0, ({ residentBytes }) => residentBytes / 2 ** 20],
];

async function sample(page: Page): Promise<Sample> {
  return { ...(await heldObjects(page)), descriptors: childrenDescriptors(), residentBytes: childrenMemory() };
}

/** Slope of the straight line through points that lie nearest to them (least squares). */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  return points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}

async function recordOnce(page: Page): Promise<void> {
  await record(page);
  await withVideo(page, { seconds: 2, recognitions: 1 });
  await page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
  await page.locator('sg-recording-notice [data-kind="kept"]').waitFor();
  await page.locator('sg-recording-notice').getByRole('button', { name: 'Close' }).click();
}

async function someImages(): Promise<string[]> {
  const folder = join(SCRATCH, 'endurance');
  mkdirSync(folder, { recursive: true });
  return Promise.all(Array.from({ length: BATCH }, async (_, i) => {
    const path = join(folder, `${i}.jpg`);
    const noise = { type: 'gaussian' as const, mean: 60 + 5 * i, sigma: 40 };
    writeFileSync(path, await sharp({ create: { width: 1280, height: 960, channels: 3, background: '#888', noise } }).jpeg().toBuffer());
    return path;
  }));
}

async function lookThrough(page: Page, images: readonly string[]): Promise<void> {
  await page.locator('sg-pictures-view input[type=file]').setInputFiles([...images]);
  await page.locator('sg-picture-card').nth(0).waitFor({ timeout: 60_000 });
  await page.locator('sg-pictures-view .progress').waitFor({ state: 'detached', timeout: 120_000 });
  await page.getByRole('button', { name: 'Remove all pictures' }).click();
  await page.locator('sg-picture-card').first().waitFor({ state: 'detached' });
}

/** The same pictures in a page of none of the app's code: decoded, drawn small, shown, and taken away again. What it leaves is the browser's. */
async function lookWithoutApp(page: Page, images: readonly string[]): Promise<void> {
  await page.locator('input').setInputFiles([...images]);
  await page.evaluate(async () => {
    const urls: string[] = [];
    for (const file of document.querySelector('input')?.files ?? []) {
      const bitmap = await createImageBitmap(file);
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
      if (!small) throw new Error('The canvas gives no JPEG.');
      const image = Object.assign(new Image(), { src: URL.createObjectURL(small) });
      urls.push(image.src);
      document.querySelector('div')?.append(image);
      await image.decode();
    }
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    document.querySelector('div')?.replaceChildren();
    for (const url of urls) URL.revokeObjectURL(url);
  });
}

/** One kind of use, counted in between. @returns what was held at which count */
async function endure(page: Page, { name, count, each, round }: Use): Promise<(readonly [number, Sample])[]> {
  // Code that is fetched once, and what is kept of the round before.
  await round(page);
  const samples: [number, Sample][] = [[0, await sample(page)]];
  for (let done = 0, next = count / SAMPLES; done < count; ) {
    await round(page);
    done += each;
    if (done < next && done < count) continue;
    next += count / SAMPLES;
    samples.push([done, await sample(page)]);
    console.log(`${new Date().toISOString().slice(11, 19)} ${name}: ${done} of ${count}; ${COLUMNS.map(([what, decimals, of]) => `${what} ${of(samples[samples.length - 1][1]).toFixed(decimals)}`).join(', ')}`);
  }
  return samples;
}

function rows({ name, count, per, perName }: Use, samples: readonly (readonly [number, Sample])[]): string[][] {
  const told = (of: readonly (readonly [number, Sample])[]): string[] => COLUMNS.map(([, decimals, value]) => value(of[0][1]).toFixed(decimals));
  return [
    [`${count} ${name}: before`, ...told(samples)],
    ['after', ...told(samples.slice(-1))],
    [`slope a ${perName}`, ...COLUMNS.map(([, , value]) => (slope(samples.map(([at, held]) => [at, value(held)])) * per).toFixed(2))],
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { share: { type: 'string', default: '1' }, control: { type: 'boolean', default: false } } });
  const share = Number(values.share);
  if (!(share > 0 && share <= 1)) throw new Error('--share is more than 0 and at most 1: npm run tool -- endurance --share 0.1');
  const counted = (whole: number, each = 1): number => Math.max(each, Math.round((whole * share) / each) * each);
  const images = await someImages();
  const uses: readonly Use[] = [
    { name: 'minutes live', count: counted(30), each: 1, per: 10, perName: '10 minutes', round: (page) => page.waitForTimeout(60_000) },
    { name: 'recordings', count: counted(50), each: 1, per: 10, perName: '10 recordings', round: recordOnce },
    { name: 'changes of model', count: counted(20, 2), each: 2, per: 10, perName: '10 changes', round: (page) => useModels(page, ['efficientnet-lite0', 'resnet18']) },
    { name: 'pictures', count: counted(500, BATCH), each: BATCH, per: 100, perName: '100 pictures', round: (page) => lookThrough(page, images) },
  ];
  const write = (page: Page, part: string, lines: readonly string[][]): void => {
    const text = [machine(page.context().browser()?.version() ?? ''), '', table(['', ...COLUMNS.map(([name]) => name)], lines)].join('\n');
    if (share === 1) writePart(part, text, join(ROOT, 'docs/reliability.md'));
    else console.log(`\n${text}\n\nA part of it only: docs/reliability.md stays as it is.`);
  };
  if (values.control) {
    const empty = await openBrowser({ own: true });
    const { page } = empty;
    try {
      await page.setContent('<input type="file" multiple><div></div>');
      const use: Use = { name: 'pictures without the app', count: counted(500, BATCH), each: BATCH, per: 100, perName: '100 pictures', round: (at) => lookWithoutApp(at, images) };
      write(page, 'endurance-control', rows(use, await endure(page, use)));
    } finally {
      await empty.close();
    }
    return;
  }
  const serving = await serveBuilt();
  const browsing = await openBrowser({ own: true, video: await noiseVideo(CAMERA_RATE) });
  try {
    const { page } = browsing;
    const errors: string[] = [];
    watchErrors(page, errors);
    await withoutTrial(page);
    await openApp(page, serving.url);
    await startCamera(page);
    const lines: string[][] = [];
    for (const use of uses) {
      if (use.name === 'pictures') await page.getByRole('link', { name: 'Pictures' }).click();
      lines.push(...rows(use, await endure(page, use)));
    }
    // After all of it the page still does what it is for.
    await page.getByRole('link', { name: 'Live' }).click();
    // It is closed a minute after the live view is left.
    if (await page.getByRole('button', { name: 'Start the camera' }).isVisible()) await startCamera(page);
    else await page.locator('sg-label-list li').first().waitFor();
    if (errors.length > 0) throw new Error(`The page complained:\n${errors.join('\n')}`);
    write(page, 'endurance', lines);
  } finally {
    await browsing.close();
    await serving.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
