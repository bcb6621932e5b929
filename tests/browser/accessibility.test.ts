import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { violations } from '../support/axe';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../support/browser';
import { makeFilm } from '../support/film';
import { SCRATCH } from '../support/shared';

describe.each([
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
] as const)('axe finds nothing wrong: %s', (_, viewport, colorScheme) => {
  const film = join(SCRATCH, 'plain.mjpeg');
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
    await makeFilm(film, [{ picture: grey, seconds: 2 }]);
    serving = await serveBuilt();
    browsing = await openBrowser({ film, context: { viewport, colorScheme } });
    page = browsing.page;
    await openApp(page, serving.url);
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  it(`before the start, ${colorScheme}`, async () => {
    expect(await violations(page)).toEqual([]);
  });

  it(`in the model picker, ${colorScheme}`, async () => {
    await page.locator('header button[aria-haspopup]').click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it(`live with figures, ${colorScheme}`, async () => {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('button', { name: 'Show figures' }).click();
    await page.locator('sg-live-stats').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it(`with a fault, ${colorScheme}`, async () => {
    await page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => {
      (video.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event('ended'));
    });
    await page.locator('sg-fault-panel').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
