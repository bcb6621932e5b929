import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useModels } from '../../support/browser';
import { heldObjects, type HeldObjects } from '../../support/held-objects';
import { openRecorder, withVideo, type RecorderPage } from '../../support/recorder-page';

const ROUNDS = 4;

/** What is held after some rounds that was not held before them; workers and ports are counted, not weighed. */
async function gained(recorder: RecorderPage, round: () => Promise<unknown>): Promise<{ before: HeldObjects; after: HeldObjects }> {
  // Code that is fetched once, and what is kept of the round before.
  for (let i = 0; i < 2; i++) await round();
  const before = await heldObjects(recorder.page);
  for (let i = 0; i < ROUNDS; i++) await round();
  return { before, after: await heldObjects(recorder.page) };
}

describe('what the page holds', () => {
  let recorder: RecorderPage;

  beforeAll(async () => void (recorder = await openRecorder({ own: true })));
  afterAll(() => recorder.close());

  async function record(): Promise<void> {
    await recorder.record();
    await withVideo(recorder.page, { recognitions: 1 });
    await recorder.stop();
    await recorder.page.locator('sg-recording-notice').getByRole('button', { name: 'Close' }).click();
  }

  it.each<[string, () => Promise<unknown>]>([
    ['a recording that has ended', record],
    ['a model that was changed for another', () => useModels(recorder.page, ['efficientnet-lite0', 'resnet18'])],
  ])('is nothing of %s', async (_, round) => {
    const { before, after } = await gained(recorder, round);
    expect(after.workers, 'workers').toBe(before.workers);
    expect(after.ports, 'ports').toBe(before.ports);
    // One listener a round would be seen.
    expect(after.listeners - before.listeners, 'listeners').toBeLessThan(ROUNDS);
    // How many texts the labels have differs by some; an element that stays has dozens of nodes.
    expect(after.nodes - before.nodes, 'nodes').toBeLessThan(10 * ROUNDS);
  });
});
