import { join } from 'node:path';
import type { ConsoleMessage, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { chooseEngine, openApp, openBrowser, useModels, type Browsing } from '../../support/browser';
import { closeSheet } from '../../support/layout';
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
  // Sheets by their keys: settings, what the device can do, keys, models.
  for (const key of [',', 'd', '?', 'n']) {
    await page.keyboard.press(key);
    await page.locator('dialog[open]').waitFor();
    await drawn(page, 2);
    await closeSheet(page);
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
  /** What the page's own listener heard, of all documents. */
  const heard: string[] = [];

  beforeAll(async () => {
    proxy = await recordingProxy();
    serving = await serveBuilt();
    browsing = await openBrowser({ video, flags: proxy.flags, context: { serviceWorkers: 'allow' } });
    page = browsing.page;
    await page.exposeFunction('violationHeard', (what: string) => void heard.push(what));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, sample, sourceFile, lineNumber }) => {
        (globalThis as unknown as { violationHeard(what: string): void }).violationHeard(`${effectiveDirective} ${sample} ${sourceFile}:${lineNumber}`);
      });
    });
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
    for (const part of [/^\/$/, /recogniser\.worker/, /thread\.worker/, /ort-wasm.*\.wasm$/, /service-worker\.js$/, /keep-offline\.worker/, /manifest\.webmanifest$/, ...models.map(({ variants }) => new RegExp(variants.map(({ file }) => file).join('|')))]) {
      expect(paths.some((path) => part.test(path)), String(part)).toBe(true);
    }
  });

  it('needs nothing that the policy refuses', () => {
    expect(proxy.violations).toEqual([]);
    expect(heard).toEqual([]);
    expect(said.filter((line) => /content security policy|permissions.policy|unrecognized feature/i.test(line))).toEqual([]);
  });

  it('refuses a text that would become HTML, code or a script, and tells of it', async () => {
    const refused = await page.evaluate(async () => {
      // What an inspector runs may use eval, until it first waits.
      await new Promise((resolve) => setTimeout(resolve));
      const evil = '<img src=x onerror="globalThis.injected = true">';
      const script = document.createElement('script');
      const ways: Record<string, () => unknown> = {
        innerHTML: () => (document.createElement('div').innerHTML = evil),
        outerHTML: () => (document.body.appendChild(document.createElement('div')).outerHTML = evil),
        shadow: () => (document.createElement('div').attachShadow({ mode: 'open' }).innerHTML = evil),
        insertAdjacentHTML: () => document.body.insertAdjacentHTML('beforeend', evil),
        write: () => (document as unknown as { write(text: string): void }).write(evil),
        srcdoc: () => (document.createElement('iframe').srcdoc = evil),
        parse: () => new DOMParser().parseFromString(evil, 'text/html'),
        fragment: () => document.createRange().createContextualFragment(evil),
        'script text': () => (script.textContent = 'globalThis.injected = true'),
        'script src': () => (script.src = 'data:text/javascript,globalThis.injected=true'),
        'foreign script': () => (script.src = 'https://example.com/x.js'),
        handler: () => document.body.setAttribute('onclick', 'globalThis.injected = true'),
        eval: () => (0, eval)('globalThis.injected = true') as unknown,
        function: () => Reflect.apply(Reflect.construct(Function, ['globalThis.injected = true']) as () => unknown, undefined, []),
        blob: () => new Worker(URL.createObjectURL(new Blob(['']))),
        'foreign worker': () => new Worker('https://example.com/x.js'),
        policy: () => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('own', {}),
      };
      return Object.entries(ways).map(([name, way]) => {
        try {
          way();
          return `${name}: done`;
        } catch (error) {
          return `${name}: ${error instanceof Error ? error.name : String(error)}`;
        }
      });
    });
    expect(refused.filter((line) => !/: (TypeError|EvalError)$/.test(line))).toEqual([]);
    expect(await page.evaluate(() => 'injected' in globalThis)).toBe(false);
    await expect.poll(() => heard.length).toBeGreaterThan(8);
    await expect.poll(() => new Set(heard.map((line) => line.split(' ')[0]))).toEqual(new Set(['require-trusted-types-for', 'trusted-types']));
    heard.length = 0;
  });

  it('refuses inline scripts that the parser would run, and foreign addresses, and tells of it', async () => {
    const before = proxy.violations.length;
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.append('globalThis.injected = true');
      document.body.append(script);
      const foreign = await fetch('https://example.com/').then(() => 'fetched', String);
      return { injected: 'injected' in globalThis, foreign };
    });
    expect(outcome.injected).toBe(false);
    expect(outcome.foreign).toMatch(/TypeError/);
    expect(proxy.foreign()).toEqual([]);
    const refused = (): string[] => proxy.violations.slice(before).map((body) => directiveOf(body));
    await expect.poll(refused).toContain('connect-src');
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
      await expect.poll(() => refused.join('\n')).toContain('example.com');
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});
