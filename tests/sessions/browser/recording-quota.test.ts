import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import { pressRecord } from '../../support/controls';
import { makeNoisyNumberedVideo } from '../../support/numbered-video';
import { chooseLabels, keepLabelled, expectExact, keeps, withVideo, newestSession, openRecorder, type RecorderPage } from '../../support/recorder-page';
import { SCRATCH } from '../../support/shared';
import { storedSessions } from '../../support/stored-sessions';

// Each in a Chromium of its own: a context that is shared is a private window, whose storage is memory and has another quota.
let recorder: RecorderPage;
afterEach(() => recorder?.close());

const notice = (page: Page, kind: string): ReturnType<Page['locator']> => page.locator(`sg-recording-notice [data-kind="${kind}"]`);

describe('a device that gets full', () => {
  /** Bytes that the browser allows beyond what is used, as long as the session lasts; undefined for as many as there are. */
  const allow = async (cdp: CDPSession, page: Page, bytes: number | undefined): Promise<void> => {
    const { origin } = new URL(page.url());
    const { usage } = await cdp.send('Storage.getUsageAndQuota', { origin });
    await cdp.send('Storage.overrideQuotaForOrigin', { origin, ...(bytes !== undefined && { quotaSize: Math.max(1, Math.round(usage + bytes)) }) });
  };
  const video = join(SCRATCH, 'numbered-noise.mjpeg');

  it('is told of before it is, and the recording ends whole by itself', async () => {
    await makeNoisyNumberedVideo(video, 256);
    recorder = await openRecorder({ video, own: true });
    const { page } = recorder;
    const cdp = await page.context().newCDPSession(page);
    await allow(cdp, page, 7_500_000);
    await recorder.record();
    await page.locator('sg-recording-bar .warning').filter({ hasText: 'There is little room left' }).waitFor();
    expect(await page.locator('sg-recording-bar [data-key=room]').textContent()).toMatch(/room for \d+ s/);
    await notice(page, 'fault').filter({ hasText: 'The device is full' }).waitFor({ timeout: 90_000 });
    const session = await newestSession(page);
    expect(await notice(page, 'fault').textContent()).toContain(session.manifest.name);
    const frames = expectExact(session);
    expect(session.manifest).toMatchObject({ state: 'complete', ended: 'storage-full' });
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(4_000_000);
    expect(recorder.errors).toEqual([]);
  });

  it('all at once, keeps what was written, and the next recording is refused until there is room', async () => {
    recorder = await openRecorder({ video, own: true });
    const { page } = recorder;
    const cdp = await page.context().newCDPSession(page);
    await recorder.record();
    await chooseLabels(page, ['tabby']);
    await withVideo(page, { seconds: 3 });
    await keeps(page, () => keepLabelled(page, '1'));
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 1 });
    // The video has room held back for a while; an image has none.
    await withVideo(page, { seconds: 1.8 });
    await keepLabelled(page, '1');
    await notice(page, 'fault').filter({ hasText: 'The device is full' }).waitFor();
    const session = await newestSession(page);
    const frames = expectExact(session);
    expect(session.manifest.ended).toBe('storage-full');
    expect(frames[frames.length - 1].timeUs).toBeGreaterThan(4_500_000);
    expect(session.manifest.state).toBe('complete');
    expect(foldEdits(session.human).snapshots.length).toBe(1);
    await pressRecord(page);
    await notice(page, 'fault').filter({ hasText: 'What was recorded before is kept' }).waitFor();
    expect((await storedSessions(page)).length).toBe(1);
    await allow(cdp, page, undefined);
    await recorder.record();
    await withVideo(page, { seconds: 1 });
    expectExact(await recorder.stop());
    expect(recorder.errors).toEqual([]);
  });
});

