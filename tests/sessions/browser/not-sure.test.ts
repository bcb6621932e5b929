import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withVideo, openRecorder, type RecorderPage } from '../../support/recorder-page';

describe('a session of what the live view is not sure of', () => {
  let recorder: RecorderPage;

  beforeAll(async () => {
    // At a threshold of 1 nothing is sure enough.
    recorder = await openRecorder({}, (page) =>
      page.addInitScript(() => localStorage.setItem('sightglass.settings', JSON.stringify({ precision: 'int8', certainty: 1 }))),
    );
  });
  afterAll(() => recorder?.close());

  it('says so in its label track, in the player and in its lists', async () => {
    const { page } = recorder;
    await page.locator('sg-live-view sg-label-list [data-unsure]').waitFor();
    await recorder.record();
    await withVideo(page, { seconds: 1, recognitions: 5 });
    const { labels, manifest } = await recorder.stop();
    expect(labels.length).toBeGreaterThanOrEqual(5);
    expect(labels.every(({ sure, top }) => sure === false && top.length === 3)).toBe(true);
    await page.evaluate((id) => (location.hash = `sessions/${id}`), manifest.id);
    const detail = page.locator('sg-session-detail');
    await detail.locator('sg-label-lists summary').filter({ hasText: 'Recognised' }).click();
    const rows = detail.locator('sg-label-lists details[open] li button span:first-child');
    await expect.poll(() => rows.allTextContents()).toContain('Not sure');
    expect((await rows.allTextContents()).filter((row) => /%/.test(row))).toEqual([]);
    // To where it begins: the film's first frame may have no answer.
    await rows.first().click();
    await expect.poll(() => detail.locator('.said .predicted').allTextContents()).toEqual(['Not sure']);
  });
});
