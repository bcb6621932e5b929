import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { openMore, pressRecord } from '../../support/controls';
import { closeSheets } from '../../support/layout';
import { plainVideo } from '../../support/plain-video';

const hasResNet = existsSync(join(DIST, 'models/resnet18.onnx'));
if (!hasResNet) console.warn('\n*** SKIPPED: the teach view with things in it needs ResNet-18 (npm run model). ***\n');

/** An image of one colour with darker stripes, each a little different. */
async function patch(hue: number, i: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const stripes = Array.from({ length: 6 }, (_, n) => `<rect x="${n * 50 + 4 * i}" width="${12 + 3 * i}" height="300" fill="hsl(${hue} 60% 25%)"/>`).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300" fill="hsl(${hue} 70% ${45 + 3 * i}%)"/>${stripes}</svg>`;
  return { name: `${hue}-${i}.png`, mimeType: 'image/png', buffer: await sharp(Buffer.from(svg)).png().toBuffer() };
}

describe.each([
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
] as const)('axe finds nothing wrong: %s', (_, viewport, colorScheme) => {
  let video: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    video = await plainVideo();
    serving = await serveBuilt();
    browsing = await openBrowser({ video, context: { viewport, colorScheme } });
    page = browsing.page;
    // What does not come is not coming: the states follow each other.
    page.setDefaultTimeout(20_000);
    await openApp(page, serving.url);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  it(`before the start, ${colorScheme}`, async () => {
    expect(await violations(page)).toEqual([]);
  });

  it(`in the model picker, ${colorScheme}`, async () => {
    await page.locator('header button[aria-haspopup]').click();
    await page.locator('sg-model-picker dialog[open]').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it(`in each sheet, ${colorScheme}`, async () => {
    const close = async (dialog: string): Promise<void> => {
      await page.locator(dialog).waitFor();
      expect(await violations(page), dialog).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator(dialog).waitFor({ state: 'hidden' });
    };
    await page.getByRole('button', { name: 'Settings' }).click();
    await close('sg-settings-sheet dialog');
    for (const sheet of ['status', 'phone', 'shortcuts']) {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.locator(`sg-settings-sheet button[data-sheet=${sheet}]`).click();
      await close(`[data-sheet=${sheet}] dialog`);
    }
    await openMore(page);
    await close('sg-source-sheet dialog');
  });

  it(`with the offers of a new version and to install, ${colorScheme}`, async () => {
    await page.evaluate(() => {
      const notices = document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-platform-notices')?.shadowRoot;
      notices?.prepend(document.createElement('sg-update-toast'), document.createElement('sg-install-toast'));
    });
    await page.getByText('A new version is ready.').waitFor();
    await page.getByText('Install Sightglass?').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.evaluate(() => document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-platform-notices')?.shadowRoot?.querySelectorAll('sg-update-toast, sg-install-toast').forEach((toast) => toast.remove()));
  });

  it(`live with figures, ${colorScheme}`, async () => {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('button', { name: 'Show figures' }).click();
    await page.locator('sg-live-stats').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it(`while recording, paused, and when it is kept, ${colorScheme}`, async () => {
    await pressRecord(page);
    const bar = page.locator('sg-recording-bar');
    await bar.waitFor();
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    for (const name of ['tabby', 'my red mug', 'coffee mug']) {
      await field.fill(name);
      await field.press('Enter');
    }
    // What is labelled by hand can be picked as an example below, whatever the network says in so short a time.
    await page.locator('sg-label-bar').getByRole('button', { name: 'coffee mug' }).click();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-control-bar').getByRole('button', { name: 'Pause the recording' }).click();
    await bar.getByText('Paused').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
    const notice = page.locator('sg-recording-notice');
    await notice.waitFor();
    expect(await violations(page)).toEqual([]);
    await notice.getByRole('button', { name: 'Close' }).click();
  });

  it(`with a fault, ${colorScheme}`, async () => {
    await page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => {
      (video.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event('ended'));
    });
    await page.locator('sg-fault-panel').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it(`teaching, before anything is taught, ${colorScheme}`, async () => {
    await page.getByRole('link', { name: 'Teach' }).click();
    await page.getByRole('heading', { name: 'Teach it things of your own' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it.skipIf(!hasResNet)(`teaching, with things, what is none, a bad picture and a report, ${colorScheme}`, async () => {
    for (const [name, hue] of [['Red thing', 0], ['Blue thing', 240]] as const) {
      await page.getByLabel('Name of a new thing').fill(name);
      await page.getByLabel('Name of a new thing').press('Enter');
      const card = page.locator(`sg-thing-card[data-thing="${name}"]`);
      const files = await Promise.all(Array.from({ length: 6 }, (_unused, i) => patch(hue, i)));
      const bad = { name: 'bad.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') };
      await card.locator('input[type=file]').setInputFiles(hue === 0 ? files : [...files, bad]);
      await expect.poll(() => card.locator('sg-thumbnail').count(), { timeout: 30_000 }).toBe(6);
      await expect.poll(() => card.locator('input[type=file]').isEnabled()).toBe(true);
    }
    await page.getByRole('alert').filter({ hasText: 'bad.jpg cannot be read as a picture' }).waitFor();
    await page.getByRole('button', { name: 'Teach what is none of them' }).click();
    await page.locator('sg-training-report table').waitFor({ timeout: 30_000 });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it.skipIf(!hasResNet)(`teaching, with the camera and the sheet of sessions, ${colorScheme}`, async () => {
    const hold = page.locator('sg-hold-button button');
    // A second try finds it running.
    if (!(await hold.isVisible())) await page.locator('sg-teach-view').getByRole('button', { name: 'Start the camera', exact: true }).click();
    await hold.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-thing-card').first().getByRole('button', { name: /session/i }).click();
    const sheet = page.locator('sg-session-sheet');
    // The one that was recorded above.
    const session = sheet.getByRole('listitem').getByRole('button');
    await session.first().waitFor();
    expect(await violations(page)).toEqual([]);
    await session.first().click();
    await sheet.getByRole('checkbox').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Close' }).click();
  });

  it(`with the camera refused, ${colorScheme}`, async () => {
    const refused = await openBrowser({ video, allowed: false, context: { viewport, colorScheme } });
    try {
      await openApp(refused.page, serving.url);
      await refused.page.getByRole('button', { name: 'Start the camera' }).click();
      await refused.page.locator('sg-fault-panel').waitFor();
      expect(await violations(refused.page)).toEqual([]);
    } finally {
      await refused.close();
    }
  });
});
