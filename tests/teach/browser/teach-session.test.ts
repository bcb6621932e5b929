import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { modelIndex } from '../../../src/server/model-index';
import { openApp, openBrowser, PHONE, withoutFeatures, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { CAT } from '../../support/session-fixture';
import { card, chooseZips, imported, sampleSession, SPANS } from '../../support/session-page';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: teaching from a session needs a model in dist/models (npm run model, npm run build). ***\n');

describe.skipIf(!hasModel)('teaching with spans of a recorded session', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    const sample = await sampleSession();
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: PHONE } });
    page = browsing.page;
    await openApp(page, serving.url);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await chooseZips(page, { name: 'a.zip', bytes: sample.zip });
    await card(page, 'test-session').waitFor();
    await imported(page);
    await page.getByRole('link', { name: 'Teach' }).click();
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const taughtClass = (name: string): Locator => page.locator(`sg-thing-card[data-thing="${name}"]`);
  const sheet = (): Locator => page.locator('sg-session-sheet');

  /** Mean colour of an example's image, once it is there. */
  const colourOf = (image: Locator): Promise<number[]> =>
    image.evaluate(async (element) => {
      const shown = element.shadowRoot!.querySelector<HTMLImageElement | HTMLCanvasElement>('img, canvas')!;
      if (shown instanceof HTMLImageElement) await shown.decode();
      const context = new OffscreenCanvas(1, 1).getContext('2d')!;
      context.drawImage(shown, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    });

  it('takes frames of a span as examples of a thing', async () => {
    const input = page.getByLabel('Name of a new thing');
    await input.fill('Red');
    await input.press('Enter');
    await taughtClass('Red').waitFor();
    await taughtClass('Red').getByRole('button', { name: /session/i }).click();
    await sheet().getByRole('button', { name: /Zoo/ }).click();
    // A person's two spans, and the network's two runs.
    await expect.poll(() => sheet().getByRole('checkbox').count(), { timeout: 30_000 }).toBe(4);
    await sheet().getByRole('checkbox').first().check();
    await sheet().getByRole('button', { name: /^Add frames of 1 span/ }).click();
    await expect.poll(() => taughtClass('Red').locator('sg-thumbnail').count(), { timeout: 60_000 }).toBeGreaterThan(2);
    const [r, g, b] = await colourOf(taughtClass('Red').locator('sg-thumbnail').first());
    expect(r).toBeGreaterThan(200);
    expect(Math.max(g, b)).toBeLessThan(60);
  });

  it('makes things of the spans\' own names, and learns them', async () => {
    await taughtClass('Red').getByRole('button', { name: /session/i }).click();
    await sheet().getByRole('button', { name: /Zoo/ }).click();
    await sheet().getByRole('checkbox').nth(3).waitFor();
    for (let i = 0; i < 2; i++) await sheet().getByRole('checkbox').nth(i).check();
    await sheet().getByRole('radio').nth(1).check();
    await sheet().getByRole('button', { name: /^Add frames of 2 spans/ }).click();
    for (const name of [CAT.name, SPANS[1].label.name]) await expect.poll(() => taughtClass(name).locator('sg-thumbnail').count(), { timeout: 60_000 }).toBeGreaterThan(2);
    const [r, , b] = await colourOf(taughtClass(SPANS[1].label.name).locator('sg-thumbnail').first());
    expect(b).toBeGreaterThan(200);
    expect(r).toBeLessThan(60);
    await page.locator('sg-training-report h2').waitFor({ timeout: 60_000 });
  });

  it('takes nothing with a model that cannot be taught, and says what can be', async () => {
    await withoutFeatures(page);
    await page.reload();
    const notice = page.locator('sg-teach-view [data-key=unteachable]');
    await notice.getByText('EfficientNet-Lite0 cannot be taught').waitFor({ timeout: 60_000 });
    await notice.getByText('Add a ResNet-18 .safetensors or .onnx file under Models').waitFor();
    await taughtClass('Red').waitFor();
    expect(await taughtClass('Red').getByRole('button', { name: /session/i }).isDisabled()).toBe(true);
    expect(await taughtClass('Red').locator('input[type=file]').isDisabled()).toBe(true);
    expect(await page.locator('sg-things-tools [data-action=export]').isDisabled()).toBe(true);
    expect(await page.locator('sg-things-tools input[type=file]').isDisabled()).toBe(true);
    // What was taught before stays.
    await expect.poll(() => taughtClass('Red').locator('sg-thumbnail').count()).toBeGreaterThan(2);
    // A drop does not pass the buttons.
    const before = await taughtClass('Red').locator('sg-thumbnail').count();
    await page.locator('sg-teach-view .panel').evaluate((panel) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'a.png', { type: 'image/png' }));
      panel.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, composed: true, cancelable: true }));
    });
    await page.locator('sg-teach-view [role=alert][data-code=no-model]').waitFor();
    expect(await taughtClass('Red').locator('sg-thumbnail').count()).toBe(before);
  });
});
