import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import type { ModelManifest } from '../../src/base/shared/model';
import { calibrationImages } from '../quantise/calibration-set';
import { wantedOf } from './figures';

const TOP = 5;

/** First labels and whether the right one was among the first five, image by image. */
export interface Answers {
  readonly first: readonly number[];
  readonly amongFive: readonly boolean[];
}

/** Has the harness's page recognise the pictures that it serves under `/pictures`. */
export async function answers(page: Page, names: readonly string[]): Promise<Answers> {
  const first: number[] = [];
  const amongFive: boolean[] = [];
  for (const [i, name] of names.entries()) {
    const top = await page.evaluate(
      async ([url, count]) => (await window.sightglassHarness.recogniseFile(url, count)).top.map((p) => p.index),
      [`/pictures/${encodeURIComponent(name)}`, TOP] as const,
    );
    first.push(top[0]);
    amongFive.push(top.includes(wantedOf(name)));
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} / ${names.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  return { first, amongFive };
}

/** Those of the images that calibrated a model's int8 weights; undefined where these are other images or unknown. */
export function calibrated(manifest: ModelManifest, folder: string): ReadonlySet<string> | undefined {
  const images = manifest.variants.find((v) => v.quantisation)?.quantisation?.pictures;
  if (!images) return undefined;
  const set = calibrationImages(folder, images.count);
  return set.images === images.sha256 ? new Set(set.paths.map((path) => basename(path))) : undefined;
}
