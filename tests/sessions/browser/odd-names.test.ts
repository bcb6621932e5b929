import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionData } from '../../../src/sessions/shared/session';
import type { LabelRef } from '../../../src/base/shared/labels/label-ref';
import type { ExportFormat } from '../../../src/sessions/shared/session-export';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, withoutSavePicker, type Browsing } from '../../support/browser';
import { ffprobe, haveExportReaders, readWithPython } from '../../support/export-readers';
import { closeSheets } from '../../support/layout';
import { catAndDog, manifestOf, ODD_LABELS } from '../../support/session-fixture';
import { card, cards, chooseZips, imported, openSessions, storedFile } from '../../support/session-page';
import { makeSessionVideo, sessionFiles, sessionZip } from '../../support/session-zip';
import { SCRATCH } from '../../support/shared';

const ID = 'odd';
/** Leads out of folders, quotes, is written from right to left, is cut in the midst of an emoji if one counts bytes, and is long. */
const NAME = `../猫\\"'<b>${'x'.repeat(240)}\u202e👩‍👩‍👧‍👦${'🐈‍⬛'.repeat(10)}/:*?|`;
const LABELS: readonly LabelRef[] = [...ODD_LABELS, { name: '猫'.repeat(300) }, { name: `${'猫'.repeat(299)}2` }, { name: '..' }, { name: 'CON' }, { name: ' ' }];

describe.skipIf(!haveExportReaders())('odd names', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let folder: string;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'odd-'));
    const video = makeSessionVideo({ name: 'session-page-320x240.mp4', size: '320x240', colours: ['red', 'blue'], rate: 25, uneven: true });
    const spans = LABELS.map((label, i) => ({ id: `s${i}`, startUs: i * 400_000, endUs: i * 400_000 + 500_000, label }));
    const data: SessionData = {
      manifest: manifestOf({ id: ID, name: 'plain', spans: spans.length, recognitions: 30, film: { file: 'film.mp4', mimeType: 'video/mp4; codecs="avc1.f4000d"', width: 320, height: 240, recorder: 'webcodecs' } }),
      recognitions: catAndDog(),
      human: { spans, snapshots: [] },
    };
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    page.on('pageerror', (error) => errors.push(error.message));
    await withoutSavePicker(page);
    await openSessions(page, serving.url);
    await chooseZips(page, { name: 'odd.zip', bytes: await sessionZip(data.manifest, sessionFiles(data, video)) });
    await card(page, ID).waitFor();
    await imported(page);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function take(format: ExportFormat): Promise<string> {
    const sheet = page.locator('sg-export-sheet');
    await card(page, ID).locator('[data-action=export]').click();
    await sheet.locator(`input[value="${format}"]`).check();
    // The middle frame of each span.
    if (format === 'image-folder') {
      await sheet.getByLabel('Frames').selectOption('one');
      await sheet.getByLabel('Several labels at once').selectOption('each');
    }
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    const name = download.suggestedFilename();
    const path = join(mkdtempSync(join(folder, 'd-')), name);
    await download.saveAs(path);
    await sheet.getByRole('button', { name: 'Close' }).click();
    // Any file system takes it: no separators, nothing invisible, at most 255 bytes, no half an emoji.
    expect(Buffer.byteLength(name)).toBeLessThan(255);
    expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}\u202e\ufffd]|^[. ]/u);
    return path;
  }

  it('of a session are kept as they are, and make safe file names', async () => {
    expect([...NAME].length).toBeLessThanOrEqual(300);
    await card(page, ID).locator('[data-action=rename]').click();
    await page.getByRole('textbox', { name: 'Name' }).fill(NAME);
    await page.locator('sg-rename-sheet').getByRole('button', { name: 'Rename', exact: true }).click();
    await expect.poll(async () => (JSON.parse((await storedFile(page, ID, 'session.json')).toString()) as { name: string }).name).toBe(NAME.slice(0, 300));
    const video = await take('film');
    expect(basename(video)).toMatch(/^_猫_.*\.mp4$/u);
    expect(ffprobe(video).streams[0]).toMatchObject({ codec_name: 'h264' });
    const zip = await take('everything');
    expect(zip).toMatch(/\.sightglass\.zip$/);
    await chooseZips(page, { name: basename(zip), bytes: readFileSync(zip) });
    await expect.poll(() => cards(page).count()).toBe(2);
    await imported(page);
    const names = await cards(page).locator('h3 a').evaluateAll((links) => links.map((link) => link.getAttribute('title')));
    expect(names).toEqual([NAME.slice(0, 300), NAME.slice(0, 300)]);
  });

  it('of labels make a folder each, which the table names', async () => {
    const zip = await take('image-folder');
    const { classes, samples } = readWithPython('image-folder', zip, `${zip}-files`, 'train') as { classes: string[]; samples: unknown[] };
    // `con` and `CON` are one label.
    const count = LABELS.length - 1;
    expect(classes).toHaveLength(count);
    expect(new Set(classes.map((name) => name.normalize('NFKC').toLowerCase())).size).toBe(count);
    expect(classes.every((name) => Buffer.byteLength(name) <= 255)).toBe(true);
    expect(samples.length).toBeGreaterThanOrEqual(LABELS.length);
    const table = readWithPython('csv', join(`${zip}-files`, 'classes.csv')) as { folder: string; label: string }[];
    expect(table.map(({ folder: name }) => name).sort()).toEqual([...classes].sort());
    // On one line each; of those that are called alike each has its own name.
    const named = table.map(({ label }) => label.replace(/^'(?==)/, ''));
    expect(new Set(named).size).toBe(count);
    for (const { name } of LABELS) expect(named.some((label) => label.toLowerCase().startsWith(name.toLowerCase().replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()))).toBe(true);
    // Another unzip tool takes it too.
    execFileSync('python3', ['-m', 'zipfile', '-t', zip]);
    expect(errors).toEqual([]);
  });

  it('fit where they are shown, on a phone too', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await card(page, ID).getByRole('link').click();
    await page.locator('sg-label-timeline').waitFor();
    for (const summary of await page.locator('sg-label-lists summary').all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const tooWide = await page.locator('sg-session-detail').evaluate((element) => {
      const found: string[] = [];
      const look = (root: ShadowRoot): void => {
        for (const each of root.querySelectorAll('*')) {
          const { left, right } = each.getBoundingClientRect();
          if (each.localName === 'sg-label-timeline') continue;
          if (right > innerWidth + 1 || left < -1) found.push(`${each.localName}.${each.className} to ${Math.round(right)}: ${(each.textContent ?? '').trim().slice(0, 40)}`);
          if (each.shadowRoot) look(each.shadowRoot);
        }
      };
      look(element.shadowRoot!);
      return element.scrollWidth <= element.clientWidth ? [] : found;
    });
    expect(tooWide).toEqual([]);
    // Letters that turn the direction do not turn what stands beside them.
    expect(await page.locator('sg-session-detail .page > .head > h2').getAttribute('title')).toBe(NAME.slice(0, 300));
  });
});
