import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openApp, openBrowser, PHONE, wholeModel, type Browsing } from '../../support/browser';
import { withCanvasCameras, type Rectangle } from '../../support/canvas-camera';
import { pressMore } from '../../support/controls';
import { withWorkerPrelude } from '../../support/worker-prelude';

/** Keeps the part of the frame that the worker copies out of it: the pixels that the network is given, and the frame's size. */
const SPY = `{
  const copy = VideoFrame.prototype.copyTo;
  VideoFrame.prototype.copyTo = function (to, options) {
    const { x, y, width, height } = options.rect;
    self.readPart = { x: x - this.visibleRect.x, y: y - this.visibleRect.y, width, height, of: [this.visibleRect.width, this.visibleRect.height] };
    return copy.call(this, to, options);
  };
}`;

type Part = Rectangle & { readonly of: readonly [number, number] };

/** The worker reads so many pixels beyond the square, at most: the resampling filter's reach, and evenness for 4:2:0 frames. */
const MARGIN = 4;

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('the reticle is around just the pixels that the worker reads, %s', (_, viewport) => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport } });
    page = browsing.page;
    await withCanvasCameras(page, [{ deviceId: 'a', label: 'A' }]);
    await withWorkerPrelude(page, SPY);
    await openApp(page, serving.url);
    // Its worker is looked into.
    await wholeModel(page);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
    // What lies over the image would hide the rectangle.
    await page.locator('sg-live-view').evaluate((view) => {
      for (const part of view.shadowRoot?.querySelectorAll<HTMLElement>('.top, .foot') ?? []) part.style.visibility = 'hidden';
    });
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  /** The part of frames of this size that the worker reads. */
  async function partRead(width: number, height: number): Promise<Part> {
    const worker = page.workers().find((w) => w.url().includes('recogniser.worker'));
    if (!worker) throw new Error('The recogniser worker is not there.');
    const read = (): Promise<Part | undefined> => worker.evaluate(() => (self as unknown as { readPart?: Part }).readPart);
    await expect.poll(async () => (await read())?.of).toEqual([width, height]);
    return (await read()) as Part;
  }

  /** Where green is on the page, from an image of it. */
  async function greenBox(): Promise<Rectangle> {
    const { data, info } = await sharp(await page.screenshot()).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    let [left, top, right, bottom] = [info.width, info.height, -1, -1];
    for (let y = 0, i = 0; y < info.height; y++) {
      for (let x = 0; x < info.width; x++, i += 3) {
        // The reticle's own corners are white.
        if (data[i + 1] < 128 || data[i] > 100) continue;
        [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      }
    }
    return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  }

  async function check(width: number, height: number): Promise<void> {
    const reticle = page.locator('sg-camera-stage .reticle');
    const video = page.locator('sg-camera-stage video');
    await expect
      .poll(async () => {
        const part = await partRead(width, height);
        await page.evaluate((rectangle) => (globalThis.canvasCameras.rectangle = rectangle), part);
        const [box, whole] = [await reticle.boundingBox(), await video.boundingBox()];
        if (!box || !whole) return 'no reticle';
        const scale = whole.width / width;
        const seen = await greenBox();
        const near = (a: number, b: number): boolean => Math.abs(a - b) <= MARGIN * scale + 1;
        const same =
          near(seen.x, box.x) &&
          near(seen.y, box.y) &&
          near(seen.x + seen.width, box.x + box.width) &&
          near(seen.y + seen.height, box.y + box.height);
        return same ? 'the same' : `green ${JSON.stringify(seen)}, reticle ${JSON.stringify(box)}`;
      }, { timeout: 60_000 })
      .toBe('the same');
  }

  it('in a landscape picture', () => check(640, 480));

  it('in a mirrored one', async () => {
    await pressMore(page, 'Mirror the picture');
    await page.locator('sg-camera-stage .mirrored').waitFor();
    await check(640, 480);
  });

  it.each([
    ['after the phone was turned', 480, 640],
    ['after it was turned back, with another shape', 854, 480],
    ['in a picture of odd size', 601, 377],
  ])('%s', async (_name, width, height) => {
    await page.evaluate((size) => Object.assign(globalThis.canvasCameras, size, { rectangle: undefined }), { width, height });
    await check(width, height);
  });

  it('where it was tapped, dragged and zoomed', async () => {
    await page.evaluate(() => Object.assign(globalThis.canvasCameras, { width: 640, height: 480, rectangle: undefined }));
    await check(640, 480);
    const stage = await page.locator('sg-camera-stage').boundingBox();
    if (!stage) throw new Error('There is no stage.');
    const [x, y] = [stage.x + stage.width * 0.3, stage.y + stage.height * 0.4];
    await page.mouse.click(x, y);
    await page.locator('sg-camera-stage .reticle.aimed').waitFor();
    // Half the shorter side, and what the filter reads beyond it.
    await expect.poll(async () => Math.abs((await partRead(640, 480)).width - 240) <= 2 * MARGIN).toBe(true);
    await check(640, 480);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 20, y + 10);
    await page.mouse.move(x + 60, y + 40);
    await page.mouse.up();
    await check(640, 480);
    const before = await page.locator('sg-camera-stage video').boundingBox();
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => ((await page.locator('sg-camera-stage video').boundingBox())?.width ?? 0) / (before?.width ?? 1)).toBeGreaterThan(1.5);
    await check(640, 480);
    // Mirrored as it is since the test before.
    await pressMore(page, 'Mirror the picture');
    await check(640, 480);
    // On a slow machine the clicks of one may come too far apart.
    await expect.poll(async () => {
      await page.mouse.dblclick(x, y);
      return page.locator('sg-camera-stage .reticle:not(.aimed)').count();
    }).toBe(1);
    await check(640, 480);
  });
});

