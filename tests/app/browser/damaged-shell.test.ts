import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHELL_CACHE_PREFIX } from '../../../src/base/shared/offline';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';

/** The file with the app itself. */
const [, main = ''] = /src="\.\/(assets\/index-[^"]+)"/.exec(readFileSync(join(DIST, 'index.html'), 'utf8')) ?? [];
const APP = new RegExp(main);

/** As withoutTrial, for all pages of a context. */
function chooseInt8(): void {
  localStorage.setItem('sightglass.settings', JSON.stringify({ precision: 'int8' }));
}

describe('a kept file of the app that has gone bad', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let url: string;

  beforeEach(async () => {
    serving = await serveBuilt();
    ({ url } = serving);
    browsing = await openBrowser({ context: { viewport: PHONE, serviceWorkers: 'allow' } });
    page = browsing.page;
    await browsing.context.addInitScript(chooseInt8);
    await openApp(page, serving.url);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await expect.poll(() => shellFiles().then((files) => files.length), { timeout: 30_000 }).toBeGreaterThan(20);
    // From here on the service worker answers; on a page that is not the app, which looks at the files itself, and behind the look of the one before.
    await page.goto(`${serving.url}THIRD-PARTY-NOTICES.txt`);
    const damaged = await page.evaluate(() => new Promise<number>((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<{ damaged: number }>) => resolve(data.damaged);
      const { controller } = navigator.serviceWorker;
      if (controller) controller.postMessage({ type: 'mend' }, [port2]);
      else reject(new Error('No service worker answers for the page.'));
    }));
    expect(damaged).toBe(0);
  });
  afterEach(async () => {
    await browsing.close();
    await serving.close();
  });

  function shellFiles(): Promise<string[]> {
    return page.evaluate(async (prefix) => {
      const name = (await caches.keys()).find((each) => each.startsWith(prefix));
      return name === undefined ? [] : (await (await caches.open(name)).keys()).map(({ url }) => url);
    }, SHELL_CACHE_PREFIX);
  }

  /** Puts other bytes in place of a kept file's. @returns its address, and what was in it */
  function spoil(file: RegExp, content: 'nothing' | 'half' | 'other'): Promise<{ address: string; text: string }> {
    return page.evaluate(async ([prefix, pattern, how]) => {
      const name = (await caches.keys()).find((each) => each.startsWith(prefix)) ?? '';
      const cache = await caches.open(name);
      const request = (await cache.keys()).find(({ url }) => new RegExp(pattern).test(url));
      const kept = request && (await cache.match(request));
      if (!request || !kept) throw new Error(`Nothing is kept of ${pattern}.`);
      const text = await kept.text();
      const spoilt = how === 'nothing' ? '' : how === 'half' ? text.slice(0, text.length / 2) : '\0'.repeat(text.length);
      await cache.put(request, new Response(spoilt, { headers: kept.headers }));
      return { address: request.url, text };
    }, [SHELL_CACHE_PREFIX, file.source, content] as const);
  }

  /** Opens the app in another tab: one that has been loaded anew may have scripts in its memory that are asked for no more. */
  async function anew(): Promise<void> {
    const before = page;
    page = await browsing.context.newPage();
    await before.close();
    await page.goto(url);
  }

  const runs = (): Promise<void> => page.locator('sg-control-bar button').first().waitFor({ timeout: 30_000 });
  const guard = (): Locator => page.locator('main.boot-guard');

  it.each<[RegExp, 'nothing' | 'half' | 'other']>([
    [APP, 'nothing'],
    [APP, 'half'],
    [APP, 'other'],
    [/assets\/lit-localize-/, 'half'],
    [/\/index\.html/, 'nothing'],
    [/\/index\.html/, 'other'],
  ])('is found and fetched anew: %s with %s in it', async (file, content) => {
    const { address, text } = await spoil(file, content);
    await anew();
    await runs();
    // It is kept as it was made, and the next start needs no network.
    await expect.poll(() => page.evaluate(async ([url, whole]) => (await (await caches.match(url))?.text()) === whole, [address, text] as const)).toBe(true);
    // Where the browser held on to the damaged script, it was helped without the service worker, which has to be back first.
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state), { timeout: 30_000 }).toBe('activated');
    await serving.close();
    await anew();
    await runs();
  });

  it('is said where there is no network, and mended once there is', async () => {
    const port = Number(new URL(serving.url).port);
    await spoil(APP, 'half');
    await serving.close();
    await anew();
    await guard().getByText('there is no network to get it anew').waitFor();
    await guard().getByText('没有网络可以重新获取').waitFor();
    serving = await serveBuilt({ port });
    await guard().getByRole('button').click();
    await runs();
    expect(await guard().count()).toBe(0);
  });

  it('that the start does not need is found once the app runs, which is said', async () => {
    const { address } = await spoil(/assets\/sessions-view-/, 'other');
    await anew();
    await page.locator('sg-damage-toast').getByText('were fetched anew').waitFor();
    expect(await page.evaluate(async (url) => (await (await caches.match(url))?.text())?.includes('sessions'), address)).toBe(true);
    await page.locator('sg-damage-toast').getByRole('button', { name: 'Later' }).click();
    await page.locator('sg-damage-toast').waitFor({ state: 'detached' });
  });

  it('is said where the page itself is damaged and there is no network', async () => {
    await spoil(/\/index\.html/, 'half');
    await serving.close();
    await anew();
    await page.getByText('there is no network to get it anew').waitFor();
  });

  it('gives way to what the server has where that is another version', async () => {
    await spoil(APP, 'half');
    // What the service worker asks the server for is no longer what it was told.
    let asked = 0;
    await browsing.context.route(APP, async (route) => {
      const worker = route.request().serviceWorker() !== null;
      asked += worker ? 1 : 0;
      await (worker ? route.fulfill({ status: 404, body: 'gone' }) : route.continue());
    });
    await anew();
    await runs();
    expect(asked).toBeGreaterThan(0);
    expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  });
});
