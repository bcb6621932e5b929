import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { withCanvasCameras } from '../../support/canvas-camera';
import { openMore, pressMore } from '../../support/controls';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
const CAMERAS = [
  { deviceId: 'rear', label: 'Rear camera', facingMode: 'environment' },
  { deviceId: 'desk', label: 'Desk camera' },
] as const;
let page: Page;

const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const labels = () => page.locator('sg-label-list li');
const fault = (code: string) => page.locator(`sg-fault-panel [data-code="${code}"]`);
const rate = async (): Promise<number> => Number(await page.locator('[data-key="fps"]').textContent());
/** Another program takes the camera's images, or gives them back. */
const mute = (muted: boolean): Promise<void> =>
  page.evaluate((to) => {
    const { track } = globalThis.canvasCameras;
    Object.defineProperty(track, 'muted', { value: to, configurable: true });
    track?.dispatchEvent(new Event(to ? 'mute' : 'unmute'));
  }, muted);

async function open(viewport: typeof PHONE | typeof DESKTOP = PHONE): Promise<void> {
  page = await pages.open({ context: { viewport } });
  await withCanvasCameras(page, CAMERAS);
  // Everything is certain enough, so that labels have names; the rate is among the figures.
  await page.addInitScript(() => localStorage.setItem('sightglass.settings', JSON.stringify({ precision: 'int8', certainty: 0, statsOpen: true })));
  await openApp(page, pages.url);
}

async function start(): Promise<void> {
  await press('Start the camera');
  await labels().first().waitFor();
  await expect.poll(rate).toBeGreaterThan(5);
}

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('a stream that is not what it claims, %s', (_, viewport) => {
  it('muted by another program: said at once, no label and no rate stay, and it goes on by itself', async () => {
    await open(viewport);
    await start();
    await mute(true);
    await fault('camera-silent').waitFor();
    await expect.poll(async () => [await labels().count(), await rate()], { timeout: 5000 }).toEqual([0, 0]);
    await mute(false);
    await fault('camera-silent').waitFor({ state: 'detached' });
    await labels().first().waitFor();
    await expect.poll(rate).toBeGreaterThan(5);
  });

  it('no frames: said, goes by itself with the next frame; a button opens the camera again', async () => {
    await open(viewport);
    await start();
    await page.evaluate(() => (globalThis.canvasCameras.still = true));
    await fault('camera-silent').waitFor();
    await expect.poll(async () => [await labels().count(), await rate()], { timeout: 5000 }).toEqual([0, 0]);
    await page.evaluate(() => (globalThis.canvasCameras.still = false));
    await fault('camera-silent').waitFor({ state: 'detached' });
    await labels().first().waitFor();
    await page.evaluate(() => (globalThis.canvasCameras.still = true));
    await fault('camera-silent').waitFor();
    await page.evaluate(() => (globalThis.canvasCameras.still = false));
    await mute(true);
    await press('Open the camera again');
    await labels().first().waitFor();
    await expect.poll(() => page.locator('sg-fault-panel').count()).toBe(0);
    await expect.poll(() => page.evaluate(() => globalThis.canvasCameras.tracks.map((t) => t.readyState))).toEqual(['ended', 'live']);
  });
});

it('a frozen picture is not one without frames', async () => {
  await open();
  await start();
  await pressMore(page, 'Freeze the picture');
  // The rate falls to 0 after as long as a camera without frames is told of.
  await expect.poll(rate).toBe(0);
  expect([await labels().count() > 0, await page.locator('sg-fault-panel').count()]).toEqual([true, 0]);
  await pressMore(page, 'Freeze the picture');
  await expect.poll(rate).toBeGreaterThan(5);
  await page.evaluate(() => (globalThis.canvasCameras.still = true));
  await fault('camera-silent').waitFor();
});

it('Teach says it too, and shows no label of what is no longer seen', async () => {
  await open();
  await start();
  await page.evaluate(() => (location.hash = 'teach'));
  const teach = page.locator('sg-teach-view');
  await teach.locator('sg-label-list li').first().waitFor();
  await mute(true);
  await teach.locator('[data-code="camera-silent"]').waitFor();
  await expect.poll(() => teach.locator('sg-label-list li').count(), { timeout: 5000 }).toBe(0);
  await teach.getByRole('button', { name: 'Open the camera again' }).click();
  await teach.locator('sg-label-list li').first().waitFor();
});

it('labels of a picture that is past are dimmed while recognition is paused', async () => {
  await open();
  await start();
  const opacity = (): Promise<number> => page.locator('sg-label-list ol').evaluate((list) => Number(getComputedStyle(list).opacity));
  await expect.poll(opacity).toBe(1);
  await pressMore(page, 'Pause recognition');
  await expect.poll(opacity).toBeLessThan(0.7);
  await press('Go on recognising');
  await expect.poll(opacity).toBe(1);
});

describe('a camera that does not answer', () => {
  it('is told of after five seconds; another one is chosen, and what comes late is given back', async () => {
    await open();
    await page.evaluate(() => (globalThis.canvasCameras.silentId = 'rear'));
    await press('Start the camera');
    await fault('camera-slow').waitFor();
    await page.locator('sg-camera-choices').getByRole('button', { name: 'Desk camera' }).click();
    await labels().first().waitFor();
    await page.evaluate(() => globalThis.canvasCameras.answer());
    const running = (): Promise<(string | undefined)[]> =>
      page.evaluate(() => globalThis.canvasCameras.tracks.map((t) => `${t.getSettings().deviceId} ${t.readyState}`));
    await expect.poll(running).toEqual(['desk live', 'rear ended']);
  });

  it('is cancelled, and can be started again', async () => {
    await open();
    await page.evaluate(() => (globalThis.canvasCameras.silentId = 'rear'));
    await press('Start the camera');
    await fault('camera-slow').waitFor();
    await press('Cancel');
    await page.locator('sg-fault-panel').waitFor({ state: 'detached' });
    await page.evaluate(() => (globalThis.canvasCameras.silentId = undefined));
    await start();
  });
});

it('lists cameras after a failure, without numbers that nobody could tell apart before', async () => {
  await open();
  await page.evaluate(() => {
    const enumerateDevices = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    navigator.mediaDevices.enumerateDevices = async () =>
      (await enumerateDevices()).map((device) => ({ ...device, deviceId: '', label: '', toJSON: () => '' }));
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('in use', 'NotReadableError'));
  });
  await press('Start the camera');
  await fault('camera-busy').waitFor();
  await openMore(page);
  const offered = page.locator('sg-source-sheet button').filter({ hasText: 'Camera' });
  await expect.poll(() => offered.allInnerTexts()).toEqual(['Camera']);
});
