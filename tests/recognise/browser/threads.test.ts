import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ThreadRecord } from '../../../src/recognise/page/model/thread-trials';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, watchErrors, withoutTrial, type Browsing } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { openStatus } from '../../support/status-sheet';

let serving: Serving;
let bare: Serving;
let video: string;
let browsing: Browsing;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  video = await plainVideo();
  [serving, bare] = await Promise.all([serveBuilt(), serveBuilt({ isolated: false })]);
});
afterEach(() => browsing.close());
afterAll(() => Promise.all([serving.close(), bare.close()]));

async function open(url: string): Promise<void> {
  browsing = await openBrowser({ video });
  ({ page } = browsing);
  errors.length = 0;
  watchErrors(page, errors);
  await withoutTrial(page, true);
  await openApp(page, url);
}

async function records(): Promise<ThreadRecord[]> {
  const text = await page.evaluate(() => localStorage.getItem('sightglass.threads'));
  return (JSON.parse(text ?? '[]') as [string, ThreadRecord][]).map(([, record]) => record);
}

const measured = () => page.locator('sg-status-sheet li[data-capability="threads"] .measured');
const threadsRunning = (): Promise<number | undefined> =>
  page.evaluate(() => (document.querySelector('sg-app') as unknown as { recogniser: { loaded?: { threads: number } } }).recogniser.loaded?.threads);

/** Holds back the app's timing, as a recording does. */
const hold = (held: boolean): Promise<void> =>
  page.evaluate((on) => {
    (document.querySelector('sg-app') as unknown as { recogniser: { threadTrials: { held: boolean } } }).recogniser.threadTrials.held = on;
  }, held);

describe('the number of threads', () => {
  it('is timed while nothing is recognised, said on the status sheet, and remembered', async () => {
    await open(serving.url);
    await expect.poll(async () => (await records()).length, { timeout: 60_000 }).toBe(1);
    const [{ threads, times }] = await records();
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(times.map((time) => time.threads)).toEqual(Array.from({ length: Math.min(8, cores) }, (_, i) => i + 1));
    await expect.poll(threadsRunning).toBe(threads);
    await openStatus(page);
    const words = times.map((time) => `${time.threads}: ${time.ms.toFixed(1)} ms`).join(', ');
    await expect.poll(() => measured().textContent()).toBe(`${threads} thread${threads > 1 ? 's' : ''}, measured: ${words}`);
    await page.keyboard.press('Escape');
    // At the next visit it starts with the number that is remembered, here another one, and has it from the first label on. (One thread would be
    // tried again.)
    const other = Math.min(4, cores) === 3 ? 2 : 3;
    await page.evaluate((remembered) => {
      const [[key]] = JSON.parse(localStorage.getItem('sightglass.threads')!) as [string, unknown][];
      localStorage.setItem('sightglass.threads', JSON.stringify([[key, { threads: remembered, times: [{ threads: remembered, ms: 1 }] }]]));
    }, other);
    await openApp(page, serving.url);
    await expect.poll(threadsRunning).toBe(other);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
    expect(await threadsRunning()).toBe(other);
    expect(errors).toEqual([]);
  });

  it('is not timed while frames are recognised, but where the camera is closed', async () => {
    await open(serving.url);
    await hold(true);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
    await hold(false);
    const shown = (): Promise<number> =>
      page.evaluate(async () => {
        const { recogniser } = document.querySelector('sg-app') as unknown as { recogniser: { recognise(...parts: unknown[]): Promise<unknown> } };
        const real = recogniser.recognise.bind(recogniser);
        let seen = 0;
        await new Promise<void>((resolve) => {
          recogniser.recognise = async (...parts) => {
            const answer = await real(...parts);
            if (++seen === 60) resolve();
            return answer;
          };
        });
        Reflect.deleteProperty(recogniser, 'recognise');
        return seen;
      });
    expect(await shown()).toBe(60);
    expect(await records()).toEqual([]);
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await expect.poll(async () => (await records()).length, { timeout: 60_000 }).toBe(1);
    expect(errors).toEqual([]);
  });

  it('is one, and nothing is timed, where memory cannot be shared', async () => {
    await open(bare.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
    expect(await threadsRunning()).toBe(1);
    await openStatus(page);
    expect(await measured().count()).toBe(0);
    expect(await records()).toEqual([]);
  });
});
