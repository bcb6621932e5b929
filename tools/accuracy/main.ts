// npm run accuracy: top-1 and top-5 over labelled pictures, through the built app's worker in Chromium.
// Pictures are named NNNN-name.jpg, NNNN = ImageNet class. Usage: npm run accuracy [-- FOLDER [MODEL [PRECISION]]]
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { DIST } from '../serve';
import { waysToRun } from '../../src/controllers/recogniser-controller';
import { modelIndex } from '../vite-models';
import { withHarness } from '../harness/serve-harness';

const TOP = 5;
const THREADS = 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder = join(root, '../shared/pictures'), onlyModel, onlyPrecision] = process.argv.slice(2);

interface Score {
  readonly top1: number;
  readonly top5: number;
  readonly count: number;
}

async function score(page: Page, names: readonly string[]): Promise<Score> {
  let top1 = 0;
  let top5 = 0;
  for (const [i, name] of names.entries()) {
    const wanted = Number(name.slice(0, 4));
    const top = await page.evaluate(
      async ([url, count]) => (await window.sightglassHarness.recogniseFile(url, count)).top.map((p) => p.index),
      [`/pictures/${encodeURIComponent(name)}`, TOP] as const,
    );
    if (top[0] === wanted) top1++;
    if (top.includes(wanted)) top5++;
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} / ${names.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  return { top1, top5, count: names.length };
}

async function main(): Promise<void> {
  if (!existsSync(folder)) throw new Error(`There are no pictures in ${folder}. Name a folder: npm run accuracy -- FOLDER`);
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`${folder} has no pictures named NNNN-name.jpg, NNNN = ImageNet class.`);
  await withHarness({ extra: { '/pictures': folder } }, async (page, serving) => {
    console.log(`${names.length} pictures of ${folder}`);
    for (const manifest of modelIndex(join(DIST, 'models'))) {
      for (const { precision } of manifest.variants) {
        if ((onlyModel && onlyModel !== manifest.id) || (onlyPrecision && onlyPrecision !== precision)) continue;
        for (const { engine, threads } of waysToRun(manifest, precision, 'auto', THREADS).filter((way) => way.threads === THREADS)) {
          await page.evaluate((load) => window.sightglassHarness.load(load), {
            workerUrl: serving.workerUrl, modelId: manifest.id, precision, engine, threads,
          });
          const { top1, top5, count } = await score(page, names);
          const share = (n: number): string => `${((n / count) * 100).toFixed(1)} %`;
          console.log(`${manifest.id} ${precision}, engine ${engine}: top-1 ${share(top1)}, top-5 ${share(top5)} (${manifest.source})`);
        }
      }
    }
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
