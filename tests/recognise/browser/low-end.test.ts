import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { copied, openStatus, spyOnCopies } from '../../support/status-sheet';
import { withWorkerPrelude } from '../../support/worker-prelude';

let video: string;
let serving: Serving;
let bare: Serving;
let browsing: Browsing;
let page: Page;
beforeAll(async () => {
  video = await plainVideo();
  [serving, bare] = await Promise.all([serveBuilt(), serveBuilt({ isolated: false })]);
});
afterEach(() => browsing.close());
afterAll(() => Promise.all([serving.close(), bare.close()]));

const row = (id: string) => page.locator(`sg-status-sheet li[data-capability="${id}"]`);

interface Lack {
  readonly name: string;
  /** Takes it away from the page. */
  readonly page?: () => void;
  /** And from the worker. */
  readonly worker?: string;
  readonly isolated?: false;
  /** Rows of the status sheet that say no. */
  readonly missing: readonly string[];
  /** How frames then travel. */
  readonly transport: string;
}

/** The smaller ones first, and all of it together at the end: what an old phone is. */
const LACKS: readonly Lack[] = [
  { name: 'cross-origin isolation, and so threads', isolated: false, missing: ['threads'], transport: 'video-frame' },
  { name: 'more than 2 GB', page: () => Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 2 }), missing: ['memory'], transport: 'video-frame' },
  { name: 'requestVideoFrameCallback', page: () => Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback'), missing: ['frame-callback'], transport: 'video-frame' },
  {
    name: 'WebCodecs',
    page: () => ['VideoFrame', 'VideoEncoder', 'VideoDecoder', 'EncodedVideoChunk', 'AudioEncoder'].forEach((key) => Reflect.deleteProperty(globalThis, key)),
    worker: 'delete self.VideoFrame; delete self.VideoEncoder',
    missing: ['video-frame', 'video-encoder'],
    transport: 'image-bitmap',
  },
  {
    name: 'OffscreenCanvas and WebCodecs',
    page: () => ['VideoFrame', 'VideoEncoder', 'OffscreenCanvas'].forEach((key) => Reflect.deleteProperty(globalThis, key)),
    worker: 'delete self.VideoFrame; delete self.OffscreenCanvas',
    missing: ['video-frame', 'video-encoder', 'offscreen-canvas'],
    transport: 'pixels',
  },
  {
    name: 'OffscreenCanvas in workers only, and RGBA copies of frames',
    worker: 'delete self.OffscreenCanvas; VideoFrame.prototype.copyTo = () => Promise.reject(new TypeError("no RGBA here"))',
    missing: ['offscreen-canvas'],
    transport: 'pixels',
  },
  {
    name: 'all of it, and wake lock, screen sharing, speech, private files and service workers besides',
    isolated: false,
    page: () => {
      ['VideoFrame', 'VideoEncoder', 'OffscreenCanvas', 'createImageBitmap', 'speechSynthesis'].forEach((key) => Reflect.deleteProperty(globalThis, key));
      Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback');
      ['wakeLock', 'serviceWorker', 'storage'].forEach((key) => Reflect.deleteProperty(Navigator.prototype, key));
      Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia');
      Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1 });
      Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 1 });
    },
    worker: 'delete self.VideoFrame; delete self.OffscreenCanvas; delete self.createImageBitmap; delete WorkerNavigator.prototype.storage',
    missing: ['threads', 'memory', 'frame-callback', 'video-frame', 'offscreen-canvas', 'video-encoder', 'private-file-system', 'offline', 'wake-lock', 'screen-share', 'speech'],
    transport: 'pixels',
  },
];

describe('a device that lacks', () => {
  it.each(LACKS)('$name: recognises all the same, and says so', async ({ page: lack, worker, isolated = true, missing, transport }) => {
    browsing = await openBrowser({ video, context: { viewport: PHONE, permissions: ['camera', 'clipboard-write'] } });
    page = browsing.page;
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    if (lack) await page.addInitScript(lack);
    await spyOnCopies(page);
    if (worker) await withWorkerPrelude(page, worker);
    await openApp(page, (isolated ? serving : bare).url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
    await openStatus(page);
    const all = (): Promise<(string | undefined)[]> => page.locator('sg-status-sheet li').evaluateAll((rows) =>
      rows.filter((r) => r instanceof HTMLElement && r.dataset['found'] === 'no').map((r) => (r as HTMLElement).dataset['capability']));
    // Whether int8 is quick is a matter of the machine that the test runs on.
    await expect.poll(async () => new Set((await all()).filter((id) => id !== 'quick-integers'))).toEqual(new Set(missing));
    for (const id of missing) {
      expect(await row(id).locator('p').textContent()).toMatch(/\w{4}/);
      expect(await row(id).textContent()).toContain('not found');
    }
    await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await copied(page)).toContain(`transport: ${transport}`);
    expect(errors).toEqual([]);
  });

  it('gives a smaller picture to little memory', async () => {
    browsing = await openBrowser({ flags: ['--use-fake-device-for-media-stream'] });
    page = browsing.page;
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 2 }));
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    const video = page.locator('sg-camera-stage video');
    await expect.poll(() => video.evaluate((v: HTMLVideoElement) => [v.videoWidth, v.videoHeight])).toEqual([640, 480]);
  });
});
