import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { pressMore } from '../../support/controls';
import { NUMBERS, type NumberedFrame } from '../../support/numbered-video';
import { expectExact, expectLeftOut, withVideo, longestGap, newestSession, openRecorder, type RecorderPage } from '../../support/recorder-page';
import { drawn } from '../../support/waits';

let recorder: RecorderPage;
afterEach(() => recorder?.close());

const notice = (page: Page, kind: string): ReturnType<Page['locator']> => page.locator(`sg-recording-notice [data-kind="${kind}"]`);

const step = (from: NumberedFrame, to: NumberedFrame): number => ((to.number ?? 0) - (from.number ?? 0) + NUMBERS) % NUMBERS;

describe('a picture that goes away in mid-recording', () => {
  it('leaves the recording waiting when the camera is lost, and goes on with it', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1.5 });
    await page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => {
      const [track] = (video.srcObject as MediaStream).getVideoTracks();
      track.stop();
      track.dispatchEvent(new Event('ended'));
    });
    const bar = page.locator('sg-recording-bar');
    await bar.getByText('Waiting for the camera').waitFor();
    // What was on its way is counted yet.
    await drawn(page, 20);
    const length = await bar.getByRole('timer').textContent();
    await drawn(page, 100);
    expect(await bar.getByRole('timer').textContent()).toBe(length);
    await page.locator('sg-fault-panel button').first().click();
    await bar.getByText('Waiting for the camera').waitFor({ state: 'detached' });
    await withVideo(page, { seconds: 1.2 });
    await withVideo(page, { seconds: 1, recognitions: 3 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_000_000);
    // The camera begins anew with its film.
    expectLeftOut(frames);
    expect(session.labels.filter(({ timeUs }) => timeUs > 2_500_000).length).toBeGreaterThan(1);
  });

  it('ends the recording, and keeps it, when a person switches the camera off', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    // It asks first: no is as if nothing had been pressed.
    const asked = page.getByRole('dialog', { name: 'Stop the camera and the recording?' });
    await pressMore(page, 'Stop the camera');
    await page.getByRole('button', { name: 'Go on as before' }).click();
    await asked.waitFor({ state: 'hidden' });
    await withVideo(page, { seconds: 0.5 });
    await pressMore(page, 'Stop the camera');
    await page.getByRole('button', { name: 'Stop both' }).click();
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
    await withVideo(page, { seconds: 1.5 });
    await see('hidden');
    await withVideo(page, { seconds: 2.5 });
    await see('visible');
    await withVideo(page, { seconds: 1 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(longestGap(frames)).toBeLessThan(0.7);
    // The video and the camera's own count run at one pace all along.
    for (const [i, frame] of frames.entries()) {
      if (i > 0) expect(Math.abs(step(frames[0], frame) / 30 - frame.timeUs / 1e6)).toBeLessThan(0.5);
    }
    expect(frames.filter(({ timeUs }) => timeUs > 1_800_000 && timeUs < 3_800_000).length).toBeGreaterThan(10);
  });

  it('films on in another view', async () => {
    recorder = await openRecorder();
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    await page.getByRole('link', { name: 'Pictures' }).click();
    await withVideo(page, { seconds: 2 });
    await page.getByRole('link', { name: 'Live' }).click();
    await withVideo(page, { seconds: 1 });
    const frames = expectExact(await recorder.stop());
    expect(longestGap(frames)).toBeLessThan(0.7);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_500_000);
  });
});

