import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, OnnxType } from '../../../src/engine/onnx/model';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { colourClassifier, node, numbers, type ClassifierOptions } from '../../support/classifiers';
import { ROOT, SCRATCH } from '../../support/shared';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the tests of own models need a model in dist/models (npm run model, npm run build). ***\n');

const given = (name: string): string => join(ROOT, 'tests/engine/classifiers', `${name}.onnx`);
const NAMES = ['red thing', 'green thing', 'blue thing'];
const metadata = { names: JSON.stringify(NAMES) };
/** Bytes of a mid grey less, in units of 58: what a network makes of them that takes 0 to 255. */
const bytesInside = {
  before: [node('Sub', ['input', 'm'], ['c']), node('Div', ['c', 's'], ['n'])],
  initializers: [numbers('m', [1, 3, 1, 1], [123, 116, 103]), numbers('s', [1, 3, 1, 1], [58, 57, 57])],
};

describe.skipIf(!hasModel)('own models', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const picture = join(SCRATCH, 'red.png');

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    writeFileSync(picture, await sharp({ create: { width: 320, height: 320, channels: 3, background: '#d03020' } }).png().toBuffer());
    serving = await serveBuilt();
    browsing = await openBrowser();
    page = browsing.page;
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const picker = () => page.locator('sg-model-picker');
  const runs = (name: string) => picker().locator('li').filter({ has: page.locator('h3', { hasText: name }) }).locator('strong', { hasText: 'Runs now' });
  const choose = (...paths: string[]): Promise<void> => picker().locator('input[type=file]').setInputFiles(paths);

  function write(name: string, bytes: Uint8Array | string): string {
    const path = join(SCRATCH, name);
    writeFileSync(path, bytes);
    return path;
  }

  async function adopt(name: string, ...paths: string[]): Promise<void> {
    await choose(...paths);
    await runs(name).waitFor({ timeout: 60_000 });
  }

  /** Names and shares in per cent that the model which runs gives a red picture. */
  async function labels(): Promise<[string, number][]> {
    await picker().getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.locator('sg-pictures-view input[type=file]').setInputFiles(picture);
    const card = page.locator('sg-picture-card');
    await card.waitFor({ timeout: 60_000 });
    const names = (await card.locator('.name').allTextContents()).map((text) => text.trim());
    const shares = (await card.locator('.share').allTextContents()).map(parseFloat);
    await page.getByRole('button', { name: 'Remove all pictures' }).click();
    await page.locator('header button[aria-haspopup]').click();
    return names.map((name, i) => [name, shares[i]]);
  }

  it('names ten own classes by their numbers, as their names are not known', async () => {
    await adopt('t01', given('t01-ten-own-classes-output-named-logits'));
    for (const [name] of await labels()) expect(name).toMatch(/^class \d$/);
  });

  it.each(['t02-input-384', 't03-softmax-at-end', 't06-normalises-inside', 't08-all-dimensions-named', 't09-nhwc'])(
    'runs %s, and calls no class by a name of ImageNet',
    async (name) => {
      await adopt(name, given(name));
      for (const [label] of await labels()) expect(label).toMatch(/^class \d+$/);
    },
  );

  it('takes 1000 names from the metadata', async () => {
    await adopt('t05', given('t05-1000-own-classes-names-in-metadata'));
    for (const [label] of await labels()) expect(label).toMatch(/^part 0\d{3}$/);
  });

  it.each<[string, ClassifierOptions]>([
    ['plain', {}],
    ['512 pixels', { shape: [1, 3, 512, 512] }],
    ['33 pixels', { shape: [1, 3, 33, 33] }],
    ['float16', { type: OnnxType.float16 }],
    ['channels last in bytes', { type: OnnxType.uint8, layout: 'nhwc' }],
    ['all named', { shape: ['n', 'c', 'h', 'w'], outputShape: ['n', 'k'] }],
    ['bytes normalised inside', bytesInside],
    ['a softmax', { after: [node('Softmax', ['raw'], ['scores'], { axis: attribute.int(1) })] }],
  ])('names a red picture red: %s', async (name, options) => {
    await adopt(name, write(`${name}.onnx`, colourClassifier({ metadata, ...options })));
    const [[first, share]] = await labels();
    expect(first).toBe('red thing');
    expect(share).toBeGreaterThan(80);
  });

  it('takes names from a file that lies beside the model', async () => {
    await adopt('beside', write('beside.onnx', colourClassifier({ classes: 4 })), write('labels.txt', 'Apfel\nBirne\nPflaume\nQuitte\n'));
    expect((await labels())[0][0]).toBe('Apfel');
  });

  it.each([
    ['t07-fixed-batch-8', 'a batch of 8 pictures at once: one picture is needed'],
    ['identity', 'no list of scores'],
    ['loop-1e9', 'holds a Loop'],
    ['const-3GB', 'more than there is room for'],
  ])('refuses %s in words, within seconds, and what runs goes on', async (name, reason) => {
    const started = performance.now();
    await choose(given(name));
    await picker().locator('.fault').filter({ hasText: reason }).waitFor({ timeout: 30_000 });
    expect(performance.now() - started).toBeLessThan(15_000);
    await runs('beside').waitFor();
    expect((await labels())[0][0]).toBe('Apfel');
  });

  it('stops a file that takes too long, and what runs goes on', async () => {
    // Products of large matrices that are made of one number each, so that nothing in the file is large.
    const turns = Array.from({ length: 400 }, (_, i) => node('MatMul', [`x${i}`, 'big'], [`x${i + 1}`]));
    const before = [
      node('ReduceMean', ['input'], ['one'], { axes: attribute.ints(0, 1, 2, 3), keepdims: attribute.int(0) }),
      node('ConstantOfShape', ['wide'], ['big']), node('Add', ['big', 'one'], ['x0']), ...turns,
      node('ReduceMean', ['x400'], ['slow'], { axes: attribute.ints(0, 1), keepdims: attribute.int(0) }), node('Add', ['input', 'slow'], ['read']),
    ];
    const wide = { name: 'wide', type: OnnxType.int64, shape: [2], raw: new Uint8Array(BigInt64Array.from([4000n, 4000n]).buffer) };
    await choose(write('slow.onnx', colourClassifier({ before, initializers: [wide], reads: 'read' })));
    await picker().locator('.fault').filter({ hasText: 'It was stopped' }).waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('Apfel');
  });

  it('runs what was chosen after a reload', async () => {
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await runs('beside').waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('Apfel');
  });
});
