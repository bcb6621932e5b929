import { join } from 'node:path';
import type { ElementHandle, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openApp, openBrowser, PHONE, withoutFeatures, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { closeSheet, closeSheets } from '../../support/layout';
import { SCRATCH } from '../../support/shared';
import { difference, FONT, Snapshots } from '../../support/snapshots';
import { settled } from '../../support/waits';

const video = join(SCRATCH, 'snapshots.mjpeg');
const snapshots = new Snapshots();
let serving: Serving;

beforeAll(async () => {
  const scene = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#c8b48c' } })
    .composite([{ input: { create: { width: 240, height: 320, channels: 3, background: '#3a5a78' } } }])
    .png()
    .toBuffer();
  await makeCameraVideo(video, [{ image: scene, seconds: 2 }]);
  serving = await serveBuilt();
  const browsing = await openBrowser();
  await snapshots.begin(browsing.context);
  await browsing.close();
});
afterAll(() => serving.close());

/** Puts what depends on machine, model or time out of sight, or in fixed words. */
async function steady(page: Page): Promise<void> {
  await page.evaluate((font) => {
    document.documentElement.style.setProperty('--sg-font', font);
    const all = (root: ParentNode, selector: string): HTMLElement[] => [
      ...root.querySelectorAll<HTMLElement>(selector),
      ...[...root.querySelectorAll('*')].flatMap((element) => (element.shadowRoot ? all(element.shadowRoot, selector) : [])),
    ];
    const words = (selector: string, text: string, before = /./): void => {
      for (const element of all(document, selector)) {
        const node = [...element.childNodes].find((child): child is Text => child instanceof Text && child.data.trim() !== '');
        if (node && before.test(node.data.trim())) node.data = text;
      }
    };
    // Its precision is the machine's choice.
    words('header .model span', 'ResNet-18 fp16', /^ResNet-18/);
    words('li[data-capability=threads] p', '4');
    words('li[data-capability=memory] p', '8 GB');
    for (const element of all(document, '.badge, sg-platform-notices')) element.style.display = 'none';
    const zh = document.documentElement.lang !== 'en';
    const names = zh ? ['咖啡杯', '浓缩咖啡', '茶壶'] : ['coffee mug', 'espresso', 'teapot'];
    const labels = [0.87, 0.09, 0.004].map((probability, i) => ({ key: String(i), name: names[i], probability }));
    for (const list of all(document, 'sg-live-view[active] * sg-label-list, sg-label-list')) {
      if ((list as unknown as { labels: unknown[] }).labels.length === 0) continue;
      // The live loop goes on setting them.
      Object.defineProperty(list, 'labels', { configurable: true, get: () => labels, set: () => undefined });
      Object.defineProperty(list, 'doubt', { configurable: true, get: () => undefined, set: () => undefined });
      (list as unknown as { requestUpdate(): void }).requestUpdate();
    }
  }, FONT);
  await page.evaluate(() => document.fonts.ready);
  // Two frames: the labels are drawn.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

async function opened(viewport: object, colorScheme: 'light' | 'dark', locale: string): Promise<Browsing> {
  const browsing = await openBrowser({ video, context: { viewport: viewport as typeof PHONE, colorScheme, locale, reducedMotion: 'reduce' } });
  await openApp(browsing.page, serving.url);
  return browsing;
}

const look = async (page: Page, name: string): Promise<string> => {
  await steady(page);
  return snapshots.compare(page, name);
};

const settingsOpen = async (page: Page): Promise<void> => {
  await page.locator('header button.icon').first().click();
  await page.locator('sg-settings-sheet dialog[open]').waitFor();
};

describe.each([
  ['phone-light', PHONE, 'light', 'en-GB'],
  ['phone-dark', PHONE, 'dark', 'en-GB'],
  ['desktop-light', DESKTOP, 'light', 'en-GB'],
  ['desktop-dark', DESKTOP, 'dark', 'en-GB'],
  ['phone-light-zh', PHONE, 'light', 'zh-CN'],
] as const)('looks as it did: %s', (name, viewport, colorScheme, locale) => {
  let browsing: Browsing;
  let page: Page;
  beforeAll(async () => {
    browsing = await opened(viewport, colorScheme, locale);
    page = browsing.page;
  });
  afterEach(() => closeSheets(page));
  afterAll(() => browsing.close());

  it('start', async () => {
    await page.locator('sg-start-drawing svg').waitFor();
    expect(await look(page, `${name}-start`)).toBe('');
  });

  it.each(['pictures', 'sessions', 'teach'])('%s, empty', async (view) => {
    await page.locator(`sg-view-navigation a[href="#${view}"]`).click();
    await page.locator(`sg-${view}-view`).waitFor();
    const heading = { pictures: 'sg-pictures-view .empty', sessions: 'sg-sessions-view .empty', teach: 'sg-teach-view[empty] .intro' }[view] ?? '';
    await page.locator(heading).waitFor();
    expect(await look(page, `${name}-${view}`)).toBe('');
  });

  it('live with labels', async () => {
    await page.locator('sg-view-navigation a[href="#live"]').click();
    await page.locator('sg-live-view sg-control-bar button').first().click();
    await page.locator('sg-live-view sg-label-list li').first().waitFor();
    await page.waitForFunction((video: HTMLVideoElement) => video.currentTime > 0, await page.locator('sg-live-view sg-camera-stage video').elementHandle() as ElementHandle<HTMLVideoElement>);
    await settled(page);
    expect(await look(page, `${name}-live`)).toBe('');
  });

  it('settings', async () => {
    await page.locator('sg-live-view sg-control-bar button').first().click();
    await settingsOpen(page);
    expect(await look(page, `${name}-settings`)).toBe('');
    await closeSheet(page);
  });

  it('status', async () => {
    // Whether int8 is quick, and how quick each number of threads, is a matter of the machine.
    await page.evaluate(() => {
      const { recogniser } = document.querySelector('sg-app') as unknown as { recogniser: { trials: { quickInt8: boolean }; threadTrials: object } };
      recogniser.trials.quickInt8 = true;
      Object.defineProperty(recogniser.threadTrials, 'record', { value: undefined });
    });
    await page.keyboard.press('d');
    await page.locator('sg-status-sheet dialog[open]').waitFor();
    expect(await look(page, `${name}-status`)).toBe('');
    await closeSheet(page);
  });

  it('teach, with nothing but a model that cannot be taught', async () => {
    await withoutFeatures(page);
    await page.reload();
    await page.locator('sg-view-navigation a[href="#teach"]').click();
    await page.locator('sg-teach-view [data-key=unteachable]').waitFor();
    expect(await look(page, `${name}-teach-unteachable`)).toBe('');
  });
});

describe('the comparison', () => {
  it('sees an icon that is gone, and, where letters are drawn otherwise, a bar that is gone', async () => {
    const browsing = await opened(PHONE, 'light', 'en-GB');
    const { page } = browsing;
    try {
      await steady(page);
      const before = await page.screenshot({ animations: 'disabled' });
      const again = await page.screenshot({ animations: 'disabled' });
      expect(await difference(before, again, true)).toBeUndefined();
      expect(await difference(before, again, false)).toBeUndefined();
      await page.locator('header button.icon svg').first().evaluate((icon: SVGElement) => (icon.style.visibility = 'hidden'));
      const without = await page.screenshot({ animations: 'disabled' });
      expect((await difference(before, without, true))?.words).toMatch(/pixels differ/);
      // So little is not seen coarsely, where all letters differ as much.
      expect(await difference(before, without, false)).toBeUndefined();
      await page.locator('sg-live-view').evaluate((view: HTMLElement) => (view.style.visibility = 'hidden'));
      expect((await difference(before, await page.screenshot({ animations: 'disabled' }), false))?.words).toMatch(/squares differ/);
    } finally {
      await browsing.close();
    }
  });
});
