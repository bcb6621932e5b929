import { join } from 'node:path';
import type { Page, Worker } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, watchErrors, withoutTrial, type Browsing } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';

const int8 = modelIndex(join(DIST, 'models')).find(({ id }) => id === 'resnet18')?.variants.find(({ precision }) => precision === 'int8');
if (!int8?.parts) console.warn('\n*** SKIPPED: the first visit with int8 weights in two parts: there is no int8 ResNet-18. ***\n');

describe.skipIf(!int8?.parts)('a first visit with int8 weights in two parts', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const fetched: string[] = [];
  const errors: string[] = [];
  let letRestCome: () => void;

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser({ video: await plainVideo() });
    ({ page } = browsing);
    watchErrors(page, errors);
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (/\/models\/.*\.(bin|onnx)$/.test(pathname)) fetched.push(pathname.split('/').at(-1) ?? '');
    });
    const mayCome = new Promise<void>((resolve) => (letRestCome = resolve));
    await page.route('**/*.rest.bin', async (route) => {
      await mayCome;
      await route.continue();
    });
    await withoutTrial(page);
    await page.addInitScript(() => localStorage.setItem('sightglass.settings', JSON.stringify({ precision: 'int8' })));
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const recognisers = (): Worker[] => page.workers().filter((worker) => worker.url().includes('recogniser.worker'));
  const isKept = (): Promise<boolean> =>
    page.evaluate(
      async ([file, sha256]) => (await (await caches.open('sightglass-files')).match(`${new URL(`models/${file}`, location.href).href}?sha256=${sha256}`)) !== undefined,
      [int8?.file, int8?.sha256] as const,
    );
  const coarse = (): Promise<boolean | undefined> =>
    page.evaluate(() => (document.querySelector('sg-app') as unknown as { recogniser: { loaded?: { coarse?: boolean } } }).recogniser.loaded?.coarse);

  it('has its first label before the second part is there, and keeps nothing yet', async () => {
    await expect.poll(() => fetched.toSorted()).toEqual([int8?.parts?.first.file, int8?.parts?.rest.file]);
    expect(await coarse()).toBe(true);
    expect(await isKept()).toBe(false);
  });

  it('goes on with the whole once that is there, which is kept; the file itself is never fetched', async () => {
    letRestCome();
    await expect.poll(coarse, { timeout: 60_000 }).toBeUndefined();
    await expect.poll(isKept).toBe(true);
    await expect.poll(() => recognisers().length).toBe(1);
    await page.locator('sg-label-list li').first().waitFor();
    expect(fetched).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('fetches none of it at the next visit', async () => {
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
    expect(await coarse()).toBeUndefined();
    expect(fetched).toHaveLength(2);
  });
});
