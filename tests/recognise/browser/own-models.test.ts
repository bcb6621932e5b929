import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src/engine/onnx/encode';
import { attribute, OnnxType } from '../../../src/engine/onnx/model';
import { modelIndex } from '../../../src/server/model-index';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { colourClassifier, node, numbers, type ClassifierOptions } from '../../support/classifiers';
import { closeSheets } from '../../support/layout';
import { torchSave } from '../../support/torch-save';
import { RESNET_BLOCKS } from '../../../src/engine/resnet18/folded';
import { randomResNet, writeSafetensors } from '../../support/weights';
import { withWorkerPrelude } from '../../support/worker-prelude';
import { KEPT_CASES } from '../../support/exporters';
import { ROOT, SCRATCH } from '../../support/shared';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the tests of own models need a model in dist/models (npm run model, npm run build). ***\n');

const given = (name: string): string => join(ROOT, 'tests/engine/classifiers', `${name}.onnx`);
/** Weights in a file as PyTorch Lightning's own checkpoints are, beside all else that they hold. */
const lightning = (state: ReturnType<typeof randomResNet>): Uint8Array =>
  torchSave(
    `{'epoch': 3, 'global_step': 400, 'pytorch-lightning_version': '2.6.6', 'hyper_parameters': {'lr': 0.1, 'name': 'net'}, 'loops': {'fit_loop': {'state_dict': {}}},
      'state_dict': collections.OrderedDict([('model.' + name, tensor) for name, tensor in given.items()]),
      'optimizer_states': [{'state': {0: {'momentum_buffer': given['bn1.bias']}}, 'param_groups': [{'lr': 0.1}]}], 'lr_schedulers': [], 'callbacks': {}}`,
    'ZIP_STORED', writeSafetensors(state),
  );
