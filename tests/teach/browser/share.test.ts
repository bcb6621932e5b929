import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { openApp, PHONE } from '../../support/browser';
import { dropFiles } from '../../support/drop-files';
import { smallTargets } from '../../support/layout';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
let page: Page;
const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** @param types MIME types of files that the browser shares */
async function taught(types: readonly string[]): Promise<void> {
  page = await pages.open({ context: { viewport: PHONE, hasTouch: true, isMobile: true, acceptDownloads: true } });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript((can) => {
    const shared: unknown[] = [];
    Object.assign(globalThis, { shared, refused: 0 });
    Object.assign(navigator, {
      canShare: ({ files }: { files: File[] }) => files.every(({ type }) => can.includes(type)),
      share: async ({ files: [file] }: { files: File[] }) => {
        const page = globalThis as unknown as { refused: number };
        if (!navigator.userActivation.isActive || page.refused-- > 0) throw new DOMException('not asked for', 'NotAllowedError');
        shared.push({ name: file.name, type: file.type, text: await file.text() });
      },
    });
  }, types);
  await openApp(page, pages.url);
  await page.locator('sg-view-navigation a[href="#teach"]').click();
  await page.getByLabel('Name of a new thing').fill('mug');
  await page.keyboard.press('Enter');
  await page.locator('sg-thing-card[data-thing="mug"]').waitFor();
  const buffer = await sharp({ create: { width: 300, height: 240, channels: 3, background: '#c33' } }).jpeg().toBuffer();
  await dropFiles(page, [{ name: 'mug.jpg', mimeType: 'image/jpeg', buffer }], 'sg-teach-view sg-camera-stage');
  await page.locator('sg-thing-card[data-thing="mug"] sg-thumbnail').waitFor();
}

const handed = (): Promise<{ name: string; type: string; text: string }[]> => page.evaluate(() => (globalThis as unknown as { shared: { name: string; type: string; text: string }[] }).shared);

describe('things that were taught', () => {
  it('are shared as a file by a tap, as text where the browser shares no JSON, and are read back from it', async () => {
    await taught(['text/plain']);
    const share = page.locator('sg-things-tools').getByRole('button', { name: 'Share' });
    await share.scrollIntoViewIfNeeded();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    expect(await handed()).toEqual([]);
    await share.tap();
    await expect.poll(async () => (await handed()).length).toBe(1);
    const [{ name, type, text }] = await handed();
    expect([name, type]).toEqual([expect.stringMatching(/^sightglass-things-[\d-]+\.json\.txt$/), 'text/plain']);
    await page.getByRole('button', { name: 'Delete all' }).tap();
    await page.locator('sg-thing-card').waitFor({ state: 'detached' });
    await page.locator('sg-things-tools input[type=file]').setInputFiles({ name, mimeType: type, buffer: Buffer.from(text) });
    await page.locator('sg-thing-card[data-thing="mug"] .examples li').waitFor();
  });

  it('are offered once more where making the file took longer than a tap counts, and are saved nowhere unasked', async () => {
    await taught(['application/json']);
    await page.evaluate(() => Object.assign(globalThis, { refused: 1 }));
    let saved = 0;
    page.on('download', () => saved++);
    await page.locator('sg-things-tools').getByRole('button', { name: 'Share' }).tap();
    const again = page.getByRole('dialog', { name: 'Ready to be shared' });
    await again.waitFor();
    const sheet = page.locator('sg-share-again');
    await sheet.getByText(/sightglass-things-[\d-]+\.json, /).waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    expect(await handed()).toEqual([]);
    await sheet.getByRole('button', { name: 'Share' }).tap();
    await expect.poll(async () => (await handed()).map(({ type }) => type)).toEqual(['application/json']);
    await again.waitFor({ state: 'detached' });
    // Closed, it is gone, and the next press makes it anew.
    await page.evaluate(() => Object.assign(globalThis, { refused: 1 }));
    await page.locator('sg-things-tools').getByRole('button', { name: 'Share' }).tap();
    await again.waitFor();
    await page.keyboard.press('Escape');
    await again.waitFor({ state: 'detached' });
    await page.locator('sg-things-tools').getByRole('button', { name: 'Share' }).tap();
    await expect.poll(async () => (await handed()).length).toBe(2);
    expect(saved).toBe(0);
  });

  it('are exported where the browser shares no files', async () => {
    await taught([]);
    expect(await page.locator('sg-things-tools').getByRole('button', { name: 'Share' }).count()).toBe(0);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('sg-things-tools [data-action=export]').tap()]);
    expect(download.suggestedFilename()).toMatch(/^sightglass-things-[\d-]+\.json$/);
  });
});
