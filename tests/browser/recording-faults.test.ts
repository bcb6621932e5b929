import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { openApp } from '../support/browser';
import { NUMBERS, numberedFrames, type NumberedFrame } from '../support/numbered-film';
import { chooseLabels, expectExact, longestGap, newestSession, openRecorder, record, startCamera, type RecorderPage } from '../support/recorder-page';
import { answerWithNumbers } from '../support/seen-numbers';
import { SCRATCH } from '../support/shared';
import { storedSessions } from '../support/stored-sessions';
import { withWorkerPrelude } from '../support/worker-prelude';

let recorder: RecorderPage;
afterEach(() => recorder?.close());

const notice = (page: Page, kind: string): ReturnType<Page['locator']> => page.locator(`sg-recording-notice [data-kind="${kind}"]`);

const step = (from: NumberedFrame, to: NumberedFrame): number => ((to.number ?? 0) - (from.number ?? 0) + NUMBERS) % NUMBERS;

describe('a device that gets full', () => {
  /** Bytes that the browser allows beyond what is used. */
  const allow = async (page: Page, bytes: number): Promise<void> => {
    const cdp = await page.context().newCDPSession(page);
    const { origin } = new URL(page.url());
    const { usage } = await cdp.send('Storage.getUsageAndQuota', { origin });
    await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: Math.max(1, Math.round(usage + bytes)) });
    await cdp.detach();
  };

  it('is told of before it is, and the recording ends whole by itself', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await page.waitForTimeout(3000);
    const bytes = (await page.locator('sg-recording-bar [data-key=size]').textContent()) ?? '';
    expect(bytes).toMatch(/[KM]B/);
    await allow(page, 2_000_000 + 1_000_000);
    await page.locator('sg-recording-bar .warning').filter({ hasText: 'There is little room left' }).waitFor();
    expect(await page.locator('sg-recording-bar [data-key=room]').textContent()).toMatch(/room for \d+ (s|min)/);
    await page.waitForTimeout(1000);
    await allow(page, 1_900_000);
    await notice(page, 'fault').filter({ hasText: 'The device is full' }).waitFor();
    const session = await newestSession(page);
    expect(await notice(page, 'fault').textContent()).toContain(session.manifest.name);
    const frames = expectExact(session);
    expect(session.manifest).toMatchObject({ state: 'complete', ended: 'storage-full' });
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(4_000_000);
    expect(recorder.errors).toEqual([]);
  });

  it('all at once, keeps what was written', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await chooseLabels(page, ['tabby']);
    await page.waitForTimeout(3000);
    await page.keyboard.press('1');
    await page.getByText('Picture kept').waitFor();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 1 });
    await page.waitForTimeout(6000);
    console.log(await page.locator('sg-recording-panel').innerText(), await page.evaluate(() => navigator.storage.estimate()), recorder.errors);
    await notice(page, 'fault').filter({ hasText: 'The device is full' }).waitFor();
    const session = await newestSession(page);
    const frames = expectExact(session);
    expect(session.manifest.ended).toBe('storage-full');
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(2_000_000);
    expect(session.human.length).toBe(1);
    // With room again the next one is recorded.
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin });
    await recorder.record();
    await page.waitForTimeout(1500);
    expectExact(await recorder.stop());
  });
});

describe('a picture that goes away in mid-recording', () => {
  it('leaves the recording waiting when the camera is lost, and goes on with it', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await page.waitForTimeout(2000);
    await page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => {
      const [track] = (video.srcObject as MediaStream).getVideoTracks();
      track.stop();
      track.dispatchEvent(new Event('ended'));
    });
    const bar = page.locator('sg-recording-bar');
    await bar.getByText('Waiting for the camera').waitFor();
    const length = await bar.getByRole('timer').textContent();
    await page.waitForTimeout(2500);
    expect(await bar.getByRole('timer').textContent()).toBe(length);
    await page.locator('sg-fault-panel button').first().click();
    await bar.getByText('Waiting for the camera').waitFor({ state: 'detached' });
    await page.waitForTimeout(2000);
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_000_000);
    expect(frames[frames.length - 1].timeUs).toBeLessThan(6_000_000);
    expect(longestGap(frames)).toBeLessThan(700_000);
    expect(session.labels.filter(({ timeUs }) => timeUs > 2_500_000).length).toBeGreaterThan(1);
  });

  it('ends the recording, and keeps it, when a person switches the camera off', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await page.waitForTimeout(1500);
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await notice(page, 'kept').waitFor();
    expectExact(await newestSession(page));
  });

  it('films on while the page is hidden, and leaves no gap when it is seen again', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    const see = (state: DocumentVisibilityState): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await recorder.record();
    await page.waitForTimeout(1500);
    await see('hidden');
    await page.waitForTimeout(2500);
    await see('visible');
    await page.waitForTimeout(1500);
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(longestGap(frames)).toBeLessThan(700_000);
    // The film and the camera's own count run at one pace all along.
    for (const [i, frame] of frames.entries()) {
      if (i > 0) expect(Math.abs(step(frames[0], frame) / 30 - frame.timeUs / 1e6)).toBeLessThan(0.5);
    }
    expect(frames.filter(({ timeUs }) => timeUs > 1_800_000 && timeUs < 3_800_000).length).toBeGreaterThan(10);
  });

  it('films on in another view', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await page.waitForTimeout(1000);
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.waitForTimeout(2000);
    await page.getByRole('link', { name: 'Live' }).click();
    await page.waitForTimeout(1000);
    const frames = expectExact(await recorder.stop());
    expect(longestGap(frames)).toBeLessThan(700_000);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_500_000);
  });
});

