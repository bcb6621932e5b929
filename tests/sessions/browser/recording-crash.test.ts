import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import { killBrowser } from '../../support/kill-browser';
import { NUMBERS } from '../../support/numbered-video';
import { chooseLabels, keepLabelled, expectExact, keeps, withVideo, lastSeen, openRecorder, type RecorderPage } from '../../support/recorder-page';
import { storedSessions } from '../../support/stored-sessions';
import { drawn } from '../../support/waits';

/** What a crash may cost, seconds. */
const LOST = 2;

describe('a browser that is killed in mid-recording', () => {
  const profile = mkdtempSync(join(tmpdir(), 'sightglass-crash-'));
  let recorder: RecorderPage | undefined;
  /** Another port is another origin, which has other files. */
  let port = 0;
  /** Number of the frame that the network saw last before the end. */
  let seenLast = 0;
  let recordedMs = 0;

  beforeAll(async () => {
    recorder = await openRecorder({ profile });
    port = Number(new URL(recorder.url).port);
    const { page } = recorder;
    await recorder.record();
    const began = Date.now();
    await chooseLabels(page, ['my red mug']);
    await withVideo(page, { seconds: 1 });
    await keeps(page, () => keepLabelled(page, '1'));
    await withVideo(page, { seconds: 0.5 });
    await page.keyboard.down('1');
    await withVideo(page, { seconds: 4, recognitions: 8 });
    seenLast = await lastSeen(page);
    recordedMs = Date.now() - began;
    await killBrowser(profile);
    await recorder.close();
    recorder = undefined;
  });
  afterAll(async () => {
    await recorder?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('has its session made whole at the next start, and loses two seconds at most', async () => {
    recorder = await openRecorder({ profile }, undefined, port);
    const { page } = recorder;
    const notice = page.locator('sg-recording-notice [data-kind="recovered"]');
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(/broken off was saved/);
    const sessions = await storedSessions(page);
    expect(sessions.length).toBe(1);
    const [session] = sessions;
    const frames = expectExact(session);
    expect(session.manifest.state).toBe('recovered');
    const last = frames[frames.length - 1];
    // The film may also be some frames ahead of what the network had seen; numbers begin anew at the end of the camera's film.
    expect(((seenLast - (last.number ?? 0) + 1.5 * NUMBERS) % NUMBERS - NUMBERS / 2) / 30).toBeLessThan(LOST);
    expect(last.timeUs / 1e6).toBeGreaterThan(recordedMs / 1000 - LOST - 0.5);
    expect(session.labels.length).toBeGreaterThan(5);
    expect((session.labels.at(-1)?.timeUs ?? 0) / 1e6).toBeGreaterThan(last.timeUs / 1e6 - 1);
  });

  it('kept the span that was held and the picture with its label', async () => {
    const [session] = await storedSessions(recorder!.page);
    const { spans, snapshots } = foldEdits(session.human);
    expect(snapshots.map(({ label }) => label?.name)).toEqual(['my red mug']);
    expect(session.snapshots.get(snapshots[0].file)?.length).toBeGreaterThan(1000);
    // Of the picture's tap and of what was held.
    expect(spans.length).toBe(2);
    expect(spans[1].endUs).toBeLessThanOrEqual(session.manifest.durationUs);
    expect((spans[1].endUs - spans[1].startUs) / 1e6).toBeGreaterThan(4 - LOST);
  });

  it('records on, beside it', async () => {
    await recorder!.record();
    await withVideo(recorder!.page, { seconds: 1 });
    expectExact(await recorder!.stop());
    expect((await storedSessions(recorder!.page)).map(({ manifest }) => manifest.state)).toEqual(['recovered', 'complete']);
  });

  it('is not told of again at a further start', async () => {
    const { page } = recorder!;
    await page.reload();
    await page.locator('sg-recording-panel').waitFor({ state: 'attached' });
    await drawn(page, 60);
    expect(await page.locator('sg-recording-notice').count()).toBe(0);
    expect(recorder!.errors).toEqual([]);
  });
});
