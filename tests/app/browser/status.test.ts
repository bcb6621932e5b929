import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { ownPages } from '../../support/own-pages';
import { copied, openStatus, spyOnCopies } from '../../support/status-sheet';

const pages = ownPages();
let page: Page;

const found = (id: string): Promise<string | null> => page.locator(`sg-status-sheet li[data-capability="${id}"]`).getAttribute('data-found');

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('the status sheet of a device that has it all, %s', (_, viewport) => {
  it('lists each thing as found, and copies a report without a word of the person', async () => {
    page = await pages.open({ context: { viewport, locale: 'en-GB', permissions: ['camera', 'clipboard-write'] } });
    await spyOnCopies(page);
    await openApp(page, pages.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
    const device = await page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).find((d) => d.kind === 'videoinput'));
    await openStatus(page);
    for (const id of ['secure-context', 'camera', 'wasm-simd', 'threads', 'video-frame', 'offscreen-canvas', 'private-file-system']) await expect.poll(() => found(id)).toBe('yes');
    await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    await page.getByText('Copied.').waitFor();
    const report = await copied(page);
    for (const line of [/^sightglass: \d+\.\d+\.\d+$/m, /^browser: Mozilla/m, /^threads: yes \(\d+\)$/m, /^engine: \w+, \d threads, self-test \w+, loaded in \d+ ms$/m, /^inference ms: \d+\.\d$/m, /^transport: video-frame$/m]) {
      expect(report).toMatch(line);
    }
    for (const personal of [device?.deviceId, device?.label, 'en-GB', new URL(pages.url).host]) {
      expect(personal).toBeTruthy();
      expect(report).not.toContain(personal);
    }
  });

  it('selects the report where the browser refuses to copy', async () => {
    page = await pages.open({ context: { viewport } });
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'clipboard'));
    await openApp(page, pages.url);
    await openStatus(page);
    await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    const area = page.getByRole('textbox', { name: 'Report' });
    await area.waitFor();
    await expect.poll(() => area.evaluate((a: HTMLTextAreaElement) => a.selectionEnd - a.selectionStart === a.value.length && a.value.length > 200)).toBe(true);
  });
});