describe('a zoomed camera', () => {
  it('shows and recognises the same zoomed picture', async () => {
    const serving = await serveBuilt();
    const browsing = await openBrowser({ context: { viewport: PHONE } });
    const { page } = browsing;
    try {
      await withCanvasCameras(page, [{ deviceId: 'a', label: 'A', capabilities: { zoom: { min: 1, max: 4, step: 0.1 } } }]);
      // What a zooming camera does to its own images; the worker tells the green it was given.
      await withWorkerPrelude(page, `{
        const copy = VideoFrame.prototype.copyTo;
        VideoFrame.prototype.copyTo = async function (to, options) {
          const layout = await copy.call(this, to, options);
          let green = 0;
          for (let i = 0; i < options.rect.width * options.rect.height * 4; i += 4) if (to[i + 1] > 128 && to[i] < 100) green++;
          self.greenShare = green / (options.rect.width * options.rect.height);
          return layout;
        };
      }`);
      await openApp(page, serving.url);
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await page.locator('sg-label-list li').first().waitFor();
      await page.evaluate(() => {
        const cameras = globalThis.canvasCameras;
        setInterval(() => {
          const zoom = (cameras.applied.at(-1)?.['zoom'] as number | undefined) ?? 1;
          const side = 100 * zoom;
          cameras.rectangle = { x: 320 - side / 2, y: 240 - side / 2, width: side, height: side };
        }, 30);
      });
      const share = (): Promise<number> => {
        const worker = page.workers().find((w) => w.url().includes('recogniser.worker'));
        return worker?.evaluate(() => (self as unknown as { greenShare: number }).greenShare) ?? Promise.resolve(0);
      };
      const square = 420 ** 2;
      await expect.poll(async () => Math.abs((await share()) - 100 ** 2 / square) < 0.01).toBe(true);
      await page.getByRole('slider', { name: 'Zoom' }).fill('2');
      await expect.poll(async () => Math.abs((await share()) - 200 ** 2 / square) < 0.02).toBe(true);
      // As far as the lens goes and further: green fills all that is seen.
      await page.getByRole('slider', { name: 'Zoom' }).fill('8');
      await expect.poll(async () => (await share()) > 0.99).toBe(true);
      expect(await page.evaluate(() => globalThis.canvasCameras.applied.at(-1)?.['zoom'])).toBe(4);
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});
