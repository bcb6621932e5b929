import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { SCRATCH } from '../../support/shared';
import { drawn, neverOver } from '../../support/waits';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the isolation tests need a model in dist/models (npm run model, npm run build). ***\n');

const NO_WORKER = 'no-service-worker';
const LATE_WORKER = 'late-service-worker';
/** So long the page waits for isolation, milliseconds (src/app/page/platform/service-worker.ts). */
const PATIENCE = 4000;

/** A plain static host: no header that isolates, and none for the service worker's script either. */
describe.skipIf(!hasModel)('a static host that sends no headers', () => {
  let video: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let loads = 0;

  beforeAll(async () => {
    video = await plainVideo();
  });
  afterEach(async () => {
    await browsing.close();
    await serving.close();
    for (const name of [NO_WORKER, LATE_WORKER]) rmSync(join(SCRATCH, name), { recursive: true, force: true });
  });

  async function open(folder?: string): Promise<void> {
    serving = await serveBuilt({ isolated: false, folder });
    browsing = await openBrowser({ video, context: { serviceWorkers: 'allow' } });
    page = browsing.page;
    loads = 0;
    page.on('domcontentloaded', () => loads++);
  }

  async function live(): Promise<void> {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
  }

  async function expectFigures(wanted: { readonly threads: string; readonly isolated: string }): Promise<void> {
    await page.getByRole('button', { name: 'Show figures' }).click();
    const figure = (key: string): Promise<string | null> => page.locator(`sg-live-stats dd[data-key="${key}"]`).textContent();
    await expect.poll(async () => ({ threads: await figure('threads'), isolated: await figure('isolated') })).toEqual(wanted);
  }

  it('has threads after one load more, and at once from then on', async () => {
    await open();
    await neverOver(page, PATIENCE);
    expect((await fetch(serving.url)).headers.get('cross-origin-embedder-policy')).toBeNull();
    await openApp(page, serving.url);
    await live();
    expect(loads).toBe(2);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    await expectFigures({ threads: String(Math.min(4, cores)), isolated: 'yes' });
    await openApp(page, serving.url);
    expect(loads).toBe(3);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    // The policies come with it, for workers as well.
    const headers = await page.evaluate(async () => Object.fromEntries((await fetch('index.html')).headers));
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('does not load anew again where the browser will not isolate', async () => {
    await open();
    await neverOver(page, PATIENCE);
    // As in a browser that ignores the headers that a service worker adds.
    await browsing.context.addInitScript(() => Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false }));
    await openApp(page, serving.url);
    await live();
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
    await drawn(page, 60);
    expect(loads).toBe(2);
    await openApp(page, serving.url);
    await live();
    await drawn(page, 60);
    expect(loads).toBe(3);
  });

  it('starts as it is where there can be no service worker', async () => {
    const folder = join(SCRATCH, NO_WORKER);
    rmSync(folder, { recursive: true, force: true });
    cpSync(DIST, folder, { recursive: true });
    for (const name of readdirSync(folder).filter((file) => file.startsWith('service-worker'))) rmSync(join(folder, name));
    await open(folder);
    await openApp(page, serving.url);
    await live();
    expect(loads).toBe(1);
    await expectFigures({ threads: '1', isolated: 'no' });
  });

  it('does not load anew under a running camera, however late the service worker comes', async () => {
    // A file of the shell that is only there later: the installation fails, and the page does not wait for ever.
    const folder = join(SCRATCH, LATE_WORKER);
    rmSync(folder, { recursive: true, force: true });
    cpSync(DIST, folder, { recursive: true });
    const icon = 'icons/icon-512.png';
    rmSync(join(folder, icon));
    await open(folder);
    await openApp(page, serving.url);
    await live();
    const { port } = new URL(serving.url);
    await serving.close();
    mkdirSync(join(folder, 'icons'), { recursive: true });
    copyFileSync(join(DIST, icon), join(folder, icon));
    serving = await serveBuilt({ isolated: false, folder, port: Number(port) });
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('service-worker.js');
      await navigator.serviceWorker.ready;
    });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await drawn(page, 60);
    expect(loads).toBe(1);
    expect(await page.locator('sg-label-list li').count()).toBeGreaterThan(0);
    // The next visit has it.
    await openApp(page, serving.url);
    expect(loads).toBe(2);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});