const exported = (path: string): string => join(KEPT_CASES, path);
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
  });
  beforeEach(() => page.locator('header button[aria-haspopup]').click());
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const picker = () => page.locator('sg-model-picker');
  const sheet = () => page.locator('sg-model-sheet');
  const runs = (name: string) => picker().locator('li').filter({ has: page.locator('h3', { hasText: name }) }).locator('strong', { hasText: 'Runs now' });
  const choose = (...paths: string[]): Promise<void> => picker().locator('input[type=file]').setInputFiles(paths);

  function write(name: string, bytes: Uint8Array | string): string {
    const path = join(SCRATCH, name);
    writeFileSync(path, bytes);
    return path;
  }

  async function adopt(name: string, ...paths: string[]): Promise<void> {
    await choose(...paths);
    await sheet().locator('button[name=keep]').click({ timeout: 60_000 });
    await runs(name).waitFor({ timeout: 60_000 });
  }

  /** Names and shares in per cent that the model which runs gives a red picture. */
  async function labels(): Promise<[string, number][]> {
    await picker().getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.locator('sg-pictures-view input[type=file]').setInputFiles(picture);
    const card = page.locator('sg-picture-card');
    await card.locator('.name').first().waitFor({ timeout: 60_000 });
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

  it('runs a MobileNetV2 on its own kernels, held to what onnxruntime answered, and says of another what they do not know', async () => {
    const model = mobileNetV2(3, 6, 64);
    await adopt('mobile', write('mobile.onnx', encodeModel(model)));
    const kept = await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      const manifests: { manifest: { name: string; kernels?: unknown; variants: { selfTest?: { logits: number[] } }[] } }[] = [];
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') manifests.push(JSON.parse(await (await (await handle.getFileHandle('manifest.json')).getFile()).text()) as (typeof manifests)[number]);
      }
      return manifests.find(({ manifest }) => manifest.name === 'mobile')?.manifest;
    });
    expect(kept?.kernels).toEqual({ runs: true, features: 1280 });
    expect(kept?.variants[0].selfTest?.logits).toHaveLength(6);
    const row = (name: string) => picker().locator('li').filter({ has: page.locator('h3', { hasText: name }) });
    expect(await row('mobile').locator('.uncovered').count()).toBe(0);
    const nodes = model.graph.nodes.map((each, i) => (each.op === 'Clip' && i < 3 ? { ...each, op: 'HardSwish', inputs: each.inputs.slice(0, 1) } : each));
    await adopt('swish', write('swish.onnx', encodeModel({ ...model, graph: { ...model.graph, nodes } })));
    expect(await row('swish').locator('.uncovered').textContent()).toContain('HardSwish');
  });

  it('takes names from a file that lies beside the model', async () => {
    await adopt('beside', write('beside.onnx', colourClassifier({ classes: 4 })), write('labels.txt', 'Apfel\nBirne\nPflaume\nQuitte\n'));
    expect((await labels())[0][0]).toBe('Apfel');
  });

  it('runs what was chosen after a reload', async () => {
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await runs('beside').waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('Apfel');
  });

  it('takes weights that lie beside the file, keeps them with it, and asks for them by name where they are missing', async () => {
    await choose(exported('dynamo-external.onnx'));
    await picker().locator('.fault').filter({ hasText: 'dynamo-external.onnx.data' }).waitFor({ timeout: 60_000 });
    await adopt('dynamo-external', exported('dynamo-external.onnx'), exported('dynamo-external.onnx.data'));
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await runs('dynamo-external').waitFor({ timeout: 60_000 });
    for (const [label] of await labels()) expect(label).toMatch(/^class \d$/);
  });

  it('finds the size of a picture by trying, where the file names it and the network runs with one alone', async () => {
    await choose(exported('optimum-vit/onnx/model.onnx'));
    await sheet().locator('.found').filter({ hasText: '7 classes, pictures of 64 × 64 pixels' }).waitFor({ timeout: 60_000 });
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
  });

  it('gives each class its own probability behind a sigmoid, and says so; takes the colours in the other order', async () => {
    const sigmoid = colourClassifier({ metadata, after: [node('Sigmoid', ['raw'], ['scores'])] });
    await choose(write('several.onnx', sigmoid));
    await sheet().locator('.found').filter({ hasText: 'Several of its classes may be right at once' }).waitFor({ timeout: 60_000 });
    await sheet().locator('input[name=picture]').setInputFiles(picture);
    const first = () => sheet().locator('.answer li').first().textContent();
    await expect.poll(first).toContain('red thing');
    await sheet().locator('select[name=colours]').selectOption('bgr');
    await expect.poll(first).toContain('blue thing');
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
  });

  it('makes a sigmoid of scores where the configuration beside them says that several classes may be right, or a person does', async () => {
    const config = write('config.json', JSON.stringify({ problem_type: 'multi_label_classification', id2label: { 0: 'red thing', 1: 'green thing', 2: 'blue thing' } }));
    await choose(write('bce.onnx', colourClassifier()), config);
    await sheet().locator('.found').filter({ hasText: 'Several of its classes may be right at once' }).waitFor({ timeout: 60_000 });
    // As grey as pictures are on the whole: all scores are about zero.
    const grey = join(SCRATCH, 'grey.png');
    writeFileSync(grey, await sharp({ create: { width: 256, height: 256, channels: 3, background: { r: 124, g: 116, b: 104 } } }).png().toBuffer());
    await sheet().locator('input[name=picture]').setInputFiles(grey);
    const shares = async (): Promise<number> => (await sheet().locator('.answer .share').allTextContents()).reduce((sum, text) => sum + parseFloat(text), 0);
    await expect.poll(shares).toBeGreaterThan(140);
    expect(await sheet().locator('select[name=answers]').inputValue()).toBe('independent-scores');
    await sheet().locator('select[name=answers]').selectOption('scores');
    await expect.poll(shares).toBeLessThan(103);
    await expect.poll(() => sheet().locator('.found').textContent()).not.toContain('Several of its classes');
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
  });

  it('shows what a file was found to be, and takes what a person corrects', async () => {
    const probable = colourClassifier({ after: [node('Mul', ['raw', 'one'], ['scores'])], initializers: [numbers('one', [1], [1])] });
    await choose(write('unsure.onnx', probable));
    await sheet().locator('.found').filter({ hasText: '3 classes, pictures of 224 × 224 pixels' }).waitFor({ timeout: 60_000 });
    const open = await sheet().locator('p.assumed').textContent();
    for (const words of ['Shorter side', 'Filter', 'Numbers of a picture', 'Order of the colours']) expect(open).toContain(words);
    expect(open).not.toContain('Side of the picture');
    await sheet().locator('input[name=picture]').setInputFiles(picture);
    await expect.poll(() => sheet().locator('.answer li').first().textContent()).toContain('class 0');
    const share = async (): Promise<number> => parseFloat((await sheet().locator('.answer .share').first().textContent()) ?? '');
    const before = await share();
    // A deviation of 20 makes all scores alike.
    await sheet().locator('select[name=normalisation]').selectOption('own');
    await sheet().locator('input[name=std]').fill('20');
    await sheet().locator('input[name=std]').press('Tab');
    await expect.poll(share).toBeLessThan(before / 2);
    await sheet().locator('input[name=std]').fill('0.2, 0');
    await sheet().locator('input[name=std]').press('Tab');
    await sheet().locator('.fault').filter({ hasText: 'give one number above 0, or three' }).waitFor();
    expect(await sheet().locator('input[name=std]').inputValue()).toMatch(/^20,/);
    await sheet().locator('input[name=names]').setInputFiles(write('two.txt', 'a\nb\n'));
    await sheet().locator('.fault').filter({ hasText: 'The list has 2 names, the model 3 classes' }).waitFor();
    await sheet().locator('input[name=names]').setInputFiles(write('three.json', JSON.stringify({ id2label: { 0: 'rot', 1: 'gruen', 2: 'blau' } })));
    await expect.poll(() => sheet().locator('.answer li').first().textContent()).toContain('rot');
    await sheet().locator('input[name=name]').fill('Corrected');
    await sheet().locator('input[name=name]').press('Tab');
    expect(await violations(page)).toEqual([]);
    await sheet().locator('button[name=keep]').click();
    await runs('Corrected').waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('rot');
  });

  it('takes another side of the picture, another cut, the other order of the input and another kind of answer, each tried at once', async () => {
    // Green in the middle, red around it: more is green the closer the cut.
    const green = await sharp({ create: { width: 140, height: 140, channels: 3, background: '#20d030' } }).png().toBuffer();
    const middle = join(SCRATCH, 'middle.png');
    await sharp({ create: { width: 320, height: 320, channels: 3, background: '#d03020' } }).composite([{ input: green, left: 90, top: 90 }]).png().toFile(middle);
    // Its shares are behind a softmax that is not the last of its layers, and so are not known as such; nothing tells the order of its dimensions.
    const open = colourClassifier({
      metadata, shape: ['n', 'p', 'q', 'r'],
      after: [node('Softmax', ['raw'], ['shares'], { axis: attribute.int(1) }), node('Mul', ['shares', 'one'], ['scores'])],
      initializers: [numbers('one', [1], [1])],
    });
    await choose(write('open.onnx', open));
    await sheet().locator('.found').filter({ hasText: 'pictures of 224 × 224 pixels' }).waitFor({ timeout: 60_000 });
    await sheet().locator('input[name=picture]').setInputFiles(middle);
    const first = async (): Promise<string> => (await sheet().locator('.answer li').first().textContent()) ?? '';
    const share = async (): Promise<number> => parseFloat((await sheet().locator('.answer .share').first().textContent()) ?? '');
    const set = async (name: string, value: string): Promise<void> => {
      await sheet().locator(`input[name=${name}]`).fill(value);
      await sheet().locator(`input[name=${name}]`).press('Tab');
    };
    await expect.poll(first).toContain('red thing');
    expect(await share()).toBeLessThan(60);
    await sheet().locator('select[name=answers]').selectOption('probabilities');
    await expect.poll(share).toBeGreaterThan(90);
    await set('resize', '448');
    await expect.poll(first).toContain('green thing');
    // The cut stays the same part of the picture.
    await set('crop', '64');
    await sheet().locator('.found').filter({ hasText: 'pictures of 64 × 64 pixels' }).waitFor();
    expect(await sheet().locator('input[name=resize]').inputValue()).toBe('128');
    expect(await first()).toContain('green thing');
    await set('resize', '64');
    await expect.poll(first).toContain('red thing');
    const filter = sheet().locator('label').filter({ has: page.locator('select[name=interpolation]') });
    await filter.locator('small.assumed').waitFor();
    await filter.locator('select').selectOption('bicubic');
    await filter.locator('small.person').waitFor();
    // What is out of bounds is not taken, and said.
    await set('crop', '1024');
    await sheet().locator('.fault').filter({ hasText: 'give a number from 32 to 512' }).waitFor();
    expect(await sheet().locator('input[name=crop]').inputValue()).toBe('64');
    await sheet().locator('button[name=keep]').click();
    await runs('open').waitFor({ timeout: 60_000 });
    await picker().getByRole('button', { name: 'Correct open' }).click();
    await sheet().locator('.found').filter({ hasText: 'pictures of 64 × 64 pixels' }).waitFor({ timeout: 60_000 });
    expect(await sheet().locator('select[name=answers]').inputValue()).toBe('probabilities');
    expect(await sheet().locator('input[name=resize]').inputValue()).toBe('64');
    expect(await filter.locator('select').inputValue()).toBe('bicubic');
    await filter.locator('small.kept').waitFor();
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
    await picker().getByRole('button', { name: 'Remove open' }).click();
    await expect.poll(() => picker().locator('h3', { hasText: 'open' }).count()).toBe(0);
  });

  it('calls the classes of each output by the names that fit it, says which do not, and keeps the output that was chosen in its file', async () => {
    // Of a red picture the third of five is the likeliest.
    const five = numbers('five', [3, 5], [0, 0, 8, 0, 0, 0, 0, -8, 0, 0, 0, 0, -8, 0, 0]);
    const two = colourClassifier({
      metadata,
      after: [node('Mul', ['raw', 'one'], ['colour']), node('MatMul', ['flat', 'five'], ['animal'])],
      initializers: [numbers('one', [1], [1]), five],
      outputs: [{ name: 'colour', type: OnnxType.float, shape: [1, 3] }, { name: 'animal', type: OnnxType.float, shape: [1, 5] }],
    });
    await choose(write('two-heads.onnx', two), write('animals.txt', 'ape\nbear\ncat\ndog\nelk\n'), write('config.json', '{ "id2label": '));
    const names = sheet().locator('.names');
    const output = sheet().locator('select[name=scores]');
    await output.selectOption('colour', { timeout: 60_000 });
    await names.filter({ hasText: 'red thing, green thing, blue thing' }).waitFor();
    await names.filter({ hasText: 'A list of 5 names was found, and the model gives 3: it is not used.' }).waitFor();
    await names.filter({ hasText: 'Nothing could be read from config.json.' }).waitFor();
    await output.selectOption('animal');
    await names.filter({ hasText: 'ape, bear, cat, dog' }).waitFor();
    await names.filter({ hasText: 'A list of 3 names was found, and the model gives 5: it is not used.' }).waitFor();
    await sheet().locator('input[name=picture]').setInputFiles(picture);
    await expect.poll(() => sheet().locator('.answer li').first().textContent()).toContain('cat');
    await sheet().locator('button[name=keep]').click();
    await runs('two-heads').waitFor({ timeout: 60_000 });
    const coming = page.waitForEvent('download');
    await picker().getByRole('button', { name: 'Save two-heads as a file' }).click();
    const path = join(SCRATCH, 'two-heads-exported.onnx');
    await (await coming).saveAs(path);
    await picker().getByRole('button', { name: 'Remove two-heads' }).click();
    await expect.poll(() => picker().locator('h3', { hasText: 'two-heads' }).count()).toBe(0);
    await choose(path);
    await sheet().locator('.found').waitFor({ timeout: 60_000 });
    expect(await output.inputValue()).toBe('animal');
    expect(await names.textContent()).toContain('ape, bear, cat, dog');
    await sheet().locator('button[name=keep]').click();
    await runs('two-heads').waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('cat');
  });

  it('corrects a kept model later, gives it as one file with all that is set, and takes that file', async () => {
    await picker().getByRole('button', { name: 'Correct Corrected' }).click();
    await sheet().locator('.found').waitFor({ timeout: 60_000 });
    expect(await sheet().locator('input[name=std]').inputValue()).toMatch(/^20,/);
    await sheet().locator('select[name=normalisation]').selectOption('-1..1');
    await sheet().locator('input[name=licence]').fill('CC0-1.0');
    await sheet().locator('input[name=licence]').press('Tab');
    await sheet().locator('button[name=keep]').click();
    const row = () => picker().locator('li').filter({ has: page.locator('h3', { hasText: 'Corrected' }) });
    await row().filter({ hasText: 'CC0-1.0' }).waitFor({ timeout: 60_000 });
    await runs('Corrected').waitFor({ timeout: 60_000 });
    const coming = page.waitForEvent('download');
    await picker().getByRole('button', { name: 'Save Corrected as a file' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('Corrected.onnx');
    const path = join(SCRATCH, 'exported.onnx');
    await download.saveAs(path);
    await picker().getByRole('button', { name: 'Remove Corrected' }).click();
    await expect.poll(() => row().count()).toBe(0);
    await choose(path);
    await sheet().locator('.found').waitFor({ timeout: 60_000 });
    expect(await sheet().locator('input[name=licence]').inputValue()).toBe('CC0-1.0');
    expect(await sheet().locator('select[name=normalisation]').inputValue()).toBe('-1..1');
    await sheet().locator('button[name=keep]').click();
    await runs('Corrected').waitFor({ timeout: 60_000 });
    expect((await labels())[0][0]).toBe('rot');
  });

  it('calls no two models alike, and keeps nothing of a file that is left', async () => {
    await choose(write('corrected.onnx', colourClassifier()));
    const name = sheet().locator('input[name=name]');
    await name.waitFor({ timeout: 60_000 });
    expect(await name.inputValue()).toBe('corrected (2)');
    await name.fill('CORRECTED');
    await name.press('Tab');
    await sheet().locator('label .fault').filter({ hasText: 'Another model is called CORRECTED: give it a name of its own.' }).waitFor();
    expect(await name.inputValue()).toBe('corrected (2)');
    await sheet().getByRole('button', { name: 'Leave it' }).click();
    await sheet().locator('dialog').waitFor({ state: 'detached' });
    expect(await picker().locator('h3').filter({ hasText: '(2)' }).count()).toBe(0);
    await runs('Corrected').waitFor();
  });

  it.each([
    ['a checkpoint of Lightning\'s with a ResNet-18 of five classes behind a prefix', 'five.ckpt', () => lightning(randomResNet(5, 5))],
    ['a ResNet-34 behind a prefix', 'deep.safetensors', () => writeSafetensors(Object.fromEntries(Object.entries(randomResNet(6, 4, RESNET_BLOCKS.resnet34)).map(([name, tensor]) => [`module.${name}`, tensor])))],
  ])('takes %s', async (_, file, bytes) => {
    await adopt(file.split('.')[0], write(file, bytes()));
    for (const [label] of await labels()) expect(label).toMatch(/^class \d$/);
  });

  it('refuses weights of another network by a tensor of theirs', async () => {
    const state = randomResNet(5, 5);
    await choose(write('other.safetensors', writeSafetensors({ ...state, 'layer1.0.conv3.weight': state['layer1.0.conv2.weight'] })));
    await picker().locator('.fault').filter({ hasText: 'layer1.0.conv3.weight' }).waitFor({ timeout: 60_000 });
  });

  it('goes back to the page\'s own model where a kept one fails at the next visit, and those that ran before, says so, and removes it', async () => {
    await adopt('beside', write('beside.onnx', colourClassifier({ classes: 4 })), write('labels.txt', 'Apfel\nBirne\nPflaume\nQuitte\n'));
    await page.evaluate(async () => {
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      for await (const handle of models.values()) {
        const file = await (await (handle as FileSystemDirectoryHandle).getFileHandle('model.onnx')).createWritable();
        await file.write('no model any more');
        await file.close();
      }
    });
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await picker().locator('.setback').filter({ hasText: /^\s*beside, .* could not be started, so another model runs/ }).waitFor({ timeout: 60_000 });
    await picker().getByRole('button', { name: 'Remove beside' }).click();
    await expect.poll(() => picker().locator('h3').filter({ hasText: 'beside' }).count()).toBe(0);
  });

  it('starts where a kept model\'s manifest is {}, says that it is damaged, and repairs or removes it where a person asks', async () => {
    const files = [write('beside.onnx', colourClassifier({ classes: 4 })), write('labels.txt', 'Apfel\nBirne\nPflaume\nQuitte\n')];
    await adopt('beside', ...files);
    const spoil = (): Promise<string> => page.evaluate(async () => {
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      for await (const handle of models.values()) {
        const manifest = await (handle as FileSystemDirectoryHandle).getFileHandle('manifest.json');
        if ((JSON.parse(await (await manifest.getFile()).text()) as { manifest: { name: string } }).manifest.name !== 'beside') continue;
        const file = await manifest.createWritable();
        await file.write('{}');
        await file.close();
        return handle.name;
      }
      throw new Error('It is not kept.');
    });
    const damaged = picker().locator('li.damaged');
    const again = async (): Promise<void> => {
      await openApp(page, serving.url);
      await page.locator('header button[aria-haspopup]').click();
      await picker().locator('li.runs').waitFor({ timeout: 60_000 });
    };
    const id = await spoil();
    await again();
    await expect.poll(() => damaged.locator('h3').allTextContents()).toEqual([id]);
    expect(await damaged.locator('p').textContent()).toContain('is damaged and cannot be run');
    expect(await violations(page)).toEqual([]);
    await adopt('beside', ...files);
    await expect.poll(() => damaged.count()).toBe(0);
    expect((await labels())[0][0]).toBe('Apfel');
    await spoil();
    await again();
    // As where another tab uses it.
    const held = await page.evaluateHandle(async (name) => {
      const folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('models')).getDirectoryHandle(name);
      return (await folder.getFileHandle('model.onnx')).createWritable();
    }, id);
    const remove = damaged.getByRole('button', { name: `Remove ${id}` });
    await remove.click();
    await picker().locator('.fault[data-code=model-stays]').filter({ hasText: 'The model could not be removed. ' }).waitFor();
    await held.evaluate((file) => file.abort());
    await remove.click();
    await expect.poll(() => damaged.count()).toBe(0);
    await expect.poll(() => picker().locator('.fault').count()).toBe(0);
  });

  it('does not start a kept model again whose start ended the page, says so, and starts it where a person asks', async () => {
    await adopt('beside', write('beside.onnx', colourClassifier({ classes: 4 })), write('labels.txt', 'Apfel\nBirne\nPflaume\nQuitte\n'));
    const mark = 'sightglass.starting';
    const victim = await browsing.context.newPage();
    // A page that goes no further once it has begun to start the model, until its process is ended.
    await victim.addInitScript((key) => {
      const setItem = localStorage.setItem.bind(localStorage);
      Storage.prototype.setItem = (name: string, value: string): void => {
        setItem(name, value);
        while (name === key);
      };
    }, mark);
    const ended = victim.waitForEvent('crash');
    const devtools = await browsing.context.newCDPSession(victim);
    await victim.goto(serving.url, { waitUntil: 'commit' });
    await expect.poll(() => page.evaluate((key) => localStorage.getItem(key), mark)).toMatch(/^device-/);
    void devtools.send('Page.crash').catch(() => undefined);
    await ended;
    await victim.close();
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await picker().locator('.setback').filter({ hasText: 'The page ended while this model was being started' }).waitFor({ timeout: 60_000 });
    await picker().getByRole('button', { name: 'Use beside' }).click();
    await runs('beside').waitFor({ timeout: 60_000 });
    await expect.poll(() => page.evaluate((key) => localStorage.getItem(key), mark)).toBeNull();
    await picker().getByRole('button', { name: 'Remove beside' }).click();
    await expect.poll(() => picker().locator('h3').filter({ hasText: 'beside' }).count()).toBe(0);
    await picker().locator('li.runs').waitFor({ timeout: 60_000 });
  });

  it.each([
    ['t07-fixed-batch-8', 'a batch of 8 pictures at once: one picture is needed'],
    ['identity', 'no list of scores'],
    ['loop-1e9', 'holds a Loop'],
    ['const-3GB', 'more than there is room for'],
  ])('refuses %s in words, and what runs goes on', async (name, reason) => {
    await choose(given(name));
    await picker().locator('.fault').filter({ hasText: reason }).waitFor({ timeout: 60_000 });
    await picker().locator('li.runs').waitFor();
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
    await picker().locator('li.runs').waitFor();
  });
});

