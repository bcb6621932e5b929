import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { openApp, openBrowser, withoutTrial, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { colourClassifier } from '../../support/classifiers';
import { plainVideo } from '../../support/plain-video';
import { SCRATCH } from '../../support/shared';
import { slowRenderers } from '../../support/slow-renderers';
import { framesPresented } from '../../support/waits';
import { randomResNet, writeSafetensors } from '../../support/weights';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the tests of own models before the camera need a model in dist/models (npm run model, npm run build). ***\n');

describe.skipIf(!hasModel)('own models before the camera', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const colours = join(SCRATCH, 'colours-live.onnx');
  const headless = join(SCRATCH, 'headless-live.safetensors');

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    writeFileSync(colours, colourClassifier({ metadata: { names: JSON.stringify(['rot', 'grün', 'blau']) } }));
    writeFileSync(headless, writeSafetensors(Object.fromEntries(Object.entries(randomResNet(5)).filter(([name]) => !name.startsWith('fc.')))));
    const video = join(SCRATCH, 'red.mjpeg');
    const red = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#d02818' } }).png().toBuffer();
    await makeCameraVideo(video, [{ image: red, seconds: 2 }]);
    serving = await serveBuilt();
    browsing = await openBrowser({ video });
    page = browsing.page;
    await withoutTrial(page);
    await openApp(page, serving.url);
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const sheet = () => page.locator('sg-model-sheet');
  const models = () => page.locator('header button[aria-haspopup]').click();

  it('are tried on the camera before they are kept, and say where it shows nothing', async () => {
    await models();
    await page.locator('sg-model-picker input[type=file]').setInputFiles(colours);
    const onCamera = sheet().getByRole('button', { name: 'Try it on the camera' });
    await onCamera.click({ timeout: 60_000 });
    await sheet().locator('.fault').filter({ hasText: 'The camera shows nothing now' }).waitFor();
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await page.locator('sg-model-picker').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 60_000 });
    await models();
    await page.locator('sg-model-picker input[type=file]').setInputFiles(colours);
    await onCamera.click({ timeout: 60_000 });
    const answer = sheet().locator('.answer li');
    await answer.first().waitFor({ timeout: 30_000 });
    expect((await answer.first().locator('.name').textContent())?.trim()).toBe('rot');
    expect(await sheet().locator('.fault').count()).toBe(0);
    // What ran goes on meanwhile.
    expect(await page.locator('sg-label-list li .name').first().textContent()).not.toContain('rot');
  });

  it('name what it shows by their own names, live', async () => {
    await sheet().locator('button[name=keep]').click();
    await page.locator('sg-model-picker li.runs', { hasText: 'colours-live' }).waitFor({ timeout: 60_000 });
    await page.locator('sg-model-picker').getByRole('button', { name: 'Close' }).click();
    await page.locator('sg-label-list li:first-child .name').filter({ hasText: 'rot' }).waitFor({ timeout: 60_000 });
  });

  it('say that nothing was taught yet where their weights have no classifier, and can be taught', async () => {
    await models();
    await page.locator('sg-model-picker input[type=file]').setInputFiles(headless);
    await sheet().locator('.found').filter({ hasText: 'It has no classes of its own' }).waitFor({ timeout: 60_000 });
    expect(await sheet().locator('.names').count()).toBe(0);
    await sheet().locator('button[name=keep]').click();
    const card = page.locator('sg-model-picker li.runs', { hasText: 'headless-live' });
    await card.waitFor({ timeout: 60_000 });
    expect(await card.locator('.about').textContent()).toContain('can be taught');
    await page.locator('sg-model-picker').getByRole('button', { name: 'Close' }).click();
    await page.locator('sg-label-list [data-doubt=untaught]').filter({ hasText: 'show it things under Teach' }).waitFor({ timeout: 60_000 });
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Teach', exact: true }).click();
    await page.locator('sg-teach-view').waitFor();
    expect(await page.locator('sg-teach-view [data-key=unteachable]').count()).toBe(0);
  });
});

/** What of the app tells of the model that runs. */
interface AppInPage {
  readonly recogniser: { readonly state: string; readonly loaded: { readonly manifest: { readonly id: string } } | undefined };
}

describe.skipIf(!hasModel)('a model that is taken in while the camera is live, on a phone that has 12 % of the time', () => {
  it('is kept or refused in words, and the model that ran goes on', async () => {
    mkdirSync(SCRATCH, { recursive: true });
    const colours = join(SCRATCH, 'colours-slow.onnx');
    writeFileSync(colours, colourClassifier({ metadata: { names: JSON.stringify(['rot', 'grün', 'blau']) } }));
    const profile = mkdtempSync(join(tmpdir(), 'sightglass-slow-'));
    const serving = await serveBuilt();
    const browsing = await openBrowser({ video: await plainVideo(), profile });
    const { page } = browsing;
    let runOn = (): Promise<void> => Promise.resolve();
    try {
      await withoutTrial(page);
      await openApp(page, serving.url);
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await page.getByRole('button', { name: 'Show figures' }).click();
      await page.locator('sg-label-list li').first().waitFor({ timeout: 60_000 });
      const running = (): Promise<string> => page.evaluate(() => {
        const { state, loaded } = (document.querySelector('sg-app') as unknown as AppInPage).recogniser;
        return `${state} ${loaded?.manifest.id}`;
      });
      const before = await running();
      expect(before).toMatch(/^ready /);
      runOn = slowRenderers(profile, 0.12);
      await page.locator('header button[aria-haspopup]').click();
      await page.locator('sg-model-picker input[type=file]').setInputFiles(colours);
      const [kept, refused] = [page.locator('sg-model-sheet button[name=keep]'), page.locator('sg-model-picker p.fault[role=alert]')];
      await kept.or(refused).first().waitFor({ timeout: 120_000 });
      expect(await running()).toBe(before);
      expect(await page.locator('sg-fault-panel').count()).toBe(0);
      const shown = await framesPresented(page);
      await expect.poll(() => framesPresented(page), { timeout: 30_000 }).toBeGreaterThan(shown);
      await runOn();
      runOn = () => Promise.resolve();
      if (await kept.isVisible()) await page.locator('sg-model-sheet').getByRole('button', { name: 'Leave it' }).click();
      await page.locator('sg-model-picker').getByRole('button', { name: 'Close' }).click();
      await page.locator('sg-label-list li').first().waitFor({ timeout: 30_000 });
      expect(await running()).toBe(before);
    } finally {
      await runOn();
      await browsing.close();
      await serving.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
