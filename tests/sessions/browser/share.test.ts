import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { DESKTOP, PHONE } from '../../support/browser';
import { sidewaysScroll, smallTargets } from '../../support/layout';
import { ownPages } from '../../support/own-pages';
import { card, openWithSessions, sampleSession } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';

const pages = ownPages(false);
let page: Page;
const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** What the stub was handed: the file's name and type, and its bytes in base64. */
interface Handed {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

async function open(context: object, sharing: 'shares' | 'cancels' | 'none'): Promise<void> {
  page = await pages.open({ context });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript((can) => {
    const shared: unknown[] = [];
    Object.assign(globalThis, { shared });
    if (can === 'none') Object.defineProperty(navigator, 'canShare', { value: undefined });
    else Object.assign(navigator, {
      canShare: () => true,
      share: async ({ files: [file] }: { files: File[] }) => {
        if (!navigator.userActivation.isActive) throw new DOMException('not asked for', 'NotAllowedError');
        if (can === 'cancels') throw new DOMException('closed', 'AbortError');
        const bytes = new Uint8Array(await file.arrayBuffer());
        shared.push({ name: file.name, type: file.type, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) });
      },
    });
  }, sharing);
  await openWithSessions(page, pages.url, [await sampleSession('webm', { id: 'zoo', title: 'Zoo' })]);
}

const sheet = (): Locator => page.locator('sg-share-sheet');
const handed = (): Promise<Handed[]> => page.evaluate(() => (globalThis as unknown as { shared: Handed[] }).shared);

/** The mean colour of the upper half and how bright the brightest of the lower edge is, of the frame at a time, by ffmpeg. */
function frameAt(path: string, seconds: number): { readonly red: number; readonly blue: number; readonly brightest: number } {
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-ss', String(seconds), '-i', path, '-frames:v', '1', '-vf', 'scale=320:240', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 26 });
  const at = (x: number, y: number): number[] => [...bytes.subarray(3 * (320 * y + x), 3 * (320 * y + x) + 3)];
  const lower = Array.from({ length: 320 * 90 }, (_, i) => Math.min(...at(i % 320, 150 + Math.floor(i / 320))));
  return { red: at(160, 40)[0], blue: at(160, 40)[2], brightest: Math.max(...lower) };
}

/** Whether there is an ffmpeg to look into films with. */
function haveFfmpeg(): boolean {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('\n*** SKIPPED: what is drawn onto a shared film needs ffmpeg. ***\n');
    return false;
  }
}

describe.skipIf(!haveFfmpeg())('a session\'s film with its labels', () => {
  it('is made on the device, and handed on by a tap once it is ready, never before; from the list and from the open session', async () => {
    await open({ viewport: PHONE, hasTouch: true, isMobile: true }, 'shares');
    await card(page, 'zoo').getByRole('button', { name: 'Share Zoo' }).tap();
    const share = sheet().getByRole('button', { name: 'Share', exact: true });
    await share.waitFor({ timeout: 60_000 });
    expect(await handed()).toEqual([]);
    expect([...(await violations(page)), ...(await smallTargets(page)), ...(await sidewaysScroll(page))]).toEqual([]);
    await share.tap();
    await expect.poll(async () => (await handed()).length).toBe(1);
    const [{ name, type, base64 }] = await handed();
    expect([name, type].join(' ')).toMatch(/^Zoo\.labels\.(mp4 video\/mp4|webm video\/webm)$/);
    mkdirSync(SCRATCH, { recursive: true });
    const path = join(SCRATCH, `shared-${name}`);
    writeFileSync(path, Buffer.from(base64, 'base64'));
    // Red, then blue, as it was filmed; white letters where a person or the network said something.
    const [first, last] = [frameAt(path, 1), frameAt(path, 4.5)];
    expect(first.red).toBeGreaterThan(200);
    expect(last.blue).toBeGreaterThan(200);
    expect(Math.min(first.brightest, last.brightest)).toBeGreaterThan(180);
    await page.keyboard.press('Escape');
    await card(page, 'zoo').getByRole('link').tap();
    await page.locator('sg-session-detail').getByRole('button', { name: 'Share', exact: true }).tap();
    await share.waitFor({ timeout: 60_000 });
  });

  it('can be of one\'s own labels alone, by keys; nothing is wrong where a person would rather not share', async () => {
    await open({ viewport: DESKTOP }, 'cancels');
    await card(page, 'zoo').getByRole('button', { name: 'Share Zoo' }).focus();
    await page.keyboard.press('Enter');
    await sheet().getByRole('button', { name: 'Share', exact: true }).waitFor({ timeout: 60_000 });
    await sheet().getByRole('combobox', { name: 'Whose labels' }).selectOption('human');
    const share = sheet().getByRole('button', { name: 'Share', exact: true });
    await share.waitFor({ timeout: 60_000 });
    await share.press('Enter');
    await share.waitFor();
    expect(await sheet().getByRole('alert').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it('is saved where the browser shares no files; and is one of the formats', async () => {
    await open({ viewport: DESKTOP, acceptDownloads: true }, 'none');
    await card(page, 'zoo').getByRole('button', { name: 'Share Zoo' }).click();
    const save = sheet().getByRole('button', { name: 'Save', exact: true });
    await save.waitFor({ timeout: 60_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toMatch(/^Zoo\.labels\.(mp4|webm)$/);
    await sheet().getByText('Saved as a file').waitFor();
    await page.keyboard.press('Escape');
    await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
    await card(page, 'zoo').getByRole('button', { name: 'Export Zoo' }).click();
    await page.locator('sg-export-sheet input[value=film-labels]').check();
    const [exported] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.locator('sg-export-sheet').getByRole('button', { name: 'Export', exact: true }).click()]);
    expect(exported.suggestedFilename()).toMatch(/^Zoo\.labels\.(mp4|webm)$/);
  });
});
