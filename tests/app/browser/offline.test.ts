import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../../src/base/shared/labels/imagenet';
import type { ModelVariant } from '../../../src/base/shared/model';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { chooseEngine, openApp, openBrowser, PHONE, useModels, type Browsing } from '../../support/browser';
import { buildVersion } from '../../support/builds';
import { makeCameraVideo } from '../../support/camera-video';
import { closeSheet } from '../../support/layout';
import { recordingProxy, type RecordingProxy } from '../../support/recording-proxy';
import { knownImages, SCRATCH } from '../../support/shared';
import { drawn } from '../../support/waits';

const models = modelIndex(join(DIST, 'models'));
if (models.length === 0) console.warn('\n*** SKIPPED: the offline tests need a model in dist/models (npm run model, npm run build). ***\n');

/** Bytes of all files of the page without large ones, which the service worker keeps: README has the figure. */
const MOST_OF_THE_PAGE = 3.5e6;

/** A class that every model here knows, where the labelled images are there; else any label will do. */
const CLASS = 340;
const image = knownImages('The check that the label offline is the right one')?.find(({ index }) => index === CLASS);

const video = join(SCRATCH, 'offline-use.mjpeg');

beforeAll(async () => {
  const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
  await makeCameraVideo(video, [{ image: image?.path ?? grey, seconds: 2 }]);
});

/** What who has a file not yet fetches of it to run it. */
const filesOf = ({ file, parts }: ModelVariant): string[] => (parts ? [parts.first.file, parts.rest.file] : [file]);

async function startCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the camera' }).click();
  const label = page.locator('sg-label-list li:first-child .name');
  await (image ? label.filter({ hasText: IMAGENET_LABELS[CLASS] }) : label).waitFor({ timeout: 40_000 });
}

const kept = (page: Page): Promise<void> => page.locator('sg-offline-status[phase="kept"]').waitFor({ state: 'attached', timeout: 60_000 });

