import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { withCanvasCameras } from '../../support/canvas-camera';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
let page: Page;

const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** Opens the app with a person's own threshold: at 1 nothing is sure enough, at 0 everything. */
async function open(certainty: number, { viewport = PHONE, language = 'en' }: { viewport?: typeof PHONE | typeof DESKTOP; language?: string } = {}): Promise<void> {
  page = await pages.open({ context: { viewport } });
  await withCanvasCameras(page, [{ deviceId: 'rear', label: 'Rear camera', facingMode: 'environment' }]);
  await page.addInitScript((settings) => localStorage.setItem('sightglass.settings', settings), JSON.stringify({ precision: 'int8', certainty, language }));
  await openApp(page, pages.url);
}

describe('what is not sure', () => {
  it('says why: too dark, or nothing that it knows; and what is known is a tap away', async () => {
    await open(1);
    await press('Start the camera');
    const row = page.locator('sg-live-view sg-label-list li');
    await row.and(page.locator('[data-doubt=dark]')).waitFor();
    expect(await row.innerText()).toMatch(/Not sure\s+It is too dark/);
    await page.evaluate(() => (globalThis.canvasCameras.rectangle = { x: 200, y: 0, width: 300, height: 480 }));
    await row.and(page.locator('[data-doubt=unknown]')).waitFor();
    expect(await row.count()).toBe(1);
    await row.getByRole('button', { name: 'What it knows' }).click();
    const list = page.getByRole('dialog', { name: 'What it knows' });
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await page.evaluate(() => (location.hash = 'teach'));
    await page.locator('sg-teach-view').getByRole('button', { name: 'What it knows' }).click();
    await list.waitFor();
  });

  it('is the same in Teach and for pictures, and everything is named where a person wishes so', async () => {
    for (const certainty of [1, 0]) {
      await open(certainty);
      await press('Start the camera');
      await page.locator('sg-live-view sg-label-list li').first().waitFor();
      const doubts = async (list: string): Promise<[number, number]> => [await page.locator(`${list} [data-unsure]`).count(), await page.locator(`${list} .share`).count()];
      const unsure = certainty === 1;
      await expect.poll(async () => (await doubts('sg-live-view'))[0]).toBe(unsure ? 1 : 0);
      await page.evaluate(() => (location.hash = 'teach'));
      await page.locator('sg-teach-view sg-label-list li').first().waitFor();
      const inTeach = async (): Promise<[number, boolean]> => {
        const [unnamed, shares] = await doubts('sg-teach-view');
        return [unnamed, shares > 0];
      };
      await expect.poll(inTeach).toEqual(unsure ? [1, false] : [0, true]);
      await page.evaluate(() => (location.hash = 'pictures'));
      const buffer = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#777' } }).png().toBuffer();
      await page.locator('sg-pictures-view input[type=file]').setInputFiles({ name: 'wall.png', mimeType: 'image/png', buffer });
      const card = page.locator('sg-picture-card');
      await card.locator('li').first().waitFor();
      expect(await card.locator('.unsure').allInnerTexts()).toEqual(unsure ? [expect.stringMatching(/^Not sure\s+Nothing that it knows/)] : []);
      const weight = await card.locator('li').first().evaluate((first) => Number(getComputedStyle(first).fontWeight));
      expect(weight > 500).toBe(!unsure);
      await pages.browsing.close();
    }
  });
});

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('what it knows, %s', (_, viewport) => {
  it('is listed whole, and searched, from the start page and from the models', async () => {
    await open(0.25, { viewport });
    await press('What it knows');
    await page.getByRole('dialog', { name: 'What it knows' }).waitFor();
    const sheet = page.locator('sg-class-list-sheet');
    await sheet.getByText('It knows no people').waitFor();
    const names = sheet.getByRole('listitem');
    await expect.poll(() => names.count()).toBe(1000);
    expect((await names.first().innerText()).toLowerCase()).toBe('abacus');
    await sheet.getByRole('searchbox').fill('tabby');
    await expect.poll(async () => (await names.allInnerTexts()).map((name) => name.toLowerCase())).toContain('tabby');
    await expect.poll(() => names.count()).toBeLessThan(5);
    await sheet.getByRole('searchbox').fill('my aunt Emma');
    await sheet.getByText('It has no such name.').waitFor();
    await press('Close');
    await page.locator('header button[aria-haspopup]').click();
    await page.locator('sg-model-picker').getByRole('button', { name: 'What it knows' }).click();
    await page.getByRole('dialog', { name: 'What it knows' }).waitFor();
    // The search of before is over.
    await expect.poll(() => names.count()).toBe(1000);
  });

  it('is in the language of the app, and found by English names too', async () => {
    await open(0.25, { viewport, language: 'zh-Hans' });
    await press('它认识什么');
    const names = page.locator('sg-class-list-sheet').getByRole('listitem');
    await expect.poll(() => names.count()).toBe(1000);
    await expect.poll(async () => (await names.allTextContents()).filter((name) => /\p{Script=Han}/u.test(name)).length).toBeGreaterThan(950);
    await page.getByRole('searchbox').fill('tabby');
    await expect.poll(() => names.first().innerText()).toMatch(/\p{Script=Han}.*tabby/u);
  });
});
