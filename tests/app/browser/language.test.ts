import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../../src/base/shared/labels/imagenet';
import { IMAGENET_LABELS_ZH } from '../../../src/base/shared/labels/imagenet-zh';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { pressRecord } from '../../support/controls';
import { closeSheet, closeSheets } from '../../support/layout';
import { SCRATCH } from '../../support/shared';
import { visibleText } from '../../support/visible-text';
import { settled } from '../../support/waits';

const video = join(SCRATCH, 'language.mjpeg');
let serving: Serving;

/** Names, units and terms that stand as they are in Chinese too; keys of the keyboard. */
const NAMES =
  /Sightglass|ResNet-?18|EfficientNet-Lite0|English|Language|fp16|fp32|int8|onnxruntime(-web)?|FPS|CSV|JSONL|SIMD|WebAssembly|WebCodecs|MediaRecorder|Service Worker|ImageNet(-1k)?|\.safetensors|\.onnx|\.pth?|\.ckpt|\.bin|\.zip|labels\.txt|config\.json|https?:\/\/|localhost|MB|GB|kB|\bms\b|HEIC|JPEG|PNG|SVG|Esc|Shift|Ctrl|Delete|Tab/g;
/** The app's words that have Latin letters in them. */
const words = async (page: Page): Promise<string[]> =>
  (await visibleText(page)).filter((text) => /[A-Za-z]{2,}/.test(text.replace(NAMES, '')));

const languageOf = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang);
const view = (page: Page, id: string): Promise<void> => page.locator(`sg-view-navigation a[href="#${id}"]`).click();

async function openSettings(page: Page): Promise<void> {
  await page.locator('header button.icon').click();
  await page.locator('sg-settings-sheet dialog[open]').waitFor();
}

async function closeSettings(page: Page): Promise<void> {
  await page.locator('sg-settings-sheet sg-sheet button.icon').click();
  await page.locator('sg-settings-sheet dialog[open]').waitFor({ state: 'detached' });
}

beforeAll(async () => {
  const stripes = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#c8b48c' } })
    .composite([{ input: { create: { width: 240, height: 360, channels: 3, background: '#7a2e1e' } } }])
    .png()
    .toBuffer();
  await makeCameraVideo(video, [{ image: stripes, seconds: 2 }]);
  serving = await serveBuilt();
});
afterAll(() => serving.close());

