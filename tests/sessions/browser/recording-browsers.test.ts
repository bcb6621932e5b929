import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { serveBuilt } from '../../../tools/serve';
import { openApp, openBrowser } from '../../support/browser';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import { pressRecord } from '../../support/controls';
import { numberInImage } from '../../support/numbered-video';
import { breakRecorder, cameraShows, chooseLabels, keepLabelled, expectExact, expectLeftOut, keeps, withVideo, newestSession, openRecorder, record, startCamera, type RecorderPage } from '../../support/recorder-page';
import { answerWithNumbers } from '../../support/seen-numbers';
import { SCRATCH } from '../../support/shared';
import { card, cards, chooseZips, imported, openSessions, storedFiles } from '../../support/session-page';
import { storedSessions } from '../../support/stored-sessions';
import { drawn } from '../../support/waits';
import { withWorkerPrelude } from '../../support/worker-prelude';

let recorder: RecorderPage;
afterEach(() => recorder?.close());

const notice = (page: Page, kind: string): ReturnType<Page['locator']> => page.locator(`sg-recording-notice [data-kind="${kind}"]`);

/** Pauses until the camera has shown that much more. */
async function pauseFor(page: Page, seconds: number): Promise<void> {
  await page.locator('sg-control-bar').getByRole('button', { name: 'Pause the recording' }).click();
  await cameraShows(page, seconds);
  await page.locator('sg-control-bar').getByRole('button', { name: 'Go on recording' }).click();
}