describe.skipIf(models.length === 0)('without a network', () => {
  let proxy: RecordingProxy;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];
  const words: string[] = [];

  beforeAll(async () => {
    proxy = await recordingProxy();
    serving = await serveBuilt();
    browsing = await openBrowser({ video, flags: proxy.flags, context: { viewport: PHONE, serviceWorkers: 'allow' } });
    page = browsing.page;
    page.on('pageerror', (error) => errors.push(error.message));
    await page.exposeFunction('noteWords', (text: string) => words.push(text));
    await page.addInitScript(() => {
      setInterval(() => {
        const line = document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-platform-notices')?.shadowRoot;
        const text = line?.querySelector('sg-offline-status')?.shadowRoot?.querySelector('[part=line]')?.textContent;
        if (text) void (globalThis as unknown as { noteWords(text: string): void }).noteWords(text);
      }, 50);
    });
    await openApp(page, serving.url);
    await startCamera(page);
    await kept(page);
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
    await proxy.close();
  });

  const times = (part: RegExp): number => proxy.requests.filter(({ pathname }) => part.test(pathname)).length;

  const LARGE = /\.(onnx|bin)$|ort-wasm.*\.wasm$/;
  let running: string | undefined;

  it('fetches on the first visit what runs, and the page, and nothing else; and tells that it is ready', async () => {
    await expect.poll(() => words.at(-1)).toMatch(/^Ready for use without a network\. The other models, \d+ MB, can be kept too: under Models$/);
    running = (await page.locator('header button[aria-haspopup]').textContent())?.trim();
    const wanted = models.flatMap(({ name, variants }) => variants.filter(({ precision }) => `${name} ${precision}` === running));
    expect(wanted).toHaveLength(1);
    const fetched = proxy.requests.map(({ pathname }) => pathname);
    expect(fetched.filter((path) => LARGE.test(path))).toEqual(filesOf(wanted[0]).map((file) => `/models/${file}`));
    // What comes beside the model: pages, code, kernels, icons. As files are, before they are packed for the way.
    const others = [...new Set(fetched.filter((path) => !LARGE.test(path)))].map((path) => join(DIST, path === '/' ? 'index.html' : path)).filter((path) => existsSync(path));
    expect(others.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(MOST_OF_THE_PAGE);
  });

  it('keeps the rest where that is asked for, with its size, and tells how far it is', async () => {
    words.length = 0;
    await page.locator('header button[aria-haspopup]').click();
    const offer = page.locator('sg-offline-offer');
    const bytes = models.flatMap(({ variants }) => variants).reduce((sum, variant) => sum + variant.bytes, 0);
    const megabytes = async (): Promise<number> => Number(/take ([\d.]+) MB more, which are fetched only when you ask/.exec((await offer.locator('p').textContent()) ?? '')?.[1]);
    await expect.poll(megabytes).toBeGreaterThan(bytes / 2e6);
    await offer.getByRole('checkbox', { name: 'Keep all models on this device' }).check();
    await offer.locator('p', { hasText: 'All are kept' }).waitFor({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    await expect.poll(() => words.at(-1)).toBe('Ready for use without a network');
    const total = words.map((text) => /^Kept for offline use: (\d+) of (\d+) MB$/.exec(text)).filter((found) => found !== null);
    expect(total.length).toBeGreaterThan(0);
    const figures = total.map(([, done]) => Number(done));
    expect(figures).toEqual([...figures].sort((a, b) => a - b));
  });

  it('fetches each model and each large file once', () => {
    const fetched = models.flatMap(({ name, variants }) => variants.flatMap((variant) => (`${name} ${variant.precision}` === running ? filesOf(variant) : [variant.file])));
    for (const file of fetched) expect(times(new RegExp(`/${file}$`)), file).toBe(1);
    expect(times(/\/models\/.*\.(onnx|bin)$/)).toBe(fetched.length);
    expect(times(/ort-wasm.*\.wasm$/)).toBe(1);
  });

  it('does not say so before the page itself is kept, however late that is', async () => {
    const other = await recordingProxy();
    const slow = await openBrowser({ video, flags: other.flags, context: { serviceWorkers: 'allow' } });
    try {
      // A file that the service worker keeps and the page does not need.
      const letGo = other.hold(/icons\/icon-512\.png$/);
      await openApp(slow.page, serving.url);
      await startCamera(slow.page);
      const running = (await slow.page.locator('header button[aria-haspopup]').textContent())?.trim();
      const runs = models.flatMap(({ name, variants }) => variants.filter(({ precision }) => `${name} ${precision}` === running));
      const files = runs.flatMap(filesOf);
      const fetched = (): number => files.filter((file) => other.requests.some(({ pathname }) => pathname.endsWith(`/${file}`))).length;
      await expect.poll(fetched, { timeout: 60_000 }).toBe(files.length);
      // All that runs is kept but the page itself.
      const stored = (): Promise<number> =>
        slow.page.evaluate(async (names) => {
          const all = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
          return names.filter((name) => all.flat().some(({ url }) => new URL(url).pathname.endsWith(`/${name}`))).length;
        }, runs.map(({ file }) => file));
      await expect.poll(stored, { timeout: 60_000 }).toBe(runs.length);
      await drawn(slow.page, 60);
      const phase = (): Promise<string | null> => slow.page.locator('sg-offline-status').getAttribute('phase');
      const active = (): Promise<boolean> => slow.page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active));
      // Who keeps large files may still wait for the worker that put the model together.
      await expect.poll(phase, { timeout: 90_000 }).toBe('');
      await drawn(slow.page, 60);
      expect([await phase(), await active()]).toEqual(['', false]);
      letGo();
      await kept(slow.page);
      expect(await active()).toBe(true);
    } finally {
      await slow.close();
      await other.close();
    }
  });

  it('opens and recognises after the server is gone, with each engine and model', async () => {
    await serving.close();
    await browsing.context.setOffline(true);
    const before = proxy.requests.length;
    await openApp(page, serving.url);
    await startCamera(page);
    await chooseEngine(page, 'ort');
    await openApp(page, serving.url);
    await startCamera(page);
    await useModels(page, models.slice(1).map(({ id }) => id));
    await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
    expect(await page.locator('sg-fault-panel').count()).toBe(0);
    expect(errors).toEqual([]);
    // The network was really cut: what was asked of it, the list for the phone and a look for a new version, got no answer.
    expect(proxy.requests.slice(before).filter(({ pathname }) => /\.(js|mjs|wasm|onnx|css)$/.test(pathname) && !pathname.endsWith('/service-worker.js'))).toEqual([]);
    expect(await page.evaluate(() => fetch('/phone.json?').then(() => 'answered', () => 'no network'))).toBe('no network');
  });

  it('opens each view, each sheet and the other language', async () => {
    await openApp(page, serving.url);
    for (const [link, view] of [['Pictures', 'sg-pictures-view'], ['Sessions', 'sg-sessions-view'], ['Teach', 'sg-teach-view'], ['Live', 'sg-live-view']]) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.locator(view).waitFor();
    }
    expect(await page.locator('sg-lazy-view [role=alert]').count()).toBe(0);
    await page.keyboard.press(',');
    await page.locator('sg-settings-sheet dialog').waitFor();
    for (const sheet of ['status', 'phone', 'shortcuts']) {
      await page.locator(`sg-settings-sheet button[data-sheet=${sheet}]`).click();
      await page.locator(`[data-sheet=${sheet}] dialog`).waitFor();
      await closeSheet(page);
      await page.keyboard.press(',');
    }
    await page.evaluate(() => localStorage.setItem('sightglass.settings', JSON.stringify({ language: 'zh-Hans' })));
    await openApp(page, serving.url);
    await page.locator('sg-view-navigation').getByText('图片').waitFor();
    expect(errors).toEqual([]);
  });
});