describe.each([
  ['phone', PHONE, 'light'],
  ['desktop', DESKTOP, 'dark'],
] as const)('a device in Chinese, %s', (_, viewport, colorScheme) => {
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    browsing = await openBrowser({ video, context: { viewport, colorScheme, locale: 'zh-CN' } });
    page = browsing.page;
    await page.addInitScript(() => {
      const spoken: string[] = [];
      Object.assign(globalThis, { spoken });
      speechSynthesis.speak = (utterance) => void spoken.push(`${utterance.lang} ${utterance.text}`);
    });
    await openApp(page, serving.url);
  });
  afterEach(() => closeSheets(page));
  afterAll(() => browsing.close());

  it('opens in Chinese, and tells so', async () => {
    await expect.poll(() => languageOf(page)).toBe('zh-Hans');
    await expect.poll(() => page.title()).toMatch(/Sightglass – 实时$/);
    await page.getByRole('button', { name: '打开摄像头' }).waitFor();
    await expect.poll(() => words(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('labels in Chinese, and speaks Chinese', async () => {
    await openSettings(page);
    await page.locator('sg-settings-sheet input[name=aloud]').check();
    await page.locator('sg-settings-sheet input[name=certainty]').fill('0');
    await closeSettings(page);
    await page.getByRole('button', { name: '打开摄像头' }).click();
    await page.getByRole('button', { name: '显示数据' }).click();
    const first = page.locator('sg-live-view sg-label-list li .name').first();
    await first.waitFor();
    expect(IMAGENET_LABELS_ZH).toContain((await first.textContent())?.trim());
    await page.waitForFunction(() => (globalThis as unknown as { spoken: string[] }).spoken.length > 0);
    const [said] = await page.evaluate(() => (globalThis as unknown as { spoken: string[] }).spoken);
    expect(said).toMatch(/^zh-CN /);
    expect(IMAGENET_LABELS_ZH).toContain(said.slice(6));
    await expect.poll(() => words(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('finds a label by its name in either language', async () => {
    await pressRecord(page);
    const field = page.getByRole('combobox', { name: '查找标签，或自己输入' });
    await field.fill('金鱼');
    await page.getByRole('option', { name: '金鱼' }).first().waitFor();
    await field.fill('goldfish');
    // The Chinese name first, the one that was typed beside it.
    await page.getByRole('option', { name: '金鱼 goldfish' }).waitFor();
    await page.getByRole('option', { name: '金鱼 goldfish' }).click();
    await expect.poll(() => page.locator('sg-label-bar .slots button span').first().textContent()).toBe('金鱼');
    await expect.poll(() => words(page)).toEqual([]);
    await page.locator('sg-control-bar').getByRole('button', { name: '停止录制' }).click();
    await page.locator('sg-recording-notice').getByText('录制已保存').waitFor();
  });

  it.each([
    ['pictures', '图片', '.empty'],
    ['teach', '教它认', '.intro'],
    ['sessions', '记录', 'sg-session-list li'],
  ])('the view of %s has no English words', async (id, name, content) => {
    await view(page, id);
    await page.waitForFunction((title) => document.title.endsWith(title), `Sightglass – ${name}`);
    await page.locator(`sg-${id}-view ${content}`).first().waitFor();
    await settled(page);
    await expect.poll(() => words(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('a recorded session has no English words', async () => {
    await page.locator('sg-session-list h3 a').first().click();
    await page.locator('sg-session-detail sg-label-timeline').waitFor();
    await settled(page);
    await expect.poll(() => words(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('the sheets have no English words', async () => {
    await view(page, 'live');
    await page.locator('header button.model').click();
    await page.locator('sg-model-picker dialog[open]').waitFor();
    await expect.poll(() => words(page)).toEqual([]);
    await closeSheet(page);
    for (const key of [',', 'd', '?']) {
      await page.keyboard.press(key);
      await page.locator('dialog[open]').waitFor();
      await settled(page);
      await expect.poll(() => words(page), { message: `the sheet of ${key}` }).toEqual([]);
      expect(await violations(page), `the sheet of ${key}`).toEqual([]);
      await closeSheet(page);
    }
  });
});

describe('a device in English', () => {
  let browsing: Browsing;
  let page: Page;
  const asked: string[] = [];
  const chinese = (): string[] => asked.filter((url) => /[/-]zh-/.test(url));

  beforeAll(async () => {
    browsing = await openBrowser({ video, context: { viewport: PHONE, locale: 'en-GB' } });
    page = browsing.page;
    page.on('request', (request) => asked.push(request.url()));
    await openApp(page, serving.url);
  });
  afterEach(() => closeSheets(page));
  afterAll(() => browsing.close());

  it('opens in English, and fetches nothing of Chinese', async () => {
    await expect.poll(() => languageOf(page)).toBe('en');
    await expect.poll(() => page.title()).toMatch(/Sightglass – Live$/);
    expect(chinese()).toEqual([]);
  });

  it('stays in English and says so where the words cannot be fetched', async () => {
    await page.route(/zh-Hans/, (route) => route.abort());
    await openSettings(page);
    await page.locator('sg-settings-sheet select[name=language]').selectOption('zh-Hans');
    await page.locator('sg-app [role=alert]').getByText('could not be fetched').waitFor();
    await expect.poll(() => languageOf(page)).toBe('en');
    await page.unroute(/zh-Hans/);
    await page.locator('sg-settings-sheet select[name=language]').selectOption('en');
    await page.reload();
    await openApp(page, serving.url);
  });

  it('changes to Chinese at once, in what is open too', async () => {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await openSettings(page);
    await page.locator('sg-settings-sheet select[name=language]').selectOption('zh-Hans');
    await page.locator('sg-settings-sheet').getByText('朗读首位标签').waitFor();
    await expect.poll(() => languageOf(page)).toBe('zh-Hans');
    await expect.poll(() => words(page)).toEqual([]);
    await closeSettings(page);
    await expect.poll(() => words(page)).toEqual([]);
    expect(chinese()).not.toEqual([]);
  });

  it('keeps it over a reload', async () => {
    await page.reload();
    await page.getByRole('button', { name: '打开摄像头' }).waitFor();
    await expect.poll(() => languageOf(page)).toBe('zh-Hans');
  });

  it('changes back', async () => {
    await openSettings(page);
    await page.locator('sg-settings-sheet select[name=language]').selectOption('auto');
    await page.locator('sg-settings-sheet').getByText('Speak the first label').waitFor();
    await expect.poll(() => languageOf(page)).toBe('en');
    await page.locator('sg-settings-sheet input[name=certainty]').fill('0');
    await closeSettings(page);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    const first = page.locator('sg-live-view sg-label-list li .name').first();
    await first.waitFor();
    expect(IMAGENET_LABELS).toContain((await first.textContent())?.trim());
  });
});
