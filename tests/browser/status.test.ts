import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../support/browser';
import { makeFilm } from '../support/film';
import { SCRATCH } from '../support/shared';

const film = join(SCRATCH, 'plain.mjpeg');
let serving: Serving;
let browsing: Browsing;
let page: Page;
beforeAll(async () => {
  const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
  await makeFilm(film, [{ picture: grey, seconds: 2 }]);
  serving = await serveBuilt();
});
afterEach(() => browsing.close());
afterAll(() => serving.close());

async function openStatus(): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'What this device can do' }).click();
  await page.getByRole('dialog', { name: 'What this device can do' }).waitFor();
}
const found = (id: string): Promise<string | null> => page.locator(`sg-status-sheet li[data-capability="${id}"]`).getAttribute('data-found');

/** Keeps what is copied, as the page itself may not read the clipboard (permissions policy). */
async function spyOnCopies(): Promise<void> {
  await page.addInitScript(() => {
    const real = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = async (text) => {
      await real(text);
      Object.assign(globalThis, { copied: text });
    };
  });
}
const copied = (): Promise<string> => page.evaluate(() => (globalThis as unknown as { copied: string }).copied);

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('the status sheet of a device that has it all, %s', (_, viewport) => {
  it('lists each thing as found, and copies a report without a word of the person', async () => {
    browsing = await openBrowser({ film, context: { viewport, locale: 'en-GB', permissions: ['camera', 'clipboard-write'] } });
    page = browsing.page;
    await spyOnCopies();
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
    const device = await page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).find((d) => d.kind === 'videoinput'));
    await openStatus();
    for (const id of ['secure-context', 'camera', 'wasm-simd', 'threads', 'video-frame', 'offscreen-canvas', 'private-file-system']) expect(await found(id)).toBe('yes');
    await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    await page.getByText('Copied.').waitFor();
    const report = await copied();
    for (const line of [/^sightglass: \d+\.\d+\.\d+$/m, /^browser: Mozilla/m, /^threads: yes \(\d+\)$/m, /^engine: \w+, \d threads, self-test \w+, loaded in \d+ ms$/m, /^inference ms: \d+\.\d$/m, /^transport: video-frame$/m]) {
      expect(report).toMatch(line);
    }
    for (const personal of [device?.deviceId, device?.label, 'en-GB', new URL(serving.url).host]) {
      expect(personal).toBeTruthy();
      expect(report).not.toContain(personal);
    }
  });

  it('selects the report where the browser refuses to copy', async () => {
    browsing = await openBrowser({ film, context: { viewport } });
    page = browsing.page;
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'clipboard'));
    await openApp(page, serving.url);
    await openStatus();
    await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    const area = page.getByRole('textbox', { name: 'Report' });
    await area.waitFor();
    await expect.poll(() => area.evaluate((a: HTMLTextAreaElement) => a.selectionEnd - a.selectionStart === a.value.length && a.value.length > 200)).toBe(true);
  });
});
