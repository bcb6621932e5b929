// npm run tool -- screenshots PICTURE: shows the image to the fake camera, opens the built app in Chromium and writes docs/screenshot-*.webp.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { DESKTOP, openApp, openBrowser, PHONE } from '../tests/support/browser';
import { makeCameraVideo } from '../tests/support/camera-video';
import { serveBuilt } from './serve';

const root = fileURLToPath(new URL('..', import.meta.url));
const image = process.argv[2] as string | undefined;
/** Until smoothing has settled and the figures have filled, milliseconds. */
const SETTLE_MS = 6000;

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
  } finally {
    await serving.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
