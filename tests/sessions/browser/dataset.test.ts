import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIDES } from '../../../src/sessions/shared/dataset/dataset';
import type { DatasetFormat } from '../../../src/sessions/shared/session-export';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, PHONE, watchErrors, type Browsing } from '../../support/browser';
import { DatasetReaders, READ_FORMATS } from '../../support/dataset-readers';
import { haveExportReaders, readWithPython } from '../../support/export-readers';
import { CAT, DOG } from '../../support/session-fixture';
import { card, openWithSessions, sampleSession, SPANS, storedFiles } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';
import { readZip } from '../../support/read-zip';

/** In the order in which they stand in the list that they were chosen in. */
const SESSIONS = ['Zoo three', 'Zoo two', 'Zoo one'];
const OWN = SPANS[1].label.name;
const readers = new DatasetReaders();

describe('a training set of three sessions', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'dataset-'));
    const sessions = await Promise.all(['one', 'two', 'three'].map((id, i) => sampleSession('mp4', { id, title: `Zoo ${id}`, aimed: true, device: 'Back camera', createdAt: Date.UTC(2026, 0, 2 + i) })));
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
    // At once: a row that goes meanwhile would be waited for.
    const rows = await sheet().locator('sg-dataset-counts tbody tr').evaluateAll((all) => all.map((row): [string, string[]] => [row.querySelector('input')!.value, [...row.querySelectorAll('td')].map(({ textContent }) => textContent)]));
    return Object.fromEntries(rows);
  };

  it('is made of sessions that are chosen, and says what it would hold', async () => {
    await bar().getByRole('button', { name: 'Choose sessions' }).click();
    await expect.poll(() => page.evaluate(() => {
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
    // They have their numbers once they are counted.
    await expect.poll(async () => (await kept()).at(0)?.[1]).toHaveLength(3);
    const [[, before]] = await kept();
    await sheet().getByLabel('Time without a label').selectOption({ index: 1 });
    // `background` comes before the others by its name.
    await expect.poll(kept).toEqual([[true, [...(before as unknown[]), [3, 'background']]]]);
    await sheet().getByLabel('Time without a label').selectOption({ index: 0 });
    await expect.poll(async () => (await kept())[0][0]).toBe(false);
    expect((await kept())[0][1]).toEqual([...(before as unknown[]), [3, 'background']]);
    await expect.poll(counts).toEqual({ [DOG.name]: ['1', '1', '1'], [CAT.name]: ['2', '2', '2'], [OWN]: ['2', '2', '2'] });
  });

  it('shows how it is split, and counts anew where that is changed; a share that cannot be is brought where it can', async () => {
    const split = () => page.evaluate(() => (JSON.parse(localStorage.getItem('sightglass.datasets') ?? '[]') as { split: { val: number; test: number; seed: number } }[])[0].split);
    const set = async (name: string, value: string): Promise<void> => {
      await sheet().getByLabel(name).fill(value);
      await sheet().getByLabel(name).press('Tab');
    };
    const busy = await sheet().locator('sg-dataset-counts[aria-busy=false]').evaluateHandle((element) => {
      const seen = ['false'];
      new MutationObserver(() => {
        const now = element.getAttribute('aria-busy') ?? '';
        if (now !== seen.at(-1)) seen.push(now);
      }).observe(element, { attributeFilter: ['aria-busy'] });
      return seen;
    });
    await set('For val, per cent', '0');
    await expect.poll(counts).toEqual({ [DOG.name]: ['2', '1'], [CAT.name]: ['4', '2'], [OWN]: ['4', '2'] });
    // Until then it said so.
    await expect.poll(() => busy.jsonValue()).toEqual(['false', 'true', 'false']);
    await set('For val, per cent', '99');
    expect(await sheet().getByLabel('For val, per cent').inputValue()).toBe('75');
    await set('For val, per cent', '15');
    await set('Seed of the split', '7');
    await expect.poll(split).toMatchObject({ val: 0.15, test: 0.15, seed: 7 });
    await expect.poll(counts).toEqual({ [DOG.name]: ['1', '1', '1'], [CAT.name]: ['2', '2', '2'], [OWN]: ['2', '2', '2'] });
  });

  it('makes two labels one by their name, keeps its numbers, and is there again', async () => {
    const rename = sheet().getByRole('textbox', { name: `Rename ${OWN}` });
    await rename.fill('x'.repeat(130));
    await rename.press('Tab');
    await sheet().getByText('A label has 120 characters at most; this one has 130.').waitFor();
    expect(await rename.inputValue()).toHaveLength(130);
    await rename.fill(DOG.name);
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

  /** Exports the set that is open. @returns the file's path */
  async function take(format: DatasetFormat): Promise<string> {
    await sheet().locator(`input[value="${format}"]`).check();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 150_000 }), sheet().getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(mkdtempSync(join(folder, 'd-')), download.suggestedFilename());
    await download.saveAs(path);
    // Until it says so it may still be at it, and take no other choice.
    await sheet().locator('.done').waitFor();
    return path;
  }

  it('is exported as one set, with its card', async () => {
    const path = await take('coco');
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
    const readme = files.get('README.md')?.toString('utf8') ?? '';
    expect(readme).toContain('license: cc-by-4.0');
    expect(readme).toContain(`| golden retriever | 3 | 3 | 3 |`);
    expect(readme).toContain('by session: all of a film is on one side. 70 % train, 15 % val, 15 % test were asked for. Seed 7.');
    expect(readme).toContain('| Back camera |');
  });

  it('has one table of all its sessions, under its labels', async () => {
    const files = await readZip(readFileSync(await take('csv')));
    expect([...files.keys()]).toEqual(['predicted.csv', 'human.csv', 'README.md']);
    const [head, ...rows] = (files.get('human.csv')?.toString('utf8') ?? '').trim().split('\r\n').map((line) => line.split(','));
    const cell = (row: string[], name: string): string => row[head.findIndex((one) => one.replace('\ufeff', '') === name)];
    // Two spans and a kept picture of each: what was made one by its name is one.
    expect(rows.map((row) => cell(row, 'label'))).toEqual([0, 1, 2].flatMap(() => [CAT.name, DOG.name, DOG.name]));
    expect(rows.map((row) => cell(row, 'session'))).toEqual(SESSIONS.flatMap((name) => Array.from({ length: 3 }, () => name)));
    expect(new Set(rows.map((row) => `${cell(row, 'session')} ${cell(row, 'split')}`)).size).toBe(3);
    expect(new Set(rows.map((row) => cell(row, 'split')))).toEqual(new Set(['train', 'val', 'test']));
    expect((files.get('predicted.csv')?.toString('utf8') ?? '').trim().split('\r\n')).toHaveLength(1 + 3 * 60);
  });

  it('has a task of CVAT for each film, and one list of tasks for Label Studio, under its labels', async () => {
    const cvat = await readZip(readFileSync(await take('cvat-video')));
    const films = [...cvat.keys()].filter((name) => /\/film\.(mp4|webm)$/.test(name));
    expect(films.map((name) => name.split('/')[0])).toEqual(SESSIONS);
    for (const name of films) {
      const xml = cvat.get(`${name.split('/')[0]}/annotations.xml`)?.toString('utf8') ?? '';
      expect([...xml.matchAll(/<track id="\d" label="([^"]+)"/g)].map(([, label]) => label)).toEqual([CAT.name, DOG.name]);
    }
    const path = await take('label-studio');
    const studio = await readZip(readFileSync(path));
    const tasks = JSON.parse(studio.get('All of the zoo/tasks.json')?.toString('utf8') ?? '') as { data: { video: string; name: string }; annotations: { result: { type: string; value: { timelinelabels: string[] } }[] }[] }[];
    expect(tasks.map(({ data }) => data.name)).toEqual(SESSIONS);
    for (const { data, annotations } of tasks) {
      expect([...studio.keys()]).toContain(decodeURIComponent(data.video.replace('/data/local-files/?d=', '')));
      expect(annotations[0].result.filter(({ type }) => type === 'timelinelabels').map(({ value }) => value.timelinelabels)).toEqual([[CAT.name], [DOG.name]]);
    }
    // Nothing of the films that were made for it stays on the device.
    expect((await storedFiles(page, 'exports')).filter((name) => !name.endsWith('.zip'))).toEqual([]);
    if (!haveExportReaders()) return;
    const into = `${path}-files`;
    execFileSync('python3', ['-m', 'zipfile', '-e', path, into]);
    const read = readWithPython('label-studio', join(into, 'All of the zoo/tasks.json'), join(into, 'All of the zoo/config.xml')) as { annotations: boolean[]; predictions: string[][] };
    expect([read.annotations, read.predictions]).toEqual([[true, true, true], [[], [], []]]);
  });

  describe('read by the programs that it is for', () => {
    async function unpacked(format: DatasetFormat): Promise<string> {
      const into = mkdtempSync(join(folder, 'x-'));
      execFileSync('python3', ['-m', 'zipfile', '-e', await take(format), into]);
      return into;
    }

    for (const format of READ_FORMATS) {
      it.skipIf(!readers.has(format))(format, async () => {
        for (const [program, sides] of readers.read(format, await unpacked(format))) {
          // Each side has a session: two red pictures of a cat, three blue ones of what was made one.
          for (const side of SIDES) {
            const rows = sides[side]?.map(([label, red]) => [label, red > 128 ? 'red' : 'blue'].join(' '));
            expect(rows?.sort(), `${program}, ${side}`).toEqual([...Array.from({ length: 3 }, () => `${DOG.name} blue`), ...Array.from({ length: 2 }, () => `${CAT.name} red`)]);
          }
        }
      });
    }

    it.skipIf(!readers.has('cvat-images'))('films of CVAT', async () => {
      const films = await unpacked('cvat-video');
      // Twenty frames a second: from 0.4 to 2.4 s the one, from 3.2 to 5.2 s the other.
      for (const name of SESSIONS) expect(readers.filmFrames(join(films, name))).toEqual({ [CAT.name]: 40, [DOG.name]: 40 });
    });
  });

  it('has the features of every frame of its films in one table', async () => {
    await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
    const bytes = readFileSync(await take('features'));
    const rows = (await parquetReadObjects({ file: new Uint8Array(bytes).buffer })) as { session: string; frame: bigint; time_s: number; label: string | null; class_id: bigint | null; split: string | null; features: number[] }[];
    expect([...new Set(rows.map(({ session }) => session))]).toEqual(SESSIONS);
    expect(rows.filter(({ session }) => session === 'Zoo two').map(({ frame }) => Number(frame))).toEqual(Array.from({ length: rows.length / 3 }, (_, i) => i));
    for (const { time_s, label, class_id, split } of rows) {
      const span = SPANS.find(({ startUs, endUs }) => startUs <= time_s * 1e6 && time_s * 1e6 < endUs);
      expect(label ?? null).toBe(span ? (span.label.name === OWN ? DOG.name : span.label.name) : null);
      expect(typeof class_id).toBe(span ? 'bigint' : 'object');
      if (!span) expect(split ?? null).toBeNull();
    }
    // Two frames of each span are pictures of the set.
    expect(rows.filter(({ split }) => split)).toHaveLength(12);
  });

  it('shows its pictures by label, near-copies as one, and fixes wrong ones by a tap, with undo', async () => {
    const grid = sheet().locator('sg-dataset-grid');
    const red = grid.getByRole('list', { name: CAT.name }).getByRole('button');
    const undo = grid.getByRole('button', { name: 'Undo' });
    await sheet().locator('input[value=coco]').check();
    const ALL = { [DOG.name]: ['3', '3', '3'], [CAT.name]: ['2', '2', '2'] };
    await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
    await grid.getByRole('button', { name: 'Look through the pictures' }).click();
    // Two frames of each of three sessions, all of one red.
    await expect.poll(() => red.allInnerTexts(), { timeout: 60_000 }).toEqual(['+5']);
    await expect.poll(() => red.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(224);
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

  it('keeps what was fixed for the export of a single session', async () => {
    const open = async (id: string): Promise<void> => {
      await card(page, id).locator('[data-action=export]').click();
      await sheet().locator('input[value=coco]').check();
    };
    await sheet().getByRole('button', { name: 'Close' }).click();
    await open('one');
    await sheet().getByRole('button', { name: 'Look through the pictures' }).click();
    await sheet().locator('sg-dataset-grid').getByRole('list', { name: CAT.name }).getByRole('button').click({ timeout: 60_000 });
    await sheet().getByText('Picked out as wrong: 2.').waitFor();
    await sheet().getByRole('button', { name: 'Close' }).click();
    await open('two');
    await expect.poll(() => sheet().getByText('Picked out as wrong').count()).toBe(0);
    await sheet().getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await open('one');
    await sheet().getByText('Picked out as wrong: 2.').waitFor();
    await sheet().getByRole('button', { name: 'Close' }).click();
    await bar().getByRole('button', { name: 'All of the zoo (3)' }).click();
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