describe('a browser that lacks something', () => {
  it('records WebM with VP8 where it has no H.264', async () => {
    recorder = await openRecorder({}, (page) =>
      withWorkerPrelude(page, `{ const real = VideoEncoder.isConfigSupported;
        VideoEncoder.isConfigSupported = (config) => config.codec.startsWith('avc1') ? Promise.resolve({ supported: false, config }) : real.call(VideoEncoder, config); }`, 'recorder'));
    const { page } = recorder;
    await recorder.record();
    await page.waitForTimeout(2000);
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Pause the recording' }).click();
    await page.waitForTimeout(1500);
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Go on recording' }).click();
    await page.waitForTimeout(1500);
    const session = await recorder.stop();
    expect(session.manifest.film).toMatchObject({ file: 'film.webm', mimeType: 'video/webm; codecs="vp8"' });
    expect(longestGap(expectExact(session))).toBeLessThan(700_000);
  });

  it('records with MediaRecorder where it has no WebCodecs', async () => {
    recorder = await openRecorder({}, (page) =>
      page.addInitScript(() => {
        for (const name of ['VideoEncoder', 'VideoFrame', 'MediaStreamTrackProcessor']) Reflect.deleteProperty(globalThis, name);
      }));
    const { page } = recorder;
    await recorder.record();
    await chooseLabels(page, ['tabby']);
    await page.waitForTimeout(3000);
    await page.keyboard.press('1');
    await page.getByText('Picture kept').waitFor();
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Pause the recording' }).click();
    await page.waitForTimeout(1500);
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Go on recording' }).click();
    await page.waitForTimeout(2000);
    const session = await recorder.stop();
    console.log(session.manifest);
    const frames = numberedFrames(session.film);
    console.log(frames.slice(0, 12), frames.length, frames.at(-1));
    for (const { timeUs, top } of session.labels) {
      const nearest = frames.reduce((best, f) => (Math.abs(f.timeUs - timeUs) < Math.abs(best.timeUs - timeUs) ? f : best));
      console.log(timeUs, nearest.timeUs - timeUs, nearest.number, top[0].index);
    }
    expect(session.manifest.film.recorder).toBe('media-recorder');
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
    await page.waitForTimeout(2000);
    await page.keyboard.press('1');
    await page.getByText('Picture kept').waitFor();
    const download = page.waitForEvent('download');
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Stop recording' }).click();
    const zip = join(SCRATCH, 'handed-over.zip');
    await (await download).saveAs(zip);
    await notice(page, 'downloaded').waitFor();
    // Python's zipfile, which we did not write, reads it.
    const script = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
for n in z.namelist():
    if n.endswith(('film.mp4', 'labels.jsonl', 'human.jsonl', 'session.json')): open(sys.argv[2] + '/handed-' + n.split('/')[-1], 'wb').write(z.read(n))
print('\\n'.join(z.namelist()))`;
    const names = execFileSync('python3', ['-c', script, zip, SCRATCH], { encoding: 'utf8' }).trim().split('\n');
    expect(names.map((name) => name.split('/').slice(1).join('/')).sort()).toEqual(
      ['film.mp4', 'human.jsonl', 'labels.jsonl', 'session.json', expect.stringMatching(/^snapshots\/\d+\.jpg$/)]);
    const read = (name: string): Buffer => readFileSync(join(SCRATCH, `handed-${name}`));
    const rows = <T>(name: string): T[] => read(name).toString().trim().split('\n').map((line) => JSON.parse(line) as T);
    const manifest = JSON.parse(read('session.json').toString()) as Parameters<typeof expectExact>[0]['manifest'];
    expectExact({ manifest, film: read('film.mp4'), labels: rows('labels.jsonl'), human: rows('human.jsonl'), snapshots: new Map() });
  });

  it('says so where it can record nothing, and recognises on', async () => {
    recorder = await openRecorder({}, (page) =>
      page.addInitScript(() => {
        for (const name of ['VideoEncoder', 'MediaRecorder']) Reflect.deleteProperty(globalThis, name);
      }));
    const { page } = recorder;
    await page.locator('sg-control-bar').getByRole('button', { name: 'Record', exact: true }).click();
    await notice(page, 'fault').filter({ hasText: 'This browser cannot record' }).waitFor();
    expect(await page.locator('sg-recording-bar').count()).toBe(0);
    expect(await page.locator('sg-label-list li').count()).toBeGreaterThan(0);
    await notice(page, 'fault').getByRole('button', { name: 'Close' }).click();
    await notice(page, 'fault').waitFor({ state: 'detached' });
  });

  it('keeps what was written when the recorder itself breaks', async () => {
    recorder = await openRecorder({}, (page) => withWorkerPrelude(page, `setTimeout(() => { throw new Error('made by a test'); }, 6000)`, 'recorder'));
    const { page } = recorder;
    await recorder.record();
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
    await second.locator('sg-recording-panel').waitFor({ state: 'attached', timeout: 20_000 });
    await second.waitForTimeout(1000);
    expect(await second.locator('sg-recording-notice').count()).toBe(0);
    await record(second);
    await second.waitForTimeout(2500);
    await second.locator('sg-recording-bar').getByRole('button', { name: 'Stop recording' }).click();
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
