import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import type { HumanSpan } from '../../../src/sessions/shared/session';
import { DESKTOP, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { CAT, DOG } from '../../support/session-fixture';
import { card, cards, chooseZips, imported, openWithSessions, sampleSession, storedFile, type SampleSession } from '../../support/session-page';
import { sessionZip } from '../../support/session-zip';
import { SCRATCH } from '../../support/shared';

const MANY = 12_000;
/** Sessions of the long list. */
const COUNT = 60;

/** All elements of the page, those in shadow roots too. */
const elements = (page: Page): Promise<number> =>
  page.evaluate(() => {
    let count = 0;
    const roots: (Document | ShadowRoot)[] = [document];
    for (let root = roots.pop(); root; root = roots.pop()) {
      for (const element of root.querySelectorAll('*')) {
        count++;
        if (element.shadowRoot) roots.push(element.shadowRoot);
      }
    }
    return count;
  });

/** Pixels of the thumbnails that are held. */
const heldPixels = (page: Page): Promise<number> =>
  page.locator('sg-film-thumbnail canvas').evaluateAll((all) => all.reduce((sum, canvas) => sum + (canvas as HTMLCanvasElement).width * (canvas as HTMLCanvasElement).height, 0));

/** Spans of the last second. */
const WIDE = 4;

/** A session of 12,000 spans in six seconds, all but four in the first five. */
function crowded(sample: SampleSession): Promise<Buffer> {
  const spans = Array.from({ length: MANY }, (_, i): HumanSpan => {
    const step = 5_000_000 / (MANY - WIDE);
    const [startUs, endUs] = i < MANY - WIDE ? [Math.round(i * step), Math.round((i + 0.9) * step)] : [5_000_000 + (i - MANY + WIDE) * 250_000, 5_240_000 + (i - MANY + WIDE) * 250_000];
    return { id: `s${i}`, startUs, endUs, label: i % 2 === 0 ? CAT : DOG };
  });
  const lines = spans.map((span) => JSON.stringify({ kind: 'put-span', span })).join('\n');
  const files = new Map([...sample.files, ['human.jsonl', new TextEncoder().encode(`${lines}\n`)]]);
  files.delete('snapshots/3600000.jpg');
  return sessionZip({ ...sample.data.manifest, id: 'crowded', name: 'Crowded', spans: MANY, snapshots: 0 }, files);
}

describe('long sessions and long lists', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];
  const names = (): Promise<string[]> => cards(page).locator('h3').allInnerTexts();
  const bar = () => page.locator('sg-dataset-bar');

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'long-list-'));
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    const sample = await sampleSession('mp4', { id: 'original', title: 'Original' });
    await openWithSessions(page, serving.url, [sample]);
    await chooseZips(page, { name: 'crowded.zip', bytes: await crowded(sample) });
    await card(page, 'crowded').waitFor({ timeout: 60_000 });
    await imported(page);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('draws 12,000 spans with few elements, and a tap on a bar chooses its span', async () => {
    await card(page, 'crowded').getByRole('link').click();
    const timeline = page.locator('sg-label-timeline');
    await timeline.locator('canvas.bars').waitFor();
    expect(await elements(page)).toBeLessThan(2500);
    expect(await timeline.locator('canvas.bars').getAttribute('aria-label')).toContain(String(MANY - WIDE));
    const box = (await timeline.locator('.human').boundingBox())!;
    // The four that are wide enough are elements at once.
    await expect.poll(() => timeline.locator('.span').count()).toBe(WIDE);
    await page.mouse.click(box.x + (box.width * 2.5) / 6, box.y + box.height / 2);
    // The one that is worked on is an element, wherever it is.
    await expect.poll(() => timeline.locator('.span.selected').count()).toBe(1);
    expect(Math.abs(Number((await timeline.locator('.span.selected button').getAttribute('data-span'))?.slice(1)) - MANY / 2)).toBeLessThan(60);
  });

  it('draws only what is in sight, and what is worked on', async () => {
    const timeline = page.locator('sg-label-timeline');
    for (let i = 0; i < 4; i++) await page.locator('sg-session-detail').getByRole('button', { name: 'Zoom in' }).click();
    // About the playhead: none of the wide ones is in sight, and the chosen one stays.
    await expect.poll(() => timeline.locator('.span').count()).toBe(1);
    await page.locator('sg-session-detail').getByRole('button', { name: 'Whole film' }).click();
    await expect.poll(() => timeline.locator('.span').count()).toBe(WIDE + 1);
  });

  it('lists its labels by the hundred', async () => {
    const lists = page.locator('sg-label-lists');
    await lists.getByText('Your labels in words (12000)').click();
    await expect.poll(() => lists.locator('details').first().locator('li').count()).toBe(100);
    await lists.locator('details').first().getByRole('button', { name: 'Show 100 more' }).click();
    await expect.poll(() => lists.locator('details').first().locator('li').count()).toBe(200);
  });

  it('appends one line for an edit, and undo another', async () => {
    const lines = async (): Promise<number> => (await storedFile(page, 'crowded', 'human.jsonl')).toString('utf8').trimEnd().split('\n').length;
    expect(await lines()).toBe(MANY);
    await page.locator('sg-session-detail').getByRole('button', { name: 'Delete the span' }).click();
    await expect.poll(lines).toBe(MANY + 1);
    await page.locator('sg-session-detail').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(lines).toBe(MANY + 2);
    await page.getByRole('link', { name: 'Back to all sessions' }).click();
    // The list knows how many there are, though nobody counted them anew.
    await expect.poll(() => card(page, 'crowded').innerText()).toContain('12000 labels of yours');
  });

  it('finds, sorts and counts in a long list', async () => {
    await page.evaluate(async ([id, count]) => {
      const all = await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions');
      const from = await all.getDirectoryHandle(id);
      const file = async (name: string): Promise<File> => (await from.getFileHandle(name)).getFile();
      const manifest = JSON.parse(await (await file('session.json')).text()) as { createdAt: number };
      const texts: [string, FileSystemWriteChunkType][] = [['film.mp4', await file('film.mp4')], ['labels.jsonl', await file('labels.jsonl')], ['human.jsonl', '']];
      for (let i = 0; i < count; i++) {
        const to = await all.getDirectoryHandle(`copy-${i}`, { create: true });
        const head = JSON.stringify({ ...manifest, id: `copy-${i}`, name: `Walk ${i} ${i % 2 === 0 ? 'park' : 'town'}`, createdAt: manifest.createdAt + 1000 * i, spans: 0, snapshots: 0 });
        for (const [name, content] of [...texts, ['session.json', head] as [string, string]]) {
          const stream = await (await to.getFileHandle(name, { create: true })).createWritable();
          await stream.write(content);
          await stream.close();
        }
      }
    }, ['original', COUNT] as const);
    await page.reload();
    await expect.poll(() => cards(page).count(), { timeout: 60_000 }).toBe(COUNT + 2);
    expect((await names())[0]).toBe(`Walk ${COUNT - 1} town`);
    await page.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'By name' });
    await expect.poll(async () => (await names()).slice(2, 5)).toEqual(['Walk 0 park', 'Walk 1 town', 'Walk 2 park']);
    await page.getByRole('searchbox', { name: 'Search by name or date' }).fill('PARK walk');
    await expect.poll(() => cards(page).count()).toBe(COUNT / 2);
    await page.getByText(`${COUNT / 2} of ${COUNT + 2} sessions`).waitFor();
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText(`0 of ${COUNT + 2} sessions`).waitFor();
    await page.getByRole('searchbox').fill('');
  });

  it('holds the pictures of what is in sight alone', async () => {
    const canvas = (i: number) => cards(page).nth(i).locator('canvas:not([hidden])');
    await canvas(0).waitFor({ timeout: 30_000 });
    const first = await heldPixels(page);
    expect(first).toBeGreaterThan(0);
    for (let i = 0; i < COUNT; i += 12) {
      await cards(page).nth(i).scrollIntoViewIfNeeded();
      await expect.poll(() => canvas(i).evaluate((each: HTMLCanvasElement) => each.width)).toBeGreaterThan(0);
    }
    // Those that were seen and are out of sight are drawn no more.
    await expect.poll(() => cards(page).first().locator('canvas').evaluate((each: HTMLCanvasElement) => each.width)).toBe(0);
    const perCard = 320 * 240;
    await expect.poll(() => heldPixels(page)).toBeLessThan(perCard * 24);
    await cards(page).first().scrollIntoViewIfNeeded();
    await expect.poll(() => cards(page).first().locator('canvas').evaluate((each: HTMLCanvasElement) => each.width)).toBeGreaterThan(0);
  });

  it('deletes several at once, and gives all of them back', async () => {
    await bar().getByRole('button', { name: 'Choose sessions' }).click();
    await page.getByRole('searchbox').fill('town');
    await bar().getByRole('button', { name: 'All', exact: true }).click();
    await bar().getByText(`${COUNT / 2} chosen`).waitFor();
    await page.getByRole('searchbox').fill('park');
    await bar().getByText(`${COUNT / 2} chosen, ${COUNT / 2} of them not in this search`).waitFor();
    await page.getByRole('searchbox').fill('');
    await bar().getByRole('button', { name: 'Delete' }).click();
    await page.getByText(`Deleted ${COUNT / 2} sessions`).waitFor();
    await expect.poll(() => cards(page).count()).toBe(COUNT / 2 + 2);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => cards(page).count()).toBe(COUNT + 2);
  });

  it('exports several as one file, and reads them back', async () => {
    await bar().getByRole('button', { name: 'Choose sessions' }).click();
    for (const name of ['Original', 'Walk 7 town']) await page.getByRole('checkbox', { name: `Choose ${name}`, exact: true }).check();
    await bar().getByRole('button', { name: 'Export' }).click();
    const sheet = page.locator('sg-export-sheet');
    await sheet.getByRole('heading', { name: 'Export 2 sessions' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    await sheet.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.evaluate(() => {
      let at: Element | null = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.textContent?.trim();
    })).toBe('Choose sessions');
    for (const id of ['original', 'copy-7']) await card(page, id).locator('[data-action=delete]').click();
    await expect.poll(() => cards(page).count()).toBe(COUNT);
    await chooseZips(page, { name: 'sessions.sightglass.zip', bytes: readFileSync(path) });
    await expect.poll(() => cards(page).count()).toBe(COUNT + 2);
    await imported(page);
    expect((await names()).filter((name) => /Original|Walk 7 town/.test(name)).sort()).toEqual(['Original', 'Walk 7 town']);
    expect(errors).toEqual([]);
  });
});