describe.skipIf(models.length === 0)('a new version', () => {
  const port = { of: 0 };
  let next: string;
  let serving: Serving;
  let browsing: Browsing;

  beforeAll(async () => {
    next = await buildVersion('next', {
      'app/page/app.ts': ['<h1>Sightglass</h1>', '<h1>Sightglass two</h1>'],
      'platform/update-toast.ts': ["msg('Later')", "msg('Later on')"],
    });
    serving = await serveBuilt();
    port.of = Number(new URL(serving.url).port);
    browsing = await openBrowser({ video, context: { serviceWorkers: 'allow' } });
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
    rmSync(next, { recursive: true, force: true });
  });

  const name = (page: Page): Promise<string | null> => page.locator('h1').textContent();
  const shells = (page: Page): Promise<string[]> => page.evaluate(async () => (await caches.keys()).filter((key) => key.startsWith('sightglass-shell-')));

  it('is offered, waits for a word, and comes whole', async () => {
    const { page, context } = browsing;
    await openApp(page, serving.url);
    await kept(page);
    const other = await context.newPage();
    await openApp(other, serving.url);
    const loads = { page: 0, other: 0 };
    page.on('load', () => loads.page++);
    other.on('load', () => loads.other++);
    expect(await shells(page)).toHaveLength(1);

    await serving.close();
    serving = await serveBuilt({ folder: next, port: port.of });
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const toast = page.locator('sg-update-toast');
    // A notice goes after a while, but under a pointer.
    for (const tab of [page, other]) await tab.locator('sg-update-toast').hover();
    expect(await toast.locator('p').textContent()).toBe('A new version is ready.');
    // Nothing happens by itself, and a page that is opened now is still of the old version.
    const third = await context.newPage();
    await openApp(third, serving.url);
    expect(await name(third)).toBe('Sightglass');
    await third.close();
    expect(loads).toEqual({ page: 0, other: 0 });
    await toast.getByRole('button', { name: 'Later' }).click();
    await toast.waitFor({ state: 'detached' });
    expect(loads.page).toBe(0);
    // It is within reach all the same.
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('sg-settings-sheet').getByRole('button', { name: 'A new version is ready. Reload' }).waitFor();

    // The offer comes back with the next visit.
    await openApp(page, serving.url);
    expect(await name(page)).toBe('Sightglass');
    await toast.waitFor();
    const loaded = loads.page;
    await toast.getByRole('button', { name: 'Reload' }).click();
    await page.locator('h1', { hasText: 'Sightglass two' }).waitFor();
    // It is over after the page is drawn.
    await expect.poll(() => loads.page).toBe(loaded + 1);

    // The other tab runs on as it was, with its own files, and is told.
    expect(loads.other).toBe(0);
    expect(await name(other)).toBe('Sightglass');
    await other.locator('sg-update-toast').waitFor();
    expect(await other.locator('sg-update-toast').getByRole('button', { name: 'Later', exact: true }).count()).toBe(1);
    expect(await shells(page)).toHaveLength(2);
    const own = await other.evaluate(async () => {
      const names = performance.getEntriesByType('resource').map(({ name: url }) => url);
      const notices = names.find((url) => url.includes('/platform-notices-'));
      return notices === undefined ? 'not found' : (await fetch(notices)).text();
    });
    expect(own).toContain('Later');
    expect(own).not.toContain('Later on');

    await other.locator('sg-update-toast').getByRole('button', { name: 'Reload' }).click();
    await other.locator('h1', { hasText: 'Sightglass two' }).waitFor();
    await other.locator('sg-load-progress').first().waitFor({ state: 'detached', timeout: 60_000 });
    // Nobody needs the old files any more.
    await expect.poll(() => shells(other)).toHaveLength(1);
    expect(await other.locator('sg-update-toast').count()).toBe(0);
  });
});

