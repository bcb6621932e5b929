import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { DOG } from '../../support/session-fixture';
import { card, chooseZips, imported, openSessions, sampleSession, SPANS, storedFile, storedFiles, storedLabels, type SampleSession } from '../../support/session-page';

const ID = 'test-session';

describe('pictures that were kept while filming', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let sample: SampleSession;
  const errors: string[] = [];

  beforeAll(async () => {
    sample = await sampleSession();
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await openSessions(page, serving.url);
    await chooseZips(page, { name: 'a.zip', bytes: sample.zip });
    await card(page, ID).waitFor();
    await imported(page);
    await card(page, ID).getByRole('link').click();
    await page.locator('sg-label-timeline').waitFor();
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const strip = (): Locator => page.locator('sg-snapshot-strip');
  const sheet = (): Locator => page.locator('sg-snapshot-sheet');
  const snapshots = async () => (await storedLabels(page, ID)).snapshots;
  const press = (name: string): Promise<void> => page.locator('sg-session-detail').getByRole('button', { name, exact: true }).first().click();
  const time = (): Promise<string> => page.locator('sg-session-detail [data-key=time]').innerText();

  it('are shown in the open session, in their full size when pressed', async () => {
    await strip().getByRole('heading', { name: 'Pictures you kept (1)' }).waitFor();
    const thumbnail = strip().getByRole('button', { name: /golden retriever\s*0:03\.60/ });
    await thumbnail.locator('img').waitFor();
    await thumbnail.click();
    const image = sheet().getByRole('img', { name: DOG.name });
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])).toEqual([640, 480]);
    const [download] = await Promise.all([page.waitForEvent('download'), sheet().getByRole('button', { name: 'Save the picture' }).click()]);
    expect(download.suggestedFilename()).toBe('golden retriever-3600000.jpg');
    expect(Buffer.compare(readFileSync((await download.path())), sample.image)).toBe(0);
    await sheet().getByRole('button', { name: 'Show it in the film' }).click();
    await expect.poll(time).toBe('0:03.60');
  });

  it('are sought as labels are', async () => {
    await press('Previous label');
    expect(await time()).toBe('0:03.20');
    await press('Next label');
    expect(await time()).toBe('0:03.60');
  });

  it('are corrected, also to own words, deleted, and had back', async () => {
    const open = (): Promise<void> => strip().getByRole('button').first().click();
    await open();
    await sheet().getByRole('button', { name: 'Correct the label' }).click();
    const search = page.locator('sg-session-detail').getByRole('combobox');
    await search.fill('Müllers 猫/🐕');
    await search.press('Enter');
    await expect.poll(async () => (await snapshots()).map(({ label }) => label)).toEqual([{ name: 'Müllers 猫/🐕' }]);
    await strip().getByText('Müllers 猫/🐕').waitFor();
    await open();
    // A key that deletes a span does nothing to what lies under the sheet.
    await page.keyboard.press('Delete');
    await sheet().getByRole('button', { name: 'Delete the picture' }).click();
    await expect.poll(snapshots).toEqual([]);
    await expect.poll(() => strip().getByRole('heading').count()).toBe(0);
    expect((await storedLabels(page, ID)).spans).toEqual([...SPANS]);
    // It can be had back with its image.
    expect(await storedFiles(page, 'sessions')).toContain(`${ID}/snapshots/3600000.jpg`);
    await press('Undo');
    await strip().getByRole('button', { name: /Müllers/ }).locator('img').waitFor();
    await press('Undo');
    await expect.poll(async () => (await snapshots()).map(({ label }) => label)).toEqual([DOG]);
    expect(Buffer.compare(await storedFile(page, ID, 'labels.jsonl'), Buffer.from(sample.files.get('labels.jsonl')!))).toBe(0);
  });

  it('closer and farther with keys, too', async () => {
    const width = async (): Promise<number> => (await page.locator('sg-label-timeline button[data-span=first]').boundingBox())!.width;
    const whole = await width();
    await page.locator('sg-label-timeline button[data-span=first]').focus();
    await page.keyboard.press('+');
    await expect.poll(async () => (await width()) / whole).toBeCloseTo(1.8, 1);
    await page.keyboard.press('-');
    await expect.poll(width).toBeCloseTo(whole, 0);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.keyboard.press('0');
    await expect.poll(width).toBeCloseTo(whole, 0);
    expect(errors).toEqual([]);
  });
});
