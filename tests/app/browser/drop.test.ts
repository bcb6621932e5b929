import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/base/shared/model';
import { featureModelOf } from '../../../src/recognise/shared/index';
import { writeClassesFile } from '../../../src/teach/shared/classes-file';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { dropFiles, type HandedFile } from '../../support/drop-files';
import { coveredControls, sidewaysScroll, smallTargets } from '../../support/layout';
import { ownPages } from '../../support/own-pages';
import { makeVideo } from '../../support/video';

const pages = ownPages(false);
let page: Page;
const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

async function open(viewport = DESKTOP): Promise<void> {
  page = await pages.open({ context: { viewport } });
  page.on('pageerror', (error) => errors.push(error.message));
  await openApp(page, pages.url);
}

const file = (name: string, content: Buffer | string, mimeType = ''): HandedFile => ({ name, mimeType, buffer: Buffer.from(content) });
const picture = async (name: string, background = '#c33'): Promise<HandedFile> =>
  file(name, await sharp({ create: { width: 300, height: 240, channels: 3, background } }).jpeg().toBuffer(), 'image/jpeg');
const notice = (): Locator => page.locator('sg-drop-notice');
const refused = async (): Promise<string[]> => (await notice().locator('[role=alert] li bdi').allTextContents()).sort();
const cards = (): Locator => page.locator('sg-picture-card');
const view = (id: string): Promise<void> => page.locator(`sg-view-navigation a[href="#${id}"]`).click();
/** An export of one thing, for the model that runs. */
async function things(): Promise<string> {
  const manifests = (await (await fetch(new URL('models/index.json', pages.url))).json()) as ModelManifest[];
  const model = manifests.map((manifest) => featureModelOf(manifest, 'int8')).find((found) => found?.id === 'resnet18');
  if (!model) throw new Error('There is no ResNet-18 to teach.');
  return writeClassesFile({
    model,
    things: [{ name: 'red mug', other: false, examples: [{ id: 'a', group: 'g', addedAt: 1, source: 'camera', features: Float32Array.from({ length: 512 }, (_, i) => i + 1) }] }],
  });
}
const paste = (handed: HandedFile): Promise<void> =>
  page.evaluate(({ name, mimeType, base64 }) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name, { type: mimeType }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }, { name: handed.name, mimeType: handed.mimeType, base64: handed.buffer.toString('base64') });

