import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { foldResNet18 } from '../../../src/engine/resnet18/fold';
import { resnet18Onnx } from '../../../src/engine/resnet18/graph';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { SCRATCH } from '../../support/shared';
import { randomResNet18, writeSafetensors } from '../../support/weights';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the model tests need a model in dist/models (npm run model, npm run build). ***\n');

describe.skipIf(!hasModel)('model picker', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const state = randomResNet18(3);
  const safetensors = join(SCRATCH, 'dropped.safetensors');
  const onnx = join(SCRATCH, 'dropped-onnx.onnx');

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    writeFileSync(safetensors, writeSafetensors(state));
    writeFileSync(onnx, encodeModel(resnet18Onnx(foldResNet18(new Map(Object.entries(randomResNet18(4)))))));
    serving = await serveBuilt();
    browsing = await openBrowser();
    page = browsing.page;
    await openApp(page, serving.url);
  });
  beforeEach(() => page.locator('header button[aria-haspopup]').click());
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const choose = (path: string): Promise<void> => page.locator('sg-model-picker input[type=file]').setInputFiles(path);
  const keep = (): Promise<void> => page.locator('sg-model-sheet button[name=keep]').click({ timeout: 60_000 });
  const row = (name: string) => page.locator('sg-model-picker li').filter({ has: page.locator('h3', { hasText: name }) });
  const refused = (text: string): Promise<void> =>
    page.locator('sg-model-picker .fault').filter({ hasText: text }).waitFor({ timeout: 60_000 });

  it('shows the running model with licence, size and accuracy', async () => {
    const [manifest] = modelIndex(join(DIST, 'models'));
    const running = page.locator('sg-model-picker li.runs');
    const text = await running.locator('.about').textContent();
    await expect.poll(() => page.locator('sg-model-picker li[data-model]').count()).toBe(modelIndex(join(DIST, 'models')).length);
    expect(text).toContain(manifest.name);
    expect(text).toContain(manifest.licence);
    expect(text).toMatch(/\d+\.\d MB/);
    expect(text).toMatch(/Names [\d.]+ % of \d+ labelled pictures right \(95 % interval: [\d.]+ to [\d.]+ %\)|top-1 \d+%|Accuracy: not measured|the same first label as fp32 on \d+ of 100 pictures/);
    expect(text).toContain('Speed on this device: not measured yet');
    expect(text).toMatch(/MB, (on this device|fetched when it is used) · can be taught/);
    expect(await running.locator('strong').textContent()).toBe('Runs now');
  });

  it('takes a .safetensors file, converts, checks and runs it', async () => {
    await choose(safetensors);
    await keep();
    await row('dropped').locator('strong', { hasText: 'Runs now' }).waitFor({ timeout: 90_000 });
  });

  it('takes an .onnx file dropped onto the page', async () => {
    const bytes = readFileSync(onnx).toString('base64');
    await page.evaluate((data) => {
      const binary = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([binary], 'dropped-onnx.onnx'));
      const app = document.querySelector('sg-app');
      app?.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      app?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, bytes);
    await keep();
    await row('dropped-onnx').locator('strong', { hasText: 'Runs now' }).waitFor({ timeout: 90_000 });
  });

  it.each([
    ['cut.safetensors', () => readFileSync(safetensors).subarray(0, 1_000_000), 'cut off'],
    ['text.safetensors', () => Buffer.from('this is a text and no model'), 'does not begin'],
    ['cut.onnx', () => readFileSync(onnx).subarray(0, 1_000_000), 'ONNX'],
    ['other.txt', () => Buffer.from('hello'), 'neither'],
    [
      'small.safetensors',
      () => Buffer.from(writeSafetensors({ 'conv1.weight': { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) } })),
      'conv1.weight has shape [1]',
    ],
  ])('refuses %s with the reason, and what runs goes on', async (name, bytes, reason) => {
    const path = join(SCRATCH, name);
    writeFileSync(path, bytes());
    await choose(path);
    await refused(reason);
    expect(await row('dropped-onnx').locator('strong').textContent()).toBe('Runs now');
  });

  it('keeps them over a reload, and runs what was chosen', async () => {
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await row('dropped-onnx').locator('strong', { hasText: 'Runs now' }).waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator('sg-model-picker li').filter({ hasText: 'dropped' }).count()).toBe(2);
  });

  it('removes them, and goes back to the page\'s own', async () => {
    await page.getByRole('button', { name: 'Remove dropped-onnx' }).click();
    const [manifest] = modelIndex(join(DIST, 'models'));
    await row(manifest.name).locator('strong', { hasText: 'Runs now' }).first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Remove dropped' }).click();
    await expect.poll(() => page.locator('sg-model-picker li').filter({ hasText: 'dropped' }).count()).toBe(0);
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await page.locator('sg-model-picker li.runs').waitFor();
    expect(await page.locator('sg-model-picker li').filter({ hasText: 'dropped' }).count()).toBe(0);
  });

  it('runs every model that comes with the page', async () => {
    for (const { id, variants } of modelIndex(join(DIST, 'models'))) {
      for (const { precision } of variants) {
        const item = page.locator(`sg-model-picker li[data-model="${id}"]`);
        const runs = (await page.locator(`sg-model-picker li.runs[data-model="${id}"]`).count()) > 0;
        // There is a choice where there are several.
        await expect.poll(() => item.getByLabel('Precision').count()).toBe(variants.length > 1 ? 1 : 0);
        if (variants.length > 1) await item.getByLabel('Precision').selectOption(precision);
        if (!runs) await item.getByRole('button', { name: /^Use/ }).click();
        await expect.poll(() => page.locator('header button[aria-haspopup]').textContent(), { timeout: 60_000 }).toMatch(new RegExp(`${precision}\\s*$`));
        await item.locator('strong', { hasText: 'Runs now' }).waitFor({ timeout: 60_000 });
      }
    }
  });
});
