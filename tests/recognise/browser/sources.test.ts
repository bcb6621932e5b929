import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openApp, openBrowser, PHONE, wholeModel, withoutTrial, type Browsing } from '../../support/browser';
import { openMore } from '../../support/controls';
import { makeVideo } from '../../support/video';
import { drawn } from '../../support/waits';
import { withWorkerPrelude } from '../../support/worker-prelude';

/** Keeps the colour in the middle of what the worker reads, as "r,g,b" in coarse steps. */
const SPY = `{
  const copy = VideoFrame.prototype.copyTo;
  VideoFrame.prototype.copyTo = async function (to, options) {
    const layout = await copy.call(this, to, options);
    const { width, height } = options.rect;
    const i = ((height >> 1) * width + (width >> 1)) * 4;
    self.middle = [to[i], to[i + 1], to[i + 2]].map((v) => (v > 128 ? 1 : 0)).join();
    self.reads = (self.reads ?? 0) + 1;
    return layout;
  };
}`;

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('other sources than a camera, %s', (size, viewport) => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let video: Buffer;

  beforeAll(async () => {
    serving = await serveBuilt();
  });
  beforeEach(async () => {
    browsing = await openBrowser({ flags: ['--use-fake-device-for-media-stream', '--auto-select-desktop-capture-source=Entire screen'], context: { viewport } });
    page = browsing.page;
    await withoutTrial(page);
    await withWorkerPrelude(page, SPY);
    await openApp(page, serving.url);
    // Its worker is looked into.
    await wholeModel(page);
    video = await makeVideo(page, [{ colour: '#f00', seconds: 2 }, { colour: '#00f', seconds: 2 }]);
  });
  afterEach(() => browsing.close());
  afterAll(() => serving.close());

  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const firstLabel = () => page.locator('sg-label-list li').first();
  const seen = <T>(key: 'middle' | 'reads'): Promise<T> => {
    const worker = page.workers().find((w) => w.url().includes('recogniser.worker'));
    if (!worker) throw new Error('The recogniser worker is not there.');
    return worker.evaluate((name) => (self as unknown as Record<string, T>)[name], key);
  };
  async function openVideo(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await openMore(page);
    await page.locator('sg-source-sheet input[type=file]').setInputFiles(file);
  }
  /** Taps the image left of its middle, or wherever of that is in sight. */
  async function tapLeft(): Promise<void> {
    const box = await page.locator('sg-camera-stage').boundingBox();
    if (!box) throw new Error('There is no stage.');
    await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.4);
    await page.locator('sg-camera-stage .reticle.aimed').waitFor();
  }
  const videoFile = (): { name: string; mimeType: string; buffer: Buffer } => ({ name: 'colours.webm', mimeType: 'video/webm', buffer: video });

  it('plays a video file in a loop and recognises it; pauses, seeks, closes', async () => {
    await openVideo(videoFile());
    await firstLabel().waitFor();
    const slider = page.getByRole('slider', { name: 'Position, colours.webm' });
    await expect.poll(() => seen('middle')).toBe('0,0,1');
    // Only a loop brings red again.
    await expect.poll(() => seen('middle')).toBe('1,0,0');
    await press('Pause the video');
    await slider.fill('3');
    await expect.poll(() => seen('middle')).toBe('0,0,1');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('0:03 / 0:04');
    // More than one frame may come of a seek.
    const more = async (): Promise<number> => {
      const before = await seen<number>('reads');
      await drawn(page, 20);
      return (await seen<number>('reads')) - before;
    };
    await expect.poll(more).toBe(0);
    const reads = await seen<number>('reads');
    await drawn(page, 40);
    expect(await seen<number>('reads')).toBe(reads);
    // The frame that stands is looked at anew where it is aimed elsewhere.
    await tapLeft();
    await expect.poll(() => seen<number>('reads')).toBeGreaterThan(reads);
    await page.keyboard.press('Escape');
    await page.locator('sg-camera-stage .reticle:not(.aimed)').waitFor();
    // The element may show no frame in the midst of a seek, and no other one comes while it is paused.
    await page.evaluate(() => {
      const Real = VideoFrame;
      globalThis.VideoFrame = function () {
        globalThis.VideoFrame = Real;
        throw new DOMException('no frame at present', 'InvalidStateError');
      } as unknown as typeof VideoFrame;
    });
    await slider.fill('1');
    await expect.poll(() => seen('middle')).toBe('1,0,0');
    await press('Play the video');
    // Slow where the machine is busy: one read a second is enough to tell that it goes on.
    await expect.poll(() => seen<number>('reads')).toBeGreaterThan(reads + 3);
    expect(await page.locator('sg-camera-stage .reticle').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Mirror the picture' }).count()).toBe(0);
    await press('Close the video');
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
    await expect.poll(() => firstLabel().count(), { timeout: 5000 }).toBe(0);
  });

  it('takes a video in place of the camera, and the camera again', async () => {
    await press('Start the camera');
    await firstLabel().waitFor();
    const stream = await page.locator('sg-camera-stage video').evaluateHandle((v: HTMLVideoElement) => v.srcObject as MediaStream);
    await openVideo(videoFile());
    await page.getByRole('button', { name: 'Pause the video' }).waitFor();
    await expect.poll(() => stream.evaluate((s) => s.getTracks().every((t) => t.readyState === 'ended'))).toBe(true);
    await openMore(page);
    await page.locator('sg-source-sheet button').filter({ hasText: 'fake_device' }).click();
    await page.getByRole('button', { name: 'Stop the camera' }).waitFor();
    await firstLabel().waitFor();
    await expect.poll(() => page.locator('sg-film-bar').count()).toBe(0);
  });

  it('says that a file is no video, and the camera goes on', async () => {
    await press('Start the camera');
    await firstLabel().waitFor();
    await openVideo({ name: 'broken.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video at all') });
    await page.locator('sg-fault-panel [data-code="film-unreadable"]').waitFor();
    await press('Go on');
    await page.locator('sg-fault-panel').waitFor({ state: 'detached' });
    const reads = await seen<number>('reads');
    await expect.poll(() => seen<number>('reads')).toBeGreaterThan(reads);
  });

  it('opens a video that is dropped onto the page', async () => {
    await page.evaluate((data) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], 'dropped.webm', { type: 'video/webm' }));
      const app = document.querySelector('sg-app');
      for (const type of ['dragover', 'drop']) app?.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, video.toString('base64'));
    await page.getByRole('slider', { name: 'Position, dropped.webm' }).waitFor();
  });

  // Phones cannot share a screen.
  if (size === 'desktop') it('shares the screen until the browser\'s own button ends it', async () => {
    await openMore(page);
    await press('Share a screen, a window or a tab');
    await page.getByRole('button', { name: 'Stop sharing the screen' }).waitFor();
    await firstLabel().waitFor();
    expect(await page.locator('sg-camera-stage video').evaluate((v: HTMLVideoElement) => (v.srcObject as MediaStream).getVideoTracks()[0].getSettings().displaySurface)).toBeTruthy();
    await tapLeft();
    const reads = await seen<number>('reads');
    await expect.poll(() => seen<number>('reads')).toBeGreaterThan(reads);
    await page.locator('sg-camera-stage video').evaluate((v: HTMLVideoElement) => (v.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event('ended')));
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
    expect(await page.locator('sg-fault-panel').count()).toBe(0);
  });

  if (size === 'desktop') it('lets the camera go on where no screen was chosen, and says where the system refuses it', async () => {
    await press('Start the camera');
    await firstLabel().waitFor();
    const refuse = (message: string): Promise<void> =>
      page.evaluate((text) => {
        navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException(text, 'NotAllowedError'));
      }, message);
    await refuse('Permission denied');
    await openMore(page);
    await press('Share a screen, a window or a tab');
    const reads = await seen<number>('reads');
    await expect.poll(() => seen<number>('reads')).toBeGreaterThan(reads);
    expect(await page.locator('sg-fault-panel').count()).toBe(0);
    await refuse('Permission denied by system');
    await openMore(page);
    await press('Share a screen, a window or a tab');
    await page.locator('sg-fault-panel [data-code="screen-failed"]').waitFor();
    await press('Go on');
    await page.getByRole('button', { name: 'Stop the camera' }).waitFor();
  });
});
