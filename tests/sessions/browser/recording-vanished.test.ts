import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Download, Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { makeNoisyNumberedVideo, numberedFrames } from '../../support/numbered-video';
import { expectExact, keeps, newestSession, openRecorder, withVideo, type RecorderPage } from '../../support/recorder-page';
import { chooseZips, imported, openSessions, storedFiles } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';
import { smallDisk, type SmallDisk } from '../../support/small-disk';
import { storedSessions, type StoredSession } from '../../support/stored-sessions';
import { withWorkerPrelude } from '../../support/worker-prelude';

let recorder: RecorderPage;
let disk: SmallDisk | undefined;
afterEach(async () => {
  await recorder?.close();
  disk?.close();
  disk = undefined;
});

const notice = (page: Page, kind: string): Locator => page.locator(`sg-recording-notice [data-kind="${kind}"]`);
const stop = (page: Page): Promise<void> => page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();

/** As the browser does on a full disk, or a person in its settings. */
async function clearSite(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Storage.clearDataForOrigin', { origin: new URL(page.url()).origin, storageTypes: 'all' });
}

const bytesOf = async (download: Promise<Download>): Promise<Buffer> => readFileSync(await (await download).path());

/** Takes back what was handed over, with the app's own import. */
async function importAgain({ page, url }: RecorderPage, bytes: Buffer): Promise<StoredSession> {
  await openSessions(page, url);
  await chooseZips(page, { name: 'handed.zip', bytes });
  await imported(page);
  await page.locator('sg-session-list li').first().waitFor();
  return newestSession(page);
}

describe('files that vanish under a recording', () => {
  it('are missed within seconds: it ends, says so, and hands over all that was recorded', async () => {
    recorder = await openRecorder({ own: true });
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    await keeps(page, () => page.locator('sg-control-bar').getByRole('button', { name: 'Keep a picture' }).click());
    await withVideo(page, { seconds: 2, recognitions: 4 });
    const download = page.waitForEvent('download');
    await clearSite(page);
    await notice(page, 'fault').filter({ hasText: 'The files of the recording are gone' }).filter({ hasText: 'was handed to you' }).waitFor();
    const session = await importAgain(recorder, await bytesOf(download));
    const frames = expectExact(session);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_000_000);
    expect(session.labels.length).toBeGreaterThan(4);
    expect(session.snapshots.size).toBe(1);
  });

  it('are missed by Stop as well, which ends within seconds; the next recording is kept', async () => {
    recorder = await openRecorder({ own: true });
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 2 });
    const download = page.waitForEvent('download');
    await clearSite(page);
    await stop(page);
    await notice(page, 'fault').filter({ hasText: 'are gone' }).waitFor();
    expect((await download).suggestedFilename()).toMatch(/\.sightglass\.zip$|\.zip$/);
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    expectExact(await recorder.stop());
  });
});

describe('a disk of 300 MB that gets full', () => {
  const video = join(SCRATCH, 'numbered-noise.mjpeg');

  /** Opens the recorder on such a disk; undefined where this machine mounts none. */
  async function onSmallDisk(kept: boolean): Promise<SmallDisk | undefined> {
    disk = smallDisk(300);
    if (!disk) {
      console.warn('\n*** SKIPPED: a recording on a small disk, as nothing can be mounted here. ***\n');
      return undefined;
    }
    await makeNoisyNumberedVideo(video, 256);
    recorder = await openRecorder({ video, profile: join(disk.path, 'profile') }, async (page) => {
      const cdp = await page.context().newCDPSession(page);
      if (kept) await cdp.send('Browser.grantPermissions', { permissions: ['durableStorage', 'videoCapture'] });
    });
    return disk;
  }

  it('is told of by what could really be written, and the recording ends whole, where the browser promised to keep it', async ({ skip }) => {
    const small = await onSmallDisk(true);
    if (!small) return skip();
    const { page } = recorder;
    small.leave(9_000_000);
    await recorder.record();
    await page.locator('sg-recording-bar .warning').filter({ hasText: 'There is little room left' }).waitFor({ timeout: 60_000 });
    expect(await page.locator('sg-recording-bar [data-key=room]').textContent()).toMatch(/room for \d+ s/);
    expect(await page.locator('sg-recording-bar .keeping').count()).toBe(0);
    await notice(page, 'fault').waitFor({ timeout: 90_000 });
    expect(await notice(page, 'fault').textContent()).toContain('The device is full');
    const session = await newestSession(page);
    expectExact(session);
    expect(session.manifest).toMatchObject({ state: 'complete', ended: 'storage-full' });
    expect(recorder.errors).toEqual([]);
  });

  it('costs nothing where the browser deletes the site for room, as Chromium does then', async ({ skip }) => {
    const small = await onSmallDisk(false);
    if (!small) return skip();
    const { page } = recorder;
    small.leave(9_000_000);
    const download = page.waitForEvent('download', { timeout: 120_000 }).catch(() => undefined);
    await recorder.record();
    await page.locator('sg-recording-bar .keeping').filter({ hasText: 'The browser may delete recordings' }).waitFor();
    await notice(page, 'fault').waitFor({ timeout: 120_000 });
    // Which comes first is the browser's affair; what was recorded is there either way.
    const words = await notice(page, 'fault').textContent();
    if (words?.includes('The device is full')) {
      expectExact(await newestSession(page));
      return;
    }
    expect(words).toContain('was handed to you');
    const handed = readFileSync(await (await download)!.path());
    await recorder.close();
    small.close();
    disk = undefined;
    recorder = await openRecorder({ own: true });
    expectExact(await importAgain(recorder, handed));
  });
});