describe('a browser that lacks something', () => {
  it('records WebM with VP8 where it has no H.264', async () => {
    recorder = await openRecorder({}, (page) =>
      withWorkerPrelude(page, `{ const real = VideoEncoder.isConfigSupported;
        VideoEncoder.isConfigSupported = (config) => config.codec.startsWith('avc1') ? Promise.resolve({ supported: false, config }) : real.call(VideoEncoder, config); }`, 'recorder'));
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1.5 });
    await pauseFor(page, 2);
    await withVideo(page, { seconds: 1 });
    const session = await recorder.stop();
    expect(session.manifest.film).toMatchObject({ file: 'film.webm', mimeType: 'video/webm; codecs="vp8"' });
    expectLeftOut(expectExact(session));
  });

  /** A browser without WebCodecs. */
  const withoutWebCodecs = (page: Page, without = '', lateMs = 0): Promise<unknown> =>
    page.addInitScript(([container, late]) => {
      for (const name of ['VideoEncoder', 'VideoFrame', 'MediaStreamTrackProcessor']) Reflect.deleteProperty(globalThis, name);
      const real = MediaRecorder.isTypeSupported.bind(MediaRecorder);
      MediaRecorder.isTypeSupported = (type) => (container === '' || !type.includes(container)) && real(type);
      // A machine that stands still between the first image and its being taken: the video's zero is late.
      let still = late;
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the track that it is called on
      CanvasCaptureMediaStreamTrack.prototype.requestFrame = new Proxy(CanvasCaptureMediaStreamTrack.prototype.requestFrame, {
        apply(request, track, given) {
          Reflect.apply(request, track, given);
          for (const until = performance.now() + still; performance.now() < until; );
          still = 0;
        },
      });
    }, [without, lateMs] as const);

  it.each([
    ['mp4', '', 0],
    ['webm', ' and no MP4', 0],
    ['mp4', '', 90],
    ['webm', ' and no MP4', 250],
  ])('records %s with MediaRecorder where it has no WebCodecs%s, exact to the frame, with the first one %i ms late', async (container, without, lateMs) => {
    recorder = await openRecorder({}, (page) => withoutWebCodecs(page, without === '' ? '' : 'mp4', lateMs));
    const { page } = recorder;
    await recorder.record();
    await chooseLabels(page, ['tabby']);
    await withVideo(page, { seconds: 1.5, recognitions: 3 });
    await keeps(page, () => keepLabelled(page, '1'));
    await pauseFor(page, 2);
    await withVideo(page, { seconds: 1.5, recognitions: 4 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    // How many frames it leaves out behind the pause is a matter of how busy the machine is.
    expectLeftOut(frames, Infinity);
    expect(session.labels.length).toBeGreaterThan(5);
    expect(session.manifest.film).toMatchObject({ file: `film.${container}`, recorder: 'media-recorder' });
    const [snapshot] = foldEdits(session.human).snapshots;
    const kept = (await numberInImage(session.snapshots.get(snapshot.file)!)) ?? -1;
    const shown = frames.find(({ timeUs }) => timeUs === snapshot.timeUs)?.number ?? -1;
    // MediaRecorder leaves frames out where the machine is busy: then the image stands at the nearest one.
    if (frames.some(({ number }) => number === kept)) expect(shown).toBe(kept);
    else expect(Math.abs(shown - kept)).toBeLessThanOrEqual(4 + Math.min(...frames.map(({ number = NaN }) => Math.abs(number - kept))));
    // What the frames were matched by is not part of the session.
    expect(await storedFiles(page, `sessions`)).not.toContain(`${session.manifest.id}/drawn.jsonl`);
  });

  it('has what MediaRecorder wrote made whole when the recorder breaks, exact to the frame', async () => {
    recorder = await openRecorder({}, (page) => withoutWebCodecs(page));
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 4, recognitions: 6 });
    await breakRecorder(page);
    await notice(page, 'fault').filter({ hasText: 'The recording stopped' }).waitFor();
    const session = await newestSession(page);
    expect(session.manifest).toMatchObject({ state: 'recovered', film: { recorder: 'media-recorder' } });
    expect(expectExact(session).at(-1)?.timeUs).toBeGreaterThan(2_000_000);
    expect(session.labels.length).toBeGreaterThan(3);
    expect(await storedFiles(page, 'sessions')).not.toContain(`${session.manifest.id}/drawn.jsonl`);
  });

  it('labels the very frames, too, where the recogniser can only be given plain pixels', async () => {
    recorder = await openRecorder({}, (page) => withWorkerPrelude(page, 'delete self.OffscreenCanvas; VideoFrame.prototype.copyTo = () => Promise.reject(new TypeError("no RGBA here"))'));
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1.6, recognitions: 3 });
    await pauseFor(page, 2);
    await withVideo(page, { seconds: 1.8, recognitions: 4 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(session.labels.length).toBeGreaterThan(5);
    expect(session.manifest.film.recorder).toBe('webcodecs');
    expectLeftOut(frames);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_000_000);
  });

  it('hands the recording over where it has no private file system', async () => {
    recorder = await openRecorder({ context: { acceptDownloads: true } }, async (page) => {
      await withWorkerPrelude(page, 'delete StorageManager.prototype.getDirectory', 'recorder');
      await withWorkerPrelude(page, 'delete StorageManager.prototype.getDirectory', 'session-store');
      await page.addInitScript(() => Reflect.deleteProperty(StorageManager.prototype, 'getDirectory'));
    });
    const { page } = recorder;
    await recorder.record();
    await page.locator('sg-recording-bar .warning').filter({ hasText: 'This browser cannot keep recordings' }).waitFor();
    await chooseLabels(page, ['tabby']);
    await withVideo(page, { seconds: 1 });
    await keeps(page, () => keepLabelled(page, '1'));
    const download = page.waitForEvent('download');
    await page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
    const zip = join(SCRATCH, 'handed-over.zip');
    await (await download).saveAs(zip);
    await notice(page, 'downloaded').waitFor();
    // Python's zipfile, which we did not write, reads it.
    const script = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
for n in z.namelist():
    if n.endswith(('film.mp4', 'labels.jsonl', 'human.jsonl', 'sightglass.json')): open(sys.argv[2] + '/handed-' + n.split('/')[-1], 'wb').write(z.read(n))
print('\\n'.join(z.namelist()))`;
    const names = execFileSync('python3', ['-c', script, zip, SCRATCH], { encoding: 'utf8' }).trim().split('\n');
    expect(names.sort()).toEqual(
      ['session/film.mp4', 'session/human.jsonl', 'session/labels.jsonl', expect.stringMatching(/^session\/snapshots\/\d+\.jpg$/), 'sightglass.json']);
    const read = (name: string): Buffer => readFileSync(join(SCRATCH, `handed-${name}`));
    const rows = <T>(name: string): T[] => read(name).toString().trim().split('\n').map((line) => JSON.parse(line) as T);
    const head = JSON.parse(read('sightglass.json').toString()) as { session: Parameters<typeof expectExact>[0]['manifest'] };
    expectExact({ manifest: head.session, video: read('film.mp4'), labels: rows('labels.jsonl'), human: rows('human.jsonl'), snapshots: new Map() });
    // A browser that keeps sessions takes it.
    const serving = await serveBuilt();
    const other = await openBrowser();
    try {
      await openSessions(other.page, serving.url);
      await chooseZips(other.page, { name: 'handed-over.zip', bytes: readFileSync(zip) });
      await imported(other.page);
      await card(other.page, head.session.id).waitFor();
      expect(await cards(other.page).count()).toBe(1);
      expectExact(await newestSession(other.page));
    } finally {
      await other.close();
      await serving.close();
    }
  });

  it('says so where it can record nothing, and recognises on', async () => {
    recorder = await openRecorder({}, (page) =>
      page.addInitScript(() => {
        for (const name of ['VideoEncoder', 'MediaRecorder']) Reflect.deleteProperty(globalThis, name);
      }));
    const { page } = recorder;
    await pressRecord(page);
    await notice(page, 'fault').filter({ hasText: 'This browser cannot record' }).waitFor();
    expect(await page.locator('sg-recording-bar').count()).toBe(0);
    expect(await page.locator('sg-label-list li').count()).toBeGreaterThan(0);
    await notice(page, 'fault').getByRole('button', { name: 'Close' }).click();
    await notice(page, 'fault').waitFor({ state: 'detached' });
  });

  it('keeps what was written when the recorder itself breaks', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 4 });
    await breakRecorder(page);
    await notice(page, 'fault').filter({ hasText: 'The recording stopped' }).waitFor();
    const session = await newestSession(page);
    expect(session.manifest.state).toBe('recovered');
    expect(await notice(page, 'fault').textContent()).toContain(session.manifest.name);
    expect(expectExact(session).at(-1)?.timeUs).toBeGreaterThan(2_000_000);
  });
});

describe('two tabs', () => {
  it('record at the same time, and leave each other\'s session alone', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    const second = await page.context().newPage();
    await answerWithNumbers(second);
    await openApp(second, recorder.url);
    await startCamera(second);
    // It has looked for sessions that were broken off by then.
    await second.locator('sg-recording-panel').waitFor({ state: 'attached' });
    await drawn(second, 60);
    expect(await second.locator('sg-recording-notice').count()).toBe(0);
    await record(second);
    await withVideo(second, { seconds: 2 });
    await second.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
    await notice(second, 'kept').waitFor();
    await page.bringToFront();
    await recorder.stop();
    const sessions = await storedSessions(page);
    expect(sessions.length).toBe(2);
    for (const session of sessions) {
      expect(session.manifest.state).toBe('complete');
      expectExact(session);
    }
  });
});
