// npm run tool -- screenshots PICTURE: shows the image to the fake camera, opens the built app in Chromium and writes docs/screenshot-*.webp, and the
// states of docs/design.md beside each other, light over dark, into docs/design-states.webp.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { DESKTOP, openApp, openBrowser, PHONE } from '../tests/support/browser';
import { makeCameraVideo } from '../tests/support/camera-video';
import { serveBuilt } from './serve';

const root = fileURLToPath(new URL('..', import.meta.url));
const image = process.argv[2] as string | undefined;
/** Until smoothing has settled and the figures have filled, milliseconds. */
const SETTLE_MS = 6000;

/** Size of one state, and what is between two, pixels. */
const [STATE, GAP] = [{ width: 195, height: 422 }, 10];

/** The first thing that is seen of each view, and the live view with its labels. */
async function states(page: Page): Promise<Buffer[]> {
  const taken: Buffer[] = [];
  const take = async (): Promise<void> => {
    await page.mouse.move(1, 1);
    taken.push(await sharp(await page.screenshot()).resize(STATE).png().toBuffer());
  };
  await take();
  for (const view of ['pictures', 'sessions', 'teach']) {
    await page.locator(`sg-view-navigation a[href="#${view}"]`).click();
    await page.locator(`sg-${view}-view svg.drawing`).waitFor();
    await take();
  }
  await page.locator('sg-view-navigation a[href="#live"]').click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-label-list li').first().waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await take();
  return taken;
}

async function writeStates(video: string, url: string): Promise<void> {
  const rows: Buffer[][] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const browsing = await openBrowser({ own: true, video, context: { viewport: PHONE, colorScheme } });
    await openApp(browsing.page, url);
    rows.push(await states(browsing.page));
    await browsing.close();
  }
  const composed = rows.flatMap((row, y) => row.map((input, x) => ({ input, left: x * (STATE.width + GAP), top: y * (STATE.height + GAP) })));
  const size = { width: rows[0].length * (STATE.width + GAP) - GAP, height: rows.length * (STATE.height + GAP) - GAP };
  await sharp({ create: { ...size, channels: 4, background: '#0000' } })
    .composite(composed)
    .webp({ quality: 82, smartSubsample: true, effort: 6 })
    .toFile(join(root, 'docs/design-states.webp'));
}

async function main(): Promise<void> {
  if (image === undefined) throw new Error('Name a picture that may be published: npm run tool -- screenshots PICTURE');
  const video = join(root, 'tests/.tmp/screenshots.mjpeg');
  await makeCameraVideo(video, [{ image, seconds: 2 }]);
  const serving = await serveBuilt();
  try {
    for (const [name, viewport, colorScheme] of [
      ['phone', PHONE, 'dark'],
      ['desktop', DESKTOP, 'light'],
    ] as const) {
      const browsing = await openBrowser({ own: true, video, context: { viewport, colorScheme } });
      await openApp(browsing.page, serving.url);
      await browsing.page.getByRole('button', { name: 'Start the camera' }).click();
      if (name === 'desktop') await browsing.page.getByRole('button', { name: 'Show figures' }).click();
      // Not over a button, which would look lit.
      await browsing.page.mouse.move(1, 1);
      await browsing.page.locator('sg-label-list li').first().waitFor();
      await browsing.page.waitForTimeout(SETTLE_MS);
      await sharp(await browsing.page.screenshot()).webp({ quality: 88, smartSubsample: true, effort: 6 }).toFile(join(root, `docs/screenshot-${name}.webp`));
      await browsing.close();
    }
    await writeStates(video, serving.url);
  } finally {
    await serving.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
