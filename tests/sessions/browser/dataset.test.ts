import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, PHONE, watchErrors, type Browsing } from '../../support/browser';
import { CAT, DOG } from '../../support/session-fixture';
import { openWithSessions, sampleSession, SPANS } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';
import { readZip } from '../../support/read-zip';

const OWN = SPANS[1].label.name;

describe('a training set of three sessions', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'dataset-'));
    const sessions = await Promise.all(['one', 'two', 'three'].map((id, i) => sampleSession('mp4', { id, title: `Zoo ${id}`, aimed: true, createdAt: Date.UTC(2026, 0, 2 + i) })));
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await openWithSessions(page, serving.url, sessions);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const bar = () => page.locator('sg-dataset-bar');
  const sheet = () => page.locator('sg-export-sheet');
  const counts = async (): Promise<Record<string, string[]>> => {
    const rows = await sheet().locator('sg-dataset-counts tbody tr').all();
    const found: Record<string, string[]> = {};
    for (const row of rows) found[await row.locator('input').inputValue()] = await row.locator('td').allTextContents();
    return found;
  };

  it('is made of sessions that are chosen, and says what it would hold', async () => {
    await bar().getByRole('button', { name: 'Choose sessions' }).click();
    expect(await page.evaluate(() => {
      let at: Element | null = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.textContent?.trim();
    })).toBe('All');
    expect(await bar().getByRole('button', { name: 'Make a training set' }).isEnabled()).toBe(false);
    for (const name of ['Zoo one', 'Zoo two', 'Zoo three']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    await bar().getByText('3 chosen').waitFor();
    await bar().getByRole('button', { name: 'Make a training set' }).click();
    await sheet().getByLabel('Train, val and test').selectOption('session');
    // Three sessions, three sides: two frames of each span, and the snapshot.
    await expect.poll(counts).toEqual({ [DOG.name]: ['1', '1', '1'], [CAT.name]: ['2', '2', '2'], [OWN]: ['2', '2', '2'] });
    expect(await sheet().locator('sg-dataset-counts tfoot td').allTextContents()).toEqual(['5', '5', '5']);
  });

  it('keeps the numbers of its classes where a choice changes', async () => {
    const kept = () => page.evaluate(() => (JSON.parse(localStorage.getItem('sightglass.datasets') ?? '[]') as { classes: { id: number; name: string }[]; pictures: { background: boolean } }[]).map(({ classes, pictures }) => [pictures.background, classes.map(({ id, name }) => [id, name])]));
    const [[, before]] = await kept();
    expect(before).toHaveLength(3);
    await sheet().getByLabel('Time without a label').selectOption({ index: 1 });
    // `background` comes before the others by its name.
    await expect.poll(kept).toEqual([[true, [...(before as unknown[]), [3, 'background']]]]);
    await sheet().getByLabel('Time without a label').selectOption({ index: 0 });
    await expect.poll(async () => (await kept())[0][0]).toBe(false);
    expect((await kept())[0][1]).toEqual([...(before as unknown[]), [3, 'background']]);
    await expect.poll(counts).toEqual({ [DOG.name]: ['1', '1', '1'], [CAT.name]: ['2', '2', '2'], [OWN]: ['2', '2', '2'] });
  });

  it('makes two labels one by their name, keeps its numbers, and is there again', async () => {
    await sheet().getByRole('textbox', { name: `Rename ${OWN}` }).fill(DOG.name);
    await sheet().getByRole('textbox', { name: `Rename ${OWN}` }).press('Enter');
    await expect.poll(counts).toEqual({ [DOG.name]: ['3', '3', '3'], [CAT.name]: ['2', '2', '2'] });
    await sheet().getByRole('textbox', { name: 'Name', exact: true }).fill('All of the zoo');
    await sheet().getByRole('textbox', { name: 'Name', exact: true }).press('Tab');
    await sheet().getByLabel('Licence').selectOption('cc-by-4.0');
    await sheet().getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await bar().getByRole('button', { name: 'All of the zoo (3)' }).click();
    await expect.poll(counts).toEqual({ [DOG.name]: ['3', '3', '3'], [CAT.name]: ['2', '2', '2'] });
  });

  it('is exported as one set, with its card', async () => {
    await sheet().locator('input[value=coco]').check();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet().getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    expect(path).toMatch(/All of the zoo\.coco\.zip$/);
    const files = await readZip(readFileSync(path));
    const sides = ['train', 'val', 'test'].map((side) => JSON.parse(files.get(`annotations/instances_${side}.json`)?.toString('utf8') ?? '') as { images: { id: number; file_name: string; session: string }[]; categories: { id: number; name: string }[] });
    expect(sides.flatMap(({ images }) => images.map(({ id }) => id))).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    // Each session on one side; its name stands in its pictures' names.
    expect(new Set(sides.map(({ images }) => images[0].session)).size).toBe(3);
    for (const { images, categories } of sides) {
      for (const { file_name, session } of images) expect(file_name.startsWith(session)).toBe(true);
      expect(new Set(images.map(({ session }) => session)).size).toBe(1);
      expect(categories.map(({ name }) => name).sort()).toEqual([DOG.name, CAT.name]);
    }
    const card = files.get('README.md')?.toString('utf8') ?? '';
    expect(card).toContain('license: cc-by-4.0');
    expect(card).toContain(`| golden retriever | 3 | 3 | 3 |`);
    expect(card).toContain('by session: all of a film is on one side');
  });

  it('shows its pictures by label, near-copies as one, and fixes wrong ones by a tap, with undo', async () => {
    const grid = sheet().locator('sg-dataset-grid');
    const red = grid.getByRole('list', { name: CAT.name }).getByRole('button');
    const undo = grid.getByRole('button', { name: 'Undo' });
    const ALL = { [DOG.name]: ['3', '3', '3'], [CAT.name]: ['2', '2', '2'] };
    await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
    await grid.getByRole('button', { name: 'Look through the pictures' }).click();
    // Two frames of each of three sessions, all of one red.
    await expect.poll(() => red.allInnerTexts(), { timeout: 60_000 }).toEqual(['+5']);
    expect(await red.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(224);
    expect(await undo.isEnabled()).toBe(false);
    await red.click();
    await expect.poll(counts).toEqual({ [DOG.name]: ['3', '3', '3'] });
    expect(await red.getAttribute('aria-pressed')).toBe('true');
    await sheet().getByText('Picked out as wrong: 6.').waitFor();
    await undo.click();
    await expect.poll(counts).toEqual(ALL);
    await grid.getByLabel('A tap on a picture').selectOption({ label: `says: it is ${DOG.name}` });
    await red.click();
    await expect.poll(counts).toEqual({ [DOG.name]: ['5', '5', '5'] });
    expect(await red.getAttribute('aria-label')).toContain(`now ${DOG.name}`);
    // It lasts, and a second tap takes it back.
    await expect.poll(() => page.evaluate(() => (localStorage.getItem('sightglass.datasets') ?? '').match(/"given":\{"[^}]/)?.length)).toBe(1);
    await red.click();
    await expect.poll(counts).toEqual(ALL);
  });

  it('takes sessions in and out', async () => {
    const others = sheet().locator('sg-dataset-sessions');
    await others.getByText('Its sessions (3)').click();
    await others.getByRole('button', { name: 'Take Zoo two out of the training set' }).click();
    await others.getByText('Its sessions (2)').waitFor();
    await expect.poll(() => sheet().locator('sg-dataset-counts tfoot td').allTextContents()).toEqual(['5', '5', '0']);
    await sheet().getByText('Film a label in more sessions, to have it on each side.').waitFor();
    await others.getByRole('combobox', { name: 'Add a session' }).selectOption({ label: 'Zoo two' });
    await expect.poll(() => sheet().locator('sg-dataset-counts tfoot td').allTextContents()).toEqual(['5', '5', '5']);
  });

  it('fits on a phone, can be deleted, and can be had back', async () => {
    await page.setViewportSize(PHONE);
    expect(await sheet().evaluate((element) => element.shadowRoot!.querySelector('form')!.scrollWidth <= innerWidth)).toBe(true);
    await sheet().getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => bar().getByRole('button', { name: /All of the zoo/ }).count()).toBe(0);
    await page.locator('sg-sessions-view .toast').getByRole('button', { name: 'Undo' }).click();
    await bar().getByRole('button', { name: 'All of the zoo (3)' }).waitFor();
    expect(errors).toEqual([]);
  });
});
