import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { exportersPython, KEPT_CASES, makeCases, readCases } from '../../support/exporters';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: exporters\' files in Chromium need a model in dist/models (npm run model, npm run build). ***\n');

/** Files of PyTorch's own torch.save, which are too large to be kept: made where it is installed. */
const TORCH_SAVED = ['state-dict', 'state-dict-pt', 'lightning', 'headless', 'whole', 'script'];
const kept = await readCases(KEPT_CASES);
const python = exportersPython();
const saved = python ? await makeCases(python, 'weights') : undefined;
const cases = [
  ...kept.cases.map((one) => ({ ...one, folder: kept.folder })),
  ...(saved?.cases ?? []).filter(({ name }) => TORCH_SAVED.includes(name)).map((one) => ({ ...one, folder: saved?.folder ?? '' })),
];
/** Shares are shown in whole per cent; exported-case.ts holds all classes to more figures, in Node. */
const ROUNDED = 0.0051;
const TOLERANCE = 0.004;

describe.skipIf(!hasModel)('files of exporters in the page', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser();
    page = browsing.page;
    await openApp(page, serving.url);
  });
  beforeEach(() => page.locator('header button[aria-haspopup]').click());
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const picker = () => page.locator('sg-model-picker');
  const sheet = () => page.locator('sg-model-sheet');

  it.each(cases.filter(({ refused }) => refused !== undefined))('are refused with what is wrong: $name', async ({ folder, files, refused }) => {
    await picker().locator('input[type=file]').setInputFiles(files.map((file) => join(folder, file)));
    await picker().locator('.fault').filter({ hasText: refused }).waitFor({ timeout: 60_000 });
    expect(await sheet().locator('dialog').count()).toBe(0);
  });

  it.each(cases.filter(({ refused }) => refused === undefined))('answer as PyTorch does: $name', async ({ folder, files, answer, labels, features, tolerance = TOLERANCE, independent = false }) => {
    await picker().locator('input[type=file]').setInputFiles(files.map((file) => join(folder, file)));
    const found = sheet().locator('.found');
    await found.waitFor({ timeout: 60_000 });
    if (features) {
      await found.filter({ hasText: 'It has no classes of its own' }).waitFor();
    } else {
      await sheet().locator('input[name=picture]').setInputFiles(join(folder, 'picture.png'));
      await sheet().locator('.answer li').first().waitFor();
      const wanted = (answer ?? []).map((share, i) => ({ share, name: labels?.[i] ?? `class ${i}` })).sort((a, b) => b.share - a.share);
      const names = await sheet().locator('.answer .name').allTextContents();
      const shares = (await sheet().locator('.answer .share').allTextContents()).map((text) => parseFloat(text) / 100);
      expect(names[0].trim()).toBe(wanted[0].name);
      expect(shares.length).toBeGreaterThan(0);
      shares.forEach((share, i) => expect(Math.abs(share - (wanted.find(({ name }) => name === names[i].trim())?.share ?? NaN)), names[i]).toBeLessThan(tolerance + ROUNDED));
      expect(await found.filter({ hasText: 'Several of its classes may be right at once' }).count()).toBe(independent ? 1 : 0);
    }
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
  });
});
