import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt } from '../../../tools/serve';
import { openApp, openBrowser, withoutTrial } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { freezeRenderers } from '../../support/slow-renderers';
import { framesPresented } from '../../support/waits';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the test of a page that stands still needs a model in dist/models (npm run model, npm run build). ***\n');

/** Longer than any limit of a recognition: what the test is of is time that passes. */
const FROZEN_MS = 35_000;

describe.skipIf(!hasModel)('a page that stood still with its worker', () => {
  it('goes on by itself, with the same worker, and calls nothing stalled', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'sightglass-frozen-'));
    const serving = await serveBuilt();
    const browsing = await openBrowser({ video: await plainVideo(), profile });
    const { page } = browsing;
    let runOn = (): void => undefined;
    try {
      await withoutTrial(page);
      await openApp(page, serving.url);
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await page.getByRole('button', { name: 'Show figures' }).click();
      await page.locator('sg-label-list li').first().waitFor({ timeout: 60_000 });
      await expect.poll(() => framesPresented(page)).toBeGreaterThan(10);
      let started = 0;
      page.on('worker', (worker) => (started += Number(worker.url().includes('recogniser.worker'))));
      const before = await framesPresented(page);
      runOn = freezeRenderers(profile);
      await pass(FROZEN_MS);
      runOn();
      runOn = () => undefined;
      await expect.poll(() => framesPresented(page), { timeout: 30_000 }).toBeGreaterThan(before + 10);
      await page.locator('sg-label-list:not([old]) li').first().waitFor();
      expect(await page.locator('sg-fault-panel').count()).toBe(0);
      expect(started).toBe(0);
    } finally {
      runOn();
      await browsing.close();
      await serving.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