describe('a browser that does not promise to keep recordings', () => {
  const bar = (page: Page): Locator => page.locator('sg-recording-bar .keeping');

  it('says so, and the film goes into a file of the person\'s choice as well, whole while it is still recorded', async () => {
    // A file of the private file system stands for the one on the disk.
    const picker = `globalThis.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle('chosen-' + suggestedName.replace(/.*\\./, 'film.'), { create: true });`;
    recorder = await openRecorder({ own: true }, (page) => page.addInitScript(picker));
    const { page } = recorder;
    await recorder.record();
    await bar(page).filter({ hasText: 'The browser may delete recordings' }).waitFor();
    await withVideo(page, { seconds: 1 });
    await bar(page).getByRole('button', { name: 'Write it into a file too' }).click();
    await bar(page).filter({ hasText: 'The film goes into chosen-film.' }).waitFor();
    const chosen = async (): Promise<Buffer> => {
      const found = await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        for (const name of ['chosen-film.mp4', 'chosen-film.webm']) {
          const bytes = await root.getFileHandle(name).then(async (handle) => [...new Uint8Array(await (await handle.getFile()).arrayBuffer())], () => undefined);
          if (bytes) return bytes;
        }
        return [];
      });
      return Buffer.from(found);
    };
    const first = (await chosen()).length;
    await expect.poll(async () => (await chosen()).length).toBeGreaterThan(first);
    await expect.poll(async () => numberedFrames(await chosen()).length).toBeGreaterThan(20);
    const session = await recorder.stop();
    expectExact(session);
    expect((await chosen()).equals(session.video)).toBe(true);
    expect(await notice(page, 'kept').textContent()).toContain('The film is in chosen-film.');
    expect(recorder.errors).toEqual([]);
  });

  it('offers to save at the end where no file can be chosen', async () => {
    recorder = await openRecorder({ own: true }, (page) => page.addInitScript(`delete globalThis.showSaveFilePicker`));
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    await bar(page).getByRole('button', { name: 'Save it at the end' }).click();
    expect(await bar(page).getByRole('button').getAttribute('aria-pressed')).toBe('true');
    const download = page.waitForEvent('download');
    expectExact(await recorder.stop());
    expect(await notice(page, 'kept').textContent()).toContain('among your downloads as well');
    expectExact(await importAgain(recorder, await bytesOf(download)));
    expect((await storedSessions(page)).length).toBe(2);
  });
});

describe('a browser whose private file system refuses each call', () => {
  it('records in memory, says so, and hands the files over', async () => {
    recorder = await openRecorder({ own: true }, (page) =>
      withWorkerPrelude(page, `navigator.storage.getDirectory = () => Promise.reject(new DOMException('Security error', 'SecurityError'));`, 'recorder'),
    );
    const { page } = recorder;
    await recorder.record();
    await page.locator('sg-recording-bar .warning').filter({ hasText: 'you get the files when you stop' }).waitFor();
    await withVideo(page, { seconds: 1 });
    const download = page.waitForEvent('download');
    await stop(page);
    await notice(page, 'downloaded').waitFor();
    expect((await bytesOf(download)).length).toBeGreaterThan(10_000);
    expect(await storedFiles(page, 'sessions')).toEqual([]);
  });
});