describe.skipIf(models.length === 0)('the offer to install', () => {
  it('comes once, when all is kept, shows the browser\'s question on demand, and stays in the settings', async () => {
    const serving = await serveBuilt();
    const browsing = await openBrowser({ own: true, context: { viewport: PHONE, serviceWorkers: 'allow' } });
    const { page } = browsing;
    try {
      // Chromium's own event, with a question that notes that it was asked.
      await page.addInitScript(() => {
        addEventListener('beforeinstallprompt', (event) => {
          Object.assign(event, { prompt: () => Promise.resolve(Object.assign(globalThis, { asked: true })) });
          Object.assign(globalThis, { held: event });
        });
      });
      const toast = page.locator('sg-install-toast');
      const offers = (): Promise<unknown> => expect.poll(() => page.evaluate(() => (globalThis as { held?: Event }).held?.defaultPrevented)).toBe(true);
      await openApp(page, serving.url);
      await offers();
      await kept(page);
      await toast.waitFor();
      await toast.getByRole('button', { name: 'Not now' }).click();
      await toast.waitFor({ state: 'detached' });
      await openApp(page, serving.url);
      await offers();
      await kept(page);
      await drawn(page, 60);
      expect(await toast.count()).toBe(0);
      await page.getByRole('button', { name: 'Settings' }).click();
      expect(await page.evaluate(() => 'asked' in globalThis)).toBe(false);
      await page.getByRole('button', { name: 'Install the app' }).click();
      await expect.poll(() => page.evaluate(() => 'asked' in globalThis)).toBe(true);
      await page.getByRole('button', { name: 'Install the app' }).waitFor({ state: 'detached' });
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});

describe('installing', () => {
  it('has what Chromium asks of an app that can be installed', async () => {
    const serving = await serveBuilt();
    const browsing = await openBrowser({ own: true, context: { serviceWorkers: 'allow' } });
    try {
      await browsing.page.goto(serving.url);
      const session = await browsing.context.newCDPSession(browsing.page);
      const { errors } = await session.send('Page.getAppManifest');
      expect(errors).toEqual([]);
      // Chromium looks for the service worker and the icons in its own time.
      const missing = async (): Promise<string[]> => (await session.send('Page.getInstallabilityErrors')).installabilityErrors.map(({ errorId }) => errorId);
      await expect.poll(missing).toEqual([]);
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});