describe.skipIf(!hasModel)('own models where the browser refuses each call of its private file system, as in a private window', () => {
  it('run for the visit, which is said, can be corrected and saved as a file, and are removed', async () => {
    const serving = await serveBuilt();
    const browsing = await openBrowser();
    const { page } = browsing;
    const refuse = `navigator.storage.getDirectory = () => Promise.reject(new DOMException('Security error when calling GetDirectory', 'SecurityError'))`;
    try {
      await page.addInitScript(refuse);
      await withWorkerPrelude(page, refuse);
      await openApp(page, serving.url);
      await page.locator('header button[aria-haspopup]').click();
      const picker = page.locator('sg-model-picker');
      const sheet = page.locator('sg-model-sheet');
      const card = picker.locator('li').filter({ has: page.locator('h3', { hasText: 't02-input-384' }) });
      const keep = (): Promise<void> => sheet.locator('button[name=keep]').click({ timeout: 60_000 });
      await picker.locator('input[type=file]').setInputFiles(given('t02-input-384'));
      await keep();
      await card.getByText('Runs now').waitFor({ timeout: 60_000 });
      await card.getByText('It is gone when this page is closed').waitFor();
      expect(await picker.locator('.fault').count()).toBe(0);
      // Another one runs meanwhile.
      await picker.locator('li[data-model="efficientnet-lite0"]').getByRole('button').first().click();
      await picker.locator('li.runs[data-model="efficientnet-lite0"]').waitFor({ timeout: 60_000 });
      await card.getByRole('button', { name: 'Correct' }).click();
      await keep();
      await card.getByText('Runs now').waitFor({ timeout: 60_000 });
      const [download] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: 'as a file' }).click()]);
      expect(download.suggestedFilename()).toBe('t02-input-384.onnx');
      await card.getByRole('button', { name: 'Remove' }).click();
      await card.waitFor({ state: 'detached' });
      await picker.locator('li.runs').waitFor({ timeout: 60_000 });
      expect(await picker.locator('.fault').count()).toBe(0);
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});
