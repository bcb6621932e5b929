import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { withCanvasCameras } from '../../support/canvas-camera';
import { openMore, pressMore } from '../../support/controls';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
let page: Page;

const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const start = async (): Promise<void> => {
  await press('Start the camera');
  await page.locator('sg-label-list li').first().waitFor();
};
/** The running camera's settings. */
const setting = (name: string): Promise<unknown> =>
  page.locator('sg-camera-stage video').evaluate(
    (video: HTMLVideoElement, key) => (video.srcObject as MediaStream | null)?.getVideoTracks()[0].getSettings()[key as 'zoom'],
    name,
  );

/** Chromium's fake devices with the permission to zoom. */
async function openFakeDevices(count: number, context = {}): Promise<CDPSession> {
  page = await pages.open({ flags: [`--use-fake-device-for-media-stream=device-count=${count}`], context });
  const devtools = await pages.browsing.context.newCDPSession(page);
  const permissions = ['videoCapture', 'cameraPanTiltZoom', 'wakeLockScreen'] as never;
  const { targetInfo: { browserContextId } } = await devtools.send('Target.getTargetInfo');
  await devtools.send('Browser.grantPermissions', { origin: new URL(pages.url).origin, permissions, browserContextId });
  return devtools;
}

describe.each([
  ['phone', { viewport: PHONE, hasTouch: true }],
  ['desktop', { viewport: DESKTOP, hasTouch: true }],
] as const)('a camera that Chromium fakes, %s', (_, context) => {
  it('zooms with the slider and with two fingers, within its range', async () => {
    const devtools = await openFakeDevices(1, context);
    await openApp(page, pages.url);
    await start();
    const slider = page.getByRole('slider', { name: 'Zoom' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('1.0×');
    await slider.fill('2.5');
    await expect.poll(() => setting('zoom')).toBe(250);
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('2.5×');
    // Two fingers from 100 to 50 pixels apart: half the zoom.
    const box = await page.locator('sg-camera-stage .reticle').boundingBox();
    if (!box) throw new Error('There is no reticle.');
    const wide = (await page.locator('sg-camera-stage video').boundingBox())?.width ?? 0;
    const y = box.y + box.height / 2;
    const fingers = (apart: number) => [-apart / 2, apart / 2].map((dx, id) => ({ x: box.x + box.width / 2 + dx, y, id }));
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: ReturnType<typeof fingers>) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints });
    await touch('touchStart', fingers(100));
    await touch('touchMove', fingers(75));
    await touch('touchMove', fingers(50));
    await touch('touchEnd', []);
    await expect.poll(() => setting('zoom')).toBe(125);
    // Far beyond the range.
    await touch('touchStart', fingers(20));
    await touch('touchMove', fingers(200));
    await touch('touchEnd', []);
    await expect.poll(() => setting('zoom')).toBe(400);
    // What the camera cannot is done with its pixels.
    await expect.poll(() => slider.inputValue()).toBe('8');
    await expect.poll(async () => (await page.locator('sg-camera-stage video').boundingBox())?.width).toBeGreaterThan(1.9 * wide);
  });

  it('goes round all cameras with one button, and remembers the last one', async () => {
    await openFakeDevices(3, context);
    await openApp(page, pages.url);
    await start();
    const seen = [await setting('deviceId')];
    for (let i = 0; i < 2; i++) {
      await press('Flip to the other camera');
      await expect.poll(() => setting('deviceId')).not.toBe(seen.at(-1));
      await expect.poll(() => setting('deviceId')).toBeTruthy();
      seen.push(await setting('deviceId'));
    }
    expect(new Set(seen).size).toBe(3);
    await openApp(page, pages.url);
    await start();
    expect(await setting('deviceId')).toBe(seen[2]);
  });

  it('opens the camera that is chosen from the list, and remembers it', async () => {
    await openFakeDevices(3, context);
    await openApp(page, pages.url);
    await start();
    await openMore(page);
    expect(await page.locator('sg-source-sheet button[aria-current]').textContent()).toContain('fake_device_0');
    await press('fake_device_1');
    await expect.poll(() => page.locator('sg-camera-stage video').evaluate(
      (v: HTMLVideoElement) => (v.srcObject as MediaStream | null)?.getVideoTracks()[0].label)).toBe('fake_device_1');
    const chosen = await setting('deviceId');
    await openApp(page, pages.url);
    await start();
    expect(await setting('deviceId')).toBe(chosen);
  });

  it('has no button for another camera where there is one', async () => {
    await openFakeDevices(1, context);
    await openApp(page, pages.url);
    await start();
    expect(await page.getByRole('button', { name: 'Flip to the other camera' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Torch' }).count()).toBe(0);
  });

  it('focuses on the point that was tapped, also in a mirrored picture', async () => {
    await openFakeDevices(1, context);
    await openApp(page, pages.url);
    await start();
    const box = await page.locator('sg-camera-stage video').boundingBox();
    const stage = await page.locator('sg-camera-stage').boundingBox();
    if (!box || !stage) throw new Error('There is no picture.');
    const points = (): Promise<unknown> =>
      page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => {
        const [set] = (video.srcObject as MediaStream).getVideoTracks()[0].getConstraints().advanced ?? [];
        return (set as { pointsOfInterest?: { x: number; y: number }[] } | undefined)?.pointsOfInterest?.map(({ x, y }) => [x.toFixed(2), y.toFixed(2)]);
      });
    // A third of the way across what is in sight.
    const x = stage.x + stage.width / 3;
    const y = box.y + box.height * 0.4;
    const share = (x - box.x) / box.width;
    // The ring is there for a moment alone.
    await Promise.all([page.locator('sg-camera-stage .ring').waitFor({ state: 'attached' }), page.touchscreen.tap(x, y)]);
    await expect.poll(points).toEqual([[share.toFixed(2), '0.40']]);
    await pressMore(page, 'Mirror the picture');
    // Sooner it would be the second half of a double tap.
    await expect.poll(() => page.locator('sg-camera-stage .ring').count()).toBe(0);
    await page.touchscreen.tap(x, y);
    await expect.poll(points).toEqual([[(1 - share).toFixed(2), '0.40']]);
  });
});

describe('a phone with a camera on each side', () => {
  const cameras = [
    { deviceId: 'front', label: 'Front', facingMode: 'user' },
    { deviceId: 'wide', label: 'Rear, wide', facingMode: 'environment' },
    { deviceId: 'rear', label: 'Rear', facingMode: 'environment', capabilities: { torch: true, zoom: { min: 1, max: 8, step: 0.1 } } },
  ] as const;

  async function open(): Promise<void> {
    page = await pages.open({ context: { viewport: PHONE, hasTouch: true } });
    await withCanvasCameras(page, cameras);
    await openApp(page, pages.url);
    await start();
  }

  it('starts with the rear one, turns to the front one, mirrors that one only, and remembers', async () => {
    await open();
    expect(await setting('facingMode')).toBe('environment');
    expect(await page.locator('sg-camera-stage .mirrored').count()).toBe(0);
    await press('Flip to the other camera');
    await expect.poll(() => setting('facingMode')).toBe('user');
    await page.locator('sg-camera-stage .mirrored').waitFor();
    await openApp(page, pages.url);
    await start();
    expect(await setting('facingMode')).toBe('user');
    await press('Flip to the other camera');
    await expect.poll(() => setting('facingMode')).toBe('environment');
    await expect.poll(() => page.locator('sg-camera-stage .mirrored').count()).toBe(0);
  });

  it('switches the torch where the camera has one, and keeps it while zooming', async () => {
    await open();
    expect(await page.getByRole('button', { name: 'Torch' }).count()).toBe(0);
    await openMore(page);
    await press('Rear');
    const torch = page.getByRole('button', { name: 'Torch' });
    await torch.click();
    await expect.poll(() => setting('torch')).toBe(true);
    await expect.poll(() => torch.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('slider', { name: 'Zoom' }).fill('2.5');
    await expect.poll(() => page.evaluate(() => globalThis.canvasCameras.applied.at(-1))).toEqual({ torch: true, zoom: 2.5 });
    await torch.click();
    await expect.poll(() => page.evaluate(() => globalThis.canvasCameras.applied.at(-1))).toEqual({ torch: false, zoom: 2.5 });
  });

  it('shows the torch as off where the camera refuses it', async () => {
    await open();
    await openMore(page);
    await press('Rear');
    const torch = page.getByRole('button', { name: 'Torch' });
    await torch.waitFor();
    await page.evaluate(() => {
      const { track } = globalThis.canvasCameras;
      if (track) track.applyConstraints = () => Promise.reject(new DOMException('too hot', 'OverconstrainedError'));
    });
    await torch.click();
    await expect.poll(() => torch.getAttribute('aria-pressed')).toBe('false');
  });

  it('takes the camera again where a call has left it without pictures', async () => {
    await open();
    const hide = (state: DocumentVisibilityState): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await page.evaluate(() => Object.defineProperty(globalThis.canvasCameras.track, 'muted', { value: true }));
    const before = await page.evaluateHandle(() => globalThis.canvasCameras.track);
    await hide('hidden');
    await hide('visible');
    await expect.poll(() => before.evaluate((track) => track?.readyState)).toBe('ended');
    await expect.poll(() => page.evaluate(() => globalThis.canvasCameras.track?.readyState)).toBe('live');
    await page.locator('sg-label-list li').first().waitFor();
  });
});

describe('the screen stays on', () => {
  it('while the camera is live, is let go with it, and is held again after the page was hidden', async () => {
    await openFakeDevices(1);
    await page.addInitScript(() => {
      const locks: WakeLockSentinel[] = [];
      Object.assign(globalThis, { locks });
      const real = navigator.wakeLock.request.bind(navigator.wakeLock);
      navigator.wakeLock.request = async (type) => {
        const lock = await real(type);
        locks.push(lock);
        return lock;
      };
    });
    await openApp(page, pages.url);
    const released = (): Promise<boolean[]> =>
      page.evaluate(() => (globalThis as unknown as { locks: WakeLockSentinel[] }).locks.map((lock) => lock.released));
    expect(await released()).toEqual([]);
    await start();
    await expect.poll(released).toEqual([false]);
    // What Chromium does with a hidden page.
    await page.evaluate(async () => {
      await (globalThis as unknown as { locks: WakeLockSentinel[] }).locks[0].release();
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(released).toEqual([true, false]);
    await press('Stop the camera');
    await expect.poll(released).toEqual([true, true]);
  });
});
