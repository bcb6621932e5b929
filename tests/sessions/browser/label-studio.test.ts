import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, importInto } from '../../../tools/label-studio';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { labelStudioPython, startLabelStudio, type RunningLabelStudio } from '../../support/label-studio';
import { closeSheets } from '../../support/layout';
import { CAT, DOG } from '../../support/session-fixture';
import { card, openWithSessions, sampleSession, SPANS, storedLabels } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';

const command = labelStudioPython();

interface Result {
  id: string;
  type: string;
  value: Record<string, unknown>;
}
interface Task {
  id: number;
  data: Record<string, string>;
  annotations: { id: number; result: Result[] }[];
  predictions: { model_version: string }[];
}

describe.skipIf(command === undefined)('a real Label Studio', () => {
  let studio: RunningLabelStudio;
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'label-studio-page-'));
    [studio, serving] = await Promise.all([startLabelStudio(command ?? ''), serveBuilt()]);
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await openWithSessions(page, serving.url, [await sampleSession('mp4', { id: 'zoo', title: 'Zoo film', aimed: true })]);
  }, 500_000);
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    await studio?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** Exports, and has the tool make a project of it. */
  async function project(format: string): Promise<{ readonly id: number; readonly tasks: Task[] }> {
    const sheet = page.locator('sg-export-sheet');
    await card(page, 'zoo').locator('[data-action=export]').click();
    await sheet.locator(`input[value="${format}"]`).check();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    const zip = join(folder, `${format}.zip`);
    await download.saveAs(zip);
    await sheet.getByRole('button', { name: 'Close' }).click();
    const { id, tasks } = await importInto(studio, zip);
    const all = (await ask(studio, `/api/projects/${id}/export?exportType=JSON&download_all_tasks=true`)) as Task[];
    expect(all).toHaveLength(tasks);
    return { id, tasks: all };
  }

  /** Gives the page what Label Studio exports of a project. @returns what the page says of it */
  async function back(id: number): Promise<string> {
    const file = join(folder, `back-${id}.json`);
    writeFileSync(file, JSON.stringify(await ask(studio, `/api/projects/${id}/export?exportType=JSON&download_all_tasks=true`)));
    await page.locator('sg-sessions-view input[type=file]').setInputFiles(file);
    const notice = page.locator('sg-annotation-notice');
    const says = (await notice.getByRole('status').innerText()).trim();
    await notice.getByRole('button', { name: 'Go on' }).click();
    return says;
  }

  const served = (path: string): Promise<Response> => fetch(new URL(path, studio.url), { headers: { Authorization: `Token ${studio.token}` } });

  it('takes the film\'s task and gives the film; spans that were changed there come back', { timeout: 120_000 }, async () => {
    const { id, tasks: [task, ...more] } = await project('label-studio');
    expect(more).toEqual([]);
    const film = await served(task.data['video']);
    expect([film.status, film.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    const [annotation] = task.annotations;
    const spans = annotation.result.filter(({ type }) => type === 'timelinelabels');
    expect(spans.map(({ value }) => value['timelinelabels'])).toEqual(SPANS.map(({ label }) => [label.name]));
    // Nobody changed it: nothing changes here.
    expect(await back(id)).toBe('Zoo film: the labels are as they were');
    expect((await storedLabels(page, 'zoo')).spans).toEqual(SPANS);
    const changed = annotation.result.filter(({ id: one }) => one !== SPANS[1].id).map((one) => (one.id === SPANS[0].id ? { ...one, value: { ...one.value, ranges: [{ start: 26, end: 50 }] } } : one));
    await ask(studio, `/api/annotations/${annotation.id}/`, { result: changed }, 'PATCH');
    expect(await back(id)).toContain('0 added, 1 changed, 1 taken out');
    expect((await storedLabels(page, 'zoo')).spans.map(({ id: one, label, author }) => [one, label.name, author])).toEqual([['first', CAT.name, 'annotator 1']]);
  });

  it('takes the pictures\' tasks and gives the pictures; labels of a kept picture and of a frame come back', { timeout: 120_000 }, async () => {
    const { id, tasks } = await project('label-studio-images');
    expect(tasks.length).toBeGreaterThan(1);
    for (const { data } of tasks) {
      const picture = await served(data['image']);
      expect([picture.status, picture.headers.get('content-type')], data['image']).toEqual([200, 'image/jpeg']);
    }
    const kept = tasks.find(({ data }) => data['snapshot'] !== null);
    if (!kept) throw new Error('The kept picture has no task.');
    const [annotation] = kept.annotations;
    const call = (of: Task['annotations'][number], name: string) => ask(studio, `/api/annotations/${of.id}/`, { result: of.result.map((one) => ({ ...one, value: { ...one.value, rectanglelabels: [name] } })) }, 'PATCH');
    await call(annotation, CAT.name);
    const frame = tasks.find(({ data }) => data['snapshot'] === null);
    if (!frame) throw new Error('No frame has a task.');
    await call(frame.annotations[0], DOG.name);
    expect(await back(id)).toContain('2 changed');
    const { snapshots, spans } = await storedLabels(page, 'zoo');
    expect(snapshots.map(({ label, author }) => [label?.name, author])).toEqual([[CAT.name, 'annotator 1']]);
    expect(spans.filter(({ label }) => label.name === DOG.name)).toMatchObject([{ author: 'annotator 1' }]);
    expect(errors).toEqual([]);
  });
});
