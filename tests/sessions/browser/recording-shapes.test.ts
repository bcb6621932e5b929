import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import sharp from 'sharp';
import { openMore } from '../../support/controls';
import { makeNumberedVideo, numberedFrames, numberInImage, NUMBERS } from '../../support/numbered-video';
import { withNumberedStreams } from '../../support/numbered-stream';
import { chooseLabels, keepLabelled, expectExact, keeps, withVideo, longestGap, newestSession, openRecorder, type RecorderPage } from '../../support/recorder-page';
import { SCRATCH } from '../../support/shared';
import { drawn } from '../../support/waits';

let recorder: RecorderPage;
afterEach(() => recorder?.close());

const notice = (page: Page, kind: string): ReturnType<Page['locator']> => page.locator(`sg-recording-notice [data-kind="${kind}"]`);

describe('a recording whose picture changes', () => {
  it('goes on when the phone is turned: the picture whole in the middle, each label at its frame, pictures in full size', async () => {
    recorder = await openRecorder({}, withNumberedStreams);
    const { page } = recorder;
    await recorder.record();
    await chooseLabels(page, ['tabby']);
    await withVideo(page, { frames: 25 });
    await keeps(page, () => keepLabelled(page, '1'));
    await page.evaluate(() => Object.assign(numberedStreams, { width: 480, height: 640 }));
    await withVideo(page, { frames: 30, recognitions: 6 });
    await keeps(page, () => keepLabelled(page, '1'));
    const session = await recorder.stop();
    expect(session.manifest).toMatchObject({ state: 'complete', film: { width: 640, height: 480 } });
    const wide = numberedFrames(session.video);
    // 480 x 640 in 640 x 480: 360 wide, with black at both sides.
    const narrow = numberedFrames(session.video, '360:480:140:0');
    const turned = wide.findIndex(({ number }) => number === undefined);
    expect(turned).toBeGreaterThan(20);
    expect(wide.slice(turned).every(({ number }) => number === undefined)).toBe(true);
    const frames = [...wide.slice(0, turned), ...narrow.slice(turned)];
    expect(frames.length).toBeGreaterThan(turned + 20);
    expect(frames.filter(({ number }) => number === undefined)).toEqual([]);
    expect(longestGap(frames)).toBeLessThan(0.7);
    const byTime = new Map(frames.map(({ timeUs, number }) => [timeUs, number]));
    expect(session.labels.map(({ timeUs }) => byTime.get(timeUs))).toEqual(session.labels.map(({ top }) => top[0].index));
    expect(session.labels.filter(({ timeUs }) => timeUs > frames[turned].timeUs).length).toBeGreaterThan(2);
    // The network looks at the middle of the camera's frame, which is a smaller square of the film's picture where the frame is fitted in.
    expect(session.manifest.models.map(({ middle }) => middle)).toEqual([0.875]);
    const before = session.labels.filter(({ timeUs }) => timeUs < frames[turned].timeUs);
    expect(before.map(({ square }) => square)).toEqual(before.map(() => undefined));
    for (const { square } of session.labels.filter(({ timeUs }) => timeUs > frames[turned].timeUs)) {
      expect(square).toEqual({ x: 0.5, y: expect.closeTo(0.5, 2) as number, side: 0.6563 });
    }
    const { snapshots } = foldEdits(session.human);
    const images = snapshots.map(({ file }) => session.snapshots.get(file)!);
    const sizes = await Promise.all(images.map(async (image) => sharp(image).metadata().then(({ width, height }) => [width, height])));
    expect(sizes).toEqual([[640, 480], [480, 640]]);
    for (const [i, { timeUs }] of snapshots.entries()) expect(await numberInImage(images[i])).toBe(byTime.get(timeUs));
  });

  it('goes on from the camera to a shared screen, and waits when that ends', async () => {
    recorder = await openRecorder({}, withNumberedStreams);
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 1.2 });
    await openMore(page);
    await page.getByRole('button', { name: 'Share a screen, a window or a tab', exact: true }).click();
    await page.locator('sg-source-sheet dialog[open]').waitFor({ state: 'detached' });
    await openMore(page);
    await page.locator('sg-more-actions').getByRole('button', { name: 'Stop sharing the screen' }).waitFor();
    await page.keyboard.press('Escape');
    await withVideo(page, { seconds: 1 });
    await withVideo(page, { seconds: 0.6, recognitions: 3 });
    await page.locator('sg-camera-stage video').evaluate((video: HTMLVideoElement) => (video.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event('ended')));
    // The person ended it: so does the recording, and is kept.
    await notice(page, 'kept').waitFor();
    const session = await newestSession(page);
    const frames = expectExact(session);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(2_500_000);
    expect(session.labels.filter(({ timeUs }) => timeUs > 2_000_000).length).toBeGreaterThan(1);
    expect(recorder.errors).toEqual([]);
  });

  it('takes a film file that is played, sought and paused', async () => {
    const video = join(SCRATCH, 'numbered.mjpeg');
    await makeNumberedVideo(video, NUMBERS);
    const file = join(SCRATCH, 'numbered.webm');
    if (!existsSync(file)) execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'mjpeg', '-framerate', '30', '-i', video, '-t', '20', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '30', '-b:v', '1M', file]);
    recorder = await openRecorder();
    const { page } = recorder;
    await openMore(page);
    await page.locator('sg-source-sheet input[type=file]').setInputFiles({ name: 'numbered.webm', mimeType: 'video/webm', buffer: readFileSync(file) });
    const slider = page.getByRole('slider', { name: 'Position, numbered.webm' });
    await slider.waitFor();
    await recorder.record();
    await withVideo(page, { seconds: 1.5 });
    await slider.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.locator('sg-camera-stage video').evaluate(async (video: HTMLVideoElement) => {
      while (video.seeking) await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    });
    await drawn(page, 20);
    await page.keyboard.press('Home');
    await withVideo(page, { seconds: 1.5 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(3_000_000);
    // The way to the film's end, twenty seconds, is no time.
    expect(frames[frames.length - 1].timeUs).toBeLessThan(15_000_000);
    expect(recorder.errors).toEqual([]);
  });
});
