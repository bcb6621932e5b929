import { join } from 'node:path';
import type { ConsoleMessage, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { chooseEngine, openApp, openBrowser, useModels, type Browsing } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { recordingProxy, type RecordingProxy } from '../../support/recording-proxy';
import { drawn } from '../../support/waits';

const models = modelIndex(join(DIST, 'models'));
if (models.length === 0) console.warn('\n*** SKIPPED: the security tests need a model in dist/models (npm run model, npm run build). ***\n');

let video: string;

beforeAll(async () => {
  video = await plainVideo();
});

/** What a report says was refused (CSP level 3, violation reports). */
function directiveOf(report: string): string {
  return (JSON.parse(report) as { 'csp-report': { 'effective-directive': string } })['csp-report']['effective-directive'];
}

/** Uses the app as a person does: each model and engine, live. */
async function useEverything(page: Page, url: string): Promise<void> {
  await openApp(page, url);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
  await useModels(page, models.slice(1).map(({ id }) => id));
  await chooseEngine(page, 'ort');
  await openApp(page, url);
  for (const link of await page.locator('sg-view-navigation a').all()) {
    const view = (await link.getAttribute('href'))?.slice(1);
    await link.click();
    await page.locator(`sg-${view}-view`).waitFor();
    await drawn(page, 2);
  }
  await page.goto(`${url}#live`);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
  // The service worker has its own requests: the small files anew, and the large ones that are kept for offline use.
  await page.locator('sg-offline-status[phase="kept"]').waitFor({ state: 'attached', timeout: 60_000 });
}

describe.skipIf(models.length === 0)('every request and the content security policy, in live use', () => {
  let proxy: RecordingProxy;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const said: string[] = [];

  beforeAll(async () => {
    proxy = await recordingProxy();
    serving = await serveBuilt();
    browsing = await openBrowser({ video, flags: proxy.flags, context: { serviceWorkers: 'allow' } });
    page = browsing.page;
    browsing.context.on('console', (message: ConsoleMessage) => said.push(message.text()));
    await useEverything(page, serving.url);
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
    await proxy.close();
  });

  it('asks its own origin and nobody else', () => {
    expect(proxy.foreign()).toEqual([]);
    const paths = proxy.requests.filter((url) => url.origin === new URL(serving.url).origin).map((url) => url.pathname);
    // What the recording must have seen if it sees everything: page, worker, its threads and both models.
    for (const part of [/^\/$/, /recogniser\.worker/, /thread\.worker/, /ort-wasm.*\.wasm$/, /service-worker\.js$/, /keep-offline\.worker/, /manifest\.webmanifest$/, ...models.map((m) => new RegExp(m.variants[0].file))]) {
      expect(paths.some((path) => part.test(path)), String(part)).toBe(true);
    }
  });

  it('needs nothing that the policy refuses', () => {
    expect(proxy.violations).toEqual([]);
    expect(said.filter((line) => /content security policy|permissions.policy|unrecognized feature/i.test(line))).toEqual([]);
  });

  it('refuses inline scripts, eval, and foreign addresses, and tells of it', async () => {
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.injected = true';
      document.body.append(script);
      const frame = document.createElement('iframe');
      frame.srcdoc = '<script>parent.injected = true</script>';
      document.body.append(frame);
      const foreign = await fetch('https://example.com/').then(() => 'fetched', String);
      const worker = new Worker(URL.createObjectURL(new Blob([''], { type: 'text/javascript' })));
      await new Promise((resolve) => worker.addEventListener('error', resolve));
      return { injected: 'injected' in globalThis, foreign };
    });
    expect(outcome.injected).toBe(false);
    expect(outcome.foreign).toMatch(/TypeError/);
    expect(proxy.foreign()).toEqual([]);
    // The frame of the page's own making has its policy too; so two refusals of scripts, one of each other kind.
    const refused = (): string[] => proxy.violations.map((body) => directiveOf(body)).sort();
    await expect.poll(refused).toEqual(['connect-src', 'script-src-elem', 'script-src-elem', 'worker-src']);
  });

  it('keeps the camera and what goes with it, and gives up every other feature', async () => {
    const allowed = await page.evaluate(() => {
      const { featurePolicy } = document as Document & { featurePolicy?: { allowedFeatures(): string[] } };
      return featurePolicy?.allowedFeatures() ?? [];
    });
    const wanted = [
      'autoplay', 'camera', 'clipboard-write', 'compute-pressure', 'cross-origin-isolated', 'display-capture', 'fullscreen', 'picture-in-picture',
      'screen-wake-lock',
    ];
    expect(allowed).toEqual(expect.arrayContaining(wanted));
    // Client hints tell nobody anything that is not asked; the rest are ways of the page with its own person.
    const harmless = ['aria-notify', 'media-playback-while-not-visible', 'unload'];
    expect(allowed.filter((name) => !wanted.includes(name) && !harmless.includes(name) && !name.startsWith('ch-'))).toEqual([]);
  });

  it('cannot be framed', async () => {
    const { headers } = await fetch(serving.url);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe.skipIf(models.length === 0)('a host that sends no headers', () => {
  it('has the policy from the page itself', async () => {
    const serving = await serveBuilt({ isolated: false });
    const browsing = await openBrowser({ video });
    const { page } = browsing;
    try {
      const refused: string[] = [];
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) refused.push(message.text());
      });
      await openApp(page, serving.url);
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
      expect(refused).toEqual([]);
      expect((await fetch(serving.url)).headers.get('content-security-policy')).toBeNull();
      const foreign = await page.evaluate(() => fetch('https://example.com/').then(() => 'fetched', String));
      expect(foreign).toMatch(/TypeError/);
      expect(refused.join('\n')).toContain('example.com');
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});
