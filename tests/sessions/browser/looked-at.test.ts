import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { DESKTOP, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { card, openWithSessions, sampleSession, type SampleSession, storedFile } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';

describe('where the network looked', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let aimed: SampleSession;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'looked-at-'));
    aimed = await sampleSession('mp4', { id: 'aimed', title: 'Aimed', aimed: true });
    const old = await sampleSession('mp4', { id: 'old', title: 'Old' });
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await openWithSessions(page, serving.url, [aimed, old]);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sheet = () => page.locator('sg-export-sheet');
  const choose = async (id: string, format: string): Promise<void> => {
    await card(page, id).locator('[data-action=export]').click();
    await sheet().locator(`input[value="${format}"]`).check();
  };

  /** Exports what is chosen, and unpacks it with Python. */
  async function unpacked(): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet().getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(mkdtempSync(join(folder, 'd-')), 'export.zip');
    await download.saveAs(path);
    await sheet().getByRole('button', { name: 'Close' }).click();
    execFileSync('python3', ['-m', 'zipfile', '-e', path, `${path}-files`]);
    return `${path}-files`;
  }

  it('is kept by the import, and by the zip that is made of it again', async () => {
    expect(await storedFile(page, 'aimed', 'labels.jsonl')).toEqual(Buffer.from(aimed.files.get('labels.jsonl') ?? []));
    await choose('aimed', 'everything');
    const into = await unpacked();
    const { session } = JSON.parse(readFileSync(join(into, 'sightglass.json'), 'utf8')) as { session: typeof aimed.data.manifest };
    expect(session.models).toEqual(aimed.data.manifest.models);
    expect(readFileSync(join(into, 'session/labels.jsonl'), 'utf8').match(/"square"/g)).toHaveLength(5);
  });

  it('is what pictures are cut to, as many pixels as the film has there', async () => {
    await choose('aimed', 'image-folder');
    await sheet().getByLabel('Frames').selectOption('one');
    await sheet().getByRole('combobox', { name: /^Pictures/ }).selectOption('Cut to where the network looked');
    const into = await unpacked();
    const sizes: Record<string, (number | undefined)[]> = {};
    for (const label of readdirSync(join(into, 'train'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      for (const file of readdirSync(join(into, 'train', label.name))) {
        const { width, height } = await sharp(join(into, 'train', label.name, file)).metadata();
        sizes[file] = [width, height];
      }
    }
    // The first span's middle is aimed at, the second's is not; the snapshot has twice the film's pixels.
    expect(sizes).toEqual({ 'Aimed-0001400000.jpg': [60, 60], 'Aimed-0004200000.jpg': [210, 210], 'Aimed-snapshot-3600000.jpg': [420, 420] });
    const [head, ...table] = readFileSync(join(into, 'pictures.csv'), 'utf8').trim().split('\r\n').map((row) => row.split(','));
    const columns = ['time_s', 'square_left', 'square_top', 'square_side', 'width'].map((name) => head.indexOf(name));
    expect(table.map((row) => columns.map((column) => Number(row[column])))).toEqual([[1.4, 210, 30, 60, 60], [4.2, 55, 15, 210, 210], [3.6, 110, 30, 420, 420]]);
  });

  it('is not offered for an older session, which says so', async () => {
    await choose('old', 'image-folder');
    await sheet().getByText('This session does not say where the network looked').waitFor();
    expect(await sheet().getByRole('combobox', { name: /^Pictures/ }).count()).toBe(0);
    await sheet().getByRole('button', { name: 'Close' }).click();
  });

  it('is drawn over the film at its times only', async () => {
    await card(page, 'aimed').locator('a').first().click();
    const film = page.locator('sg-session-detail .film video');
    const square = page.locator('sg-session-detail [data-key=square]');
    await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(320);
    expect(await square.count()).toBe(0);
    const forth = page.locator('sg-session-detail [data-command=next-label]');
    // To the person's span at 0.4 s, then frame by frame to the aimed second.
    await forth.click();
    const on = page.locator('sg-session-detail [data-command=frame-forth]');
    for (let step = 0; step < 40 && (await square.count()) === 0; step++) await on.click();
    const [box, picture] = await Promise.all([square.boundingBox(), film.boundingBox()]);
    if (!box || !picture) throw new Error('Nothing is drawn.');
    const scale = picture.width / 320;
    expect((box.x - picture.x) / scale).toBeCloseTo(210, 0);
    expect((box.y - picture.y) / scale).toBeCloseTo(30, 0);
    expect(box.width / scale).toBeCloseTo(60, 0);
    expect(box.height / scale).toBeCloseTo(60, 0);
    expect(errors).toEqual([]);
  });

  const detail = (selector: string) => page.locator(`sg-session-detail ${selector}`);
  const map = (within: string) => detail(`${within} sg-map-overlay canvas`);
  const button = (within: string) => page.locator(`sg-session-detail ${within}`).getByRole('button', { name: 'Show where the network looked' });

  /** Where a map has colour: its left and right edge as shares of the picture's width; undefined where it has none. */
  const coloured = (within: string): Promise<[number, number] | undefined> =>
    map(within).evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const columns = [...data].flatMap((value, i) => (i % 4 === 3 && value > 8 ? [((i - 3) / 4) % canvas.width] : []));
      return columns.length === 0 ? undefined : [Math.min(...columns) / canvas.width, (Math.max(...columns) + 1) / canvas.width];
    });

  it('is looked at again by the model that runs: a map over the frame that stands, in the square of its label', async () => {
    await button('.film').click();
    await detail('.film sg-map-legend').getByText(/^Where the network looked: ./).waitFor({ timeout: 30_000 });
    // A cell of the map is a sixty-fourth of the width.
    await expect.poll(async () => ((await coloured('.film'))?.[0] ?? 0) + 1 / 64).toBeGreaterThan(210 / 320);
    await expect.poll(async () => ((await coloured('.film'))?.[1] ?? 1) - 1 / 64).toBeLessThan(270 / 320);
    expect(await map('.film').boundingBox()).toEqual(await detail('.film video').boundingBox());
    // Back where the label is of the middle, of 210 pixels from the 55th on: nothing is left of the aimed square.
    await detail('[data-command=previous-label]').click();
    await detail('[data-key=square]').waitFor({ state: 'detached' });
    await expect.poll(async () => ((await coloured('.film'))?.[0] ?? 1) + 1 / 64).toBeLessThan(200 / 320);
    expect(errors).toEqual([]);
  });

  it('is not asked for while the film plays, which the legend says', async () => {
    await detail('[data-command=toggle]').click();
    await detail('.film sg-map-legend').getByText('Pause to see where the network looks').waitFor();
    await expect.poll(() => coloured('.film')).toBeUndefined();
    await detail('[data-command=toggle]').click();
    await expect.poll(() => coloured('.film')).toBeDefined();
    expect(await violations(page)).toEqual([]);
  });

  it('is shown over a kept picture too, and remembered', async () => {
    await detail('sg-snapshot-strip [data-snapshot]').click();
    await expect.poll(() => coloured('sg-snapshot-sheet')).toBeDefined();
    // The sheet slides in: the two places are read one after the other.
    await detail('sg-snapshot-sheet dialog[open]').evaluate((dialog) => Promise.all(dialog.getAnimations().map(({ finished }) => finished)));
    expect(await map('sg-snapshot-sheet').boundingBox()).toEqual(await detail('sg-snapshot-sheet [whole] img').boundingBox());
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('h');
    await map('sg-snapshot-sheet').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await detail('sg-snapshot-sheet dialog[open]').waitFor({ state: 'detached' });
    await detail('[data-command=frame-forth]').focus();
    await page.keyboard.press('h');
    await expect.poll(() => coloured('.film')).toBeDefined();
    await page.reload();
    await expect.poll(() => coloured('.film')).toBeDefined();
    expect(errors).toEqual([]);
  });
});