describe('files that are dropped', () => {
  it('of several kinds at once go where each belongs, and what is not taken is named with the reason', async () => {
    await open();
    await dropFiles(page, [await picture('red.jpg'), file('things.json', await things()), file('song.mp3', 'ID3', 'audio/mpeg'), file('net.onnx.data', 'x'), file('notes.json', '{"a": 1}')]);
    await cards().first().locator('li').first().waitFor();
    expect(await cards().count()).toBe(1);
    await expect.poll(refused).toEqual(['net.onnx.data', 'notes.json', 'song.mp3']);
    await notice().getByText('It belongs to a model: drop both together (.onnx, .safetensors, .pt, .pth, .ckpt, .bin).').waitFor();
    await notice().getByText('JSON of another program.').waitFor();
    for (const size of [DESKTOP, PHONE, { width: 844, height: 390 }, { width: 820, height: 1180 }]) {
      await page.setViewportSize(size);
      expect([...(await violations(page)), ...(await coveredControls(page)), ...(await sidewaysScroll(page)), ...(await smallTargets(page))], JSON.stringify(size)).toEqual([]);
    }
    await notice().getByRole('link', { name: 'Things wait under Teach' }).click();
    await page.locator('sg-thing-card[data-thing="red mug"]').waitFor();
    // It is read with the keyboard, and gone.
    await notice().getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Enter');
    await notice().waitFor({ state: 'detached' });
  });

  it('of one kind are shown at once, with nothing more said: things, a text of labels', async () => {
    await open();
    await dropFiles(page, [file('mine.txt', await things(), 'text/plain')]);
    await page.locator('sg-thing-card[data-thing="red mug"]').waitFor();
    expect(new URL(page.url()).hash).toBe('#teach');
    // One that is damaged is named, and takes nothing away.
    await dropFiles(page, [file('cut.json', (await things()).slice(0, 200))]);
    await page.locator('sg-teach-view [role=alert][data-code=things-file]').getByText('cut.json').waitFor();
    await page.locator('sg-thing-card[data-thing="red mug"]').waitFor();
    await dropFiles(page, [file('labels.txt', 'blue cup\ntabby\n', 'text/plain')]);
    const field = page.getByRole('textbox', { name: 'Labels, one a line' });
    await expect.poll(() => field.inputValue()).toBe('blue cup\ntabby\n');
    // What is being written stays: another one's labels come after it.
    await field.fill('blue cup\nmy own');
    await dropFiles(page, [file('more.txt', 'red mug\n', 'text/plain')]);
    await expect.poll(() => field.inputValue()).toBe('blue cup\nmy own\nred mug\n');
    expect(await notice().count()).toBe(0);
  });

  it('two models: none is guessed to be the one; one while another is tried is named', async () => {
    await open();
    const onnx = file('t08.onnx', readFileSync(new URL('../../../src/engine/package.json', import.meta.url)));
    await dropFiles(page, [onnx, { ...onnx, name: 'second.onnx' }]);
    await expect.poll(refused).toEqual(['second.onnx', 't08.onnx']);
    expect(await page.locator('sg-model-picker dialog[open]').count()).toBe(0);
    await dropFiles(page, [onnx]);
    // No model at all, which the picker says.
    await page.locator('sg-model-picker [role=alert][data-code=model-invalid]').waitFor();
    expect(await notice().count()).toBe(0);
  });

  it('videos play one after another, one that has no type and another name too; one that cannot be played is named, and the next is played', async () => {
    await open();
    const film = await makeVideo(page, [{ colour: '#f00', seconds: 1 }]);
    await dropFiles(page, [file('first.mkv', film), file('second.mkv', 'no video at all'), file('third', film)]);
    await page.getByRole('slider', { name: 'Position, first.mkv' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Next video: second.mkv (1 more)' }).click();
    const fault = page.locator('sg-live-view sg-fault-panel');
    await fault.getByText('second.mkv').waitFor();
    await fault.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('slider', { name: 'Position, third' }).waitFor();
    expect(await page.getByRole('button', { name: /^Next video/ }).count()).toBe(0);
  });

  it('pasted pictures go there too, in every view', async () => {
    await open();
    await paste(await picture('pasted.png'));
    await cards().first().waitFor();
    expect(new URL(page.url()).hash).toBe('#pictures');
    await paste(await picture('second.png'));
    await cards().nth(1).waitFor();
  });
});

describe('pictures that are dropped in Teach', () => {
  const card = (name: string): Locator => page.locator(`sg-thing-card[data-thing="${name}"]`);
  const examples = (name: string): Locator => card(name).locator('sg-thumbnail');

  it('on the camera\'s half teach what is chosen; what they show is asked where there is nothing yet; on a card they are that thing\'s', async () => {
    await open();
    await view('teach');
    await page.locator('sg-teach-view .intro').waitFor();
    await dropFiles(page, [await picture('a.jpg'), await picture('b.jpg')], 'sg-teach-view sg-camera-stage');
    const asks = page.getByRole('dialog', { name: 'What do the pictures show?' });
    await asks.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('mug');
    await page.keyboard.press('Enter');
    await expect.poll(() => examples('mug').count()).toBe(2);
    await dropFiles(page, [await picture('c.jpg', '#36c')], 'sg-teach-view sg-camera-stage');
    await expect.poll(() => examples('mug').count()).toBe(3);
    await page.getByLabel('Name of a new thing').fill('cup');
    await page.keyboard.press('Enter');
    await card('cup').waitFor();
    await dropFiles(page, [await picture('d.jpg', '#3c6')], 'sg-thing-card[data-thing="mug"]');
    await expect.poll(() => examples('mug').count()).toBe(4);
    await paste(await picture('e.png', '#663'));
    await expect.poll(() => examples('cup').count()).toBe(1);
    expect(await cards().count()).toBe(0);
    // Nothing is taught that a person would rather not name.
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.locator('sg-teach-view .intro').waitFor();
    await dropFiles(page, [await picture('f.jpg')], 'sg-teach-view sg-camera-stage');
    await asks.waitFor();
    await page.keyboard.press('Escape');
    await asks.waitFor({ state: 'detached' });
    expect(await page.locator('sg-thing-card').count()).toBe(0);
  });
});
