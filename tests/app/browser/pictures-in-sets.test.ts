import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { openApp, openBrowser, PHONE, watchErrors, withoutSavePicker, type Browsing } from '../../support/browser';
import { dropFiles } from '../../support/drop-files';
import { sidewaysScroll, smallTargets } from '../../support/layout';
import { readZip } from '../../support/read-zip';
import { SCRATCH } from '../../support/shared';

/** Pictures that are a minute apart, red ones and blue ones in turn. */
const COUNT = 8;
const isRed = (i: number): boolean => i % 2 === 0;

describe('a training set of pictures of no session', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'pictures-in-sets-'));
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: PHONE, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await withoutSavePicker(page);
    await openApp(page, serving.url);
    const files = await Promise.all(Array.from({ length: COUNT }, async (_, i) => ({
      name: `${isRed(i) ? 'red' : 'blue'}-${i}.png`, mimeType: 'image/png', lastModified: Date.UTC(2026, 0, 2, 3, i),
      buffer: await sharp({ create: { width: 320, height: 240, channels: 3, background: isRed(i) ? '#c02020' : '#2030c0' } }).png().toBuffer(),
    })));
    await dropFiles(page, files);
    await page.locator('sg-picture-card').nth(COUNT - 1).locator('li').first().waitFor({ timeout: 60_000 });
    await page.locator('sg-pictures-view .progress').waitFor({ state: 'detached', timeout: 60_000 });
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sheet = (): Locator => page.locator('sg-export-sheet');
  const pictures = (): Locator => sheet().locator('sg-dataset-stills');
  const label = (): Locator => pictures().getByLabel('Label for the picture that you tap');
  const picture = (i: number): Locator => pictures().locator('li button').nth(i);

  async function exported(): Promise<ReadonlyMap<string, Buffer>> {
    await sheet().getByRole('button', { name: 'Export', exact: true }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet().getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return readZip(readFileSync(path));
  }

  it('takes those that are tapped, with the label that is written, where no session was recorded', async () => {
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('button', { name: 'A training set of pictures' }).click();
    await pictures().getByText('Pictures by themselves (0)').click();
    await label().fill('red thing');
    for (let i = 0; i < COUNT; i += 2) await picture(i).click();
    await label().fill('blue thing');
    for (let i = 1; i < COUNT; i += 2) await picture(i).click();
    await pictures().getByText(`Pictures by themselves (${COUNT})`).waitFor();
    // A tap with another label says that one, and a second one with it leaves the picture out.
    await picture(0).click();
    await expect.poll(() => picture(0).getAttribute('aria-label')).toMatch(/^red-0\.png, blue thing/u);
    await picture(0).click();
    await expect.poll(() => picture(0).getAttribute('aria-pressed')).toBe('false');
    await label().fill('red thing');
    await picture(0).click();
    const rows = (): Promise<[string, number][]> => sheet().locator('sg-dataset-counts tbody tr').evaluateAll((all) =>
      // Numbered in the order in which they were counted.
      all.map((row): [string, number] => [row.querySelector('input')?.value ?? '', [...row.querySelectorAll('td')].reduce((sum, { textContent }) => sum + Number(textContent), 0)]).sort());
    await expect.poll(rows).toEqual([['blue thing', COUNT / 2], ['red thing', COUNT / 2]]);
    expect(await sidewaysScroll(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(await smallTargets(page)).toEqual([]);
  });

  it('is there again after a reload, and is exported as JPEG with what it was called', async () => {
    await sheet().getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await page.locator('sg-dataset-bar [data-dataset]').click();
    await pictures().getByText(`Pictures by themselves (${COUNT})`).waitFor();
    const files = await exported();
    const jpegs = [...files].filter(([name]) => name.endsWith('.jpg'));
    expect(jpegs).toHaveLength(COUNT);
    for (const [name, bytes] of jpegs) {
      const { channels } = await sharp(bytes).stats();
      expect(channels[0].mean > channels[2].mean, name).toBe(name.includes('/red thing/'));
    }
    const told = [...files].filter(([name]) => name.endsWith('metadata.jsonl')).flatMap(([, bytes]) => bytes.toString('utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>));
    expect(told.map((row) => [row['session'], row['label']]).sort()).toEqual(Array.from({ length: COUNT }, (_, i) => (isRed(i) ? [`red-${i}.png`, 'red thing'] : [`blue-${i}.png`, 'blue thing'])).sort());
    expect(files.get('README.md')?.toString('utf8')).toContain(`${COUNT} of them taken by themselves`);
  });

  it('says how many of its test side the network that runs names rightly', async () => {
    const accuracy = sheet().locator('sg-dataset-accuracy');
    const tested = await sheet().locator('sg-dataset-counts tfoot td').last().textContent();
    expect(Number(tested)).toBeGreaterThan(0);
    await expect.poll(() => accuracy.getByRole('button').isEnabled(), { timeout: 30_000 }).toBe(true);
    await accuracy.getByRole('button').click();
    // Nobody taught it these words.
    await accuracy.getByText(new RegExp(`^Pictures of the test side: ${tested}\\. .* names 0 of them rightly: 0%`, 'u')).waitFor({ timeout: 30_000 });
    expect(await accuracy.locator('tbody tr').first().locator('td').first().textContent()).toMatch(/^0 \/ \d$/u);
  });

  it('has a label that was corrected in Label Studio, until that is taken back', async () => {
    await sheet().locator('input[value=label-studio-images]').check();
    const files = await exported();
    const [, tasks] = [...files].find(([name]) => name.endsWith('tasks.json')) ?? [];
    const [first] = (JSON.parse(tasks?.toString('utf8') ?? '') as { data: { session: string }; annotations: { result: { value: object }[] }[] }[]).filter(({ data }) => data.session === 'red-0.png');
    Object.assign(first.annotations[0].result[0].value, { rectanglelabels: ['blue thing'] });
    await pictures().locator('summary').click();
    await sheet().getByRole('button', { name: 'Close' }).click();
    await page.locator('sg-sessions-view input[type=file]').setInputFiles({ name: 'project-1.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify([first])) });
    const notice = page.locator('sg-annotation-notice');
    await notice.getByText('pictures by themselves: 1 labelled otherwise, 0 taken out.').waitFor({ timeout: 30_000 });
    const shown = async (label: string): Promise<void> => {
      await page.locator('sg-dataset-bar [data-dataset]').click();
      await expect.poll(() => picture(0).getAttribute('aria-label')).toBe(`red-0.png, ${label}`);
      await sheet().getByRole('button', { name: 'Close' }).click();
    };
    await shown('blue thing');
    expect(await sidewaysScroll(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await notice.getByRole('button', { name: 'Undo' }).click();
    await notice.getByText('as it was before').waitFor();
    await expect.poll(() => notice.getByRole('button', { name: 'Go on' }).evaluate((button) => button.matches(':focus'))).toBe(true);
    await shown('red thing');
    await notice.getByRole('button', { name: 'Go on' }).click();
    await notice.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });
});
