import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openBrowser, PHONE, type Browsing } from '../../support/browser';
import { card, cards, chooseZips, imported, openSessions, sampleSession, storedFiles, type SampleSession } from '../../support/session-page';
import { bundleHead } from '../../../src/sessions/shared/export/bundle';
import { sessionZip } from '../../support/session-zip';

describe('importing sessions', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let sample: SampleSession;

  beforeAll(async () => {
    sample = await sampleSession('mp4', { size: '1280x720' });
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: PHONE } });
    page = browsing.page;
    await openSessions(page, serving.url);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  /** Imports a file that is not to be taken; @returns the fault's code and words */
  async function refused(bytes: Buffer, name = 'broken.zip'): Promise<{ code: string | null; words: string }> {
    await chooseZips(page, { name, bytes });
    const alert = page.locator('sg-sessions-view [role=alert]');
    await alert.waitFor({ timeout: 20_000 });
    await imported(page);
    const found = { code: await alert.getAttribute('data-code'), words: (await alert.innerText()).replace(/\s+/g, ' ') };
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await cards(page).count()).toBe(0);
    expect(await storedFiles(page, 'sessions')).toEqual([]);
    return found;
  }

  /** The sample with some of its files others. */
  const zipWith = (changes: Record<string, string | undefined>): Promise<Buffer> => {
    const files = new Map(sample.files);
    for (const [path, text] of Object.entries(changes)) {
      if (text === undefined) files.delete(path);
      else files.set(path, new TextEncoder().encode(text));
    }
    return sessionZip(sample.data.manifest, files);
  };

  it.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['no zip', () => Buffer.from('this is no zip'), 'import-foreign'],
    ['an empty file', () => Buffer.alloc(0), 'import-foreign'],
    ['a picture', () => sample.image, 'import-foreign'],
    ['a zip of something else', async () => (await sessionZip(sample.data.manifest, new Map(), { head: '{"name":"x"}', more: { 'readme.txt': 'hello' } })), 'import-foreign'],
    ['a zip that was cut off', () => sample.zip.subarray(0, sample.zip.length / 2), 'import-broken'],
    ['one with a changed byte in the film', () => {
      const changed = Buffer.from(sample.zip);
      changed[changed.indexOf('mdat') + 50] ^= 255;
      return changed;
    }, 'import-broken'],
    ['one of a newer version', () => sessionZip(sample.data.manifest, sample.files, { head: JSON.stringify({ ...bundleHead(sample.data.manifest, []), version: 2 }) }), 'import-newer'],
    ['one that lacks the film', () => zipWith({ 'film.mp4': undefined }), 'import-broken'],
    ['one whose film is none', () => zipWith({ 'film.mp4': 'no film' }), 'import-broken'],
    ['one whose labels are none', () => zipWith({ 'labels.jsonl': '{"timeUs":-5}\n' }), 'import-broken'],
    ['one whose edits are none', () => zipWith({ 'human.jsonl': 'x\n' }), 'import-broken'],
    ['one that lacks a picture', () => zipWith({ 'snapshots/3600000.jpg': undefined }), 'import-broken'],
    ['one that leads out of its folder', () => sessionZip(sample.data.manifest, sample.files, { more: { '../../evil.js': 'x' } }), 'import-unsafe'],
  ])('refuses %s, says why, and leaves nothing behind', async (_, make, code) => {
    const found = await refused(await make());
    expect(found.code, found.words).toBe(code);
    expect(found.words.length).toBeGreaterThan(40);
  });

  it('goes on with the other files after one that is broken', async () => {
    const odd = `${'長い名前 '.repeat(60)}"><img src=x onerror=alert(1)>.zip`;
    await chooseZips(page, { name: 'broken.zip', bytes: Buffer.from('x') }, { name: odd.slice(-300), bytes: sample.zip });
    await card(page, 'test-session').waitFor({ timeout: 20_000 });
    await imported(page);
    expect(await page.locator('sg-sessions-view [role=alert]').getAttribute('data-code')).toBe('import-foreign');
    await page.getByRole('button', { name: 'Go on' }).click();
    await card(page, 'test-session').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions'), { timeout: 8000 }).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  });

  it.each([
    ['unicode', '猫🐈‍⬛ – Größe ‮txt.exe'],
    ['slashes', '../../etc/passwd\\..\\x'],
    ['300 characters', 'ä'.repeat(300)],
    ['markup', '<img src=x onerror=alert(1)>'],
  ])('takes a session whose name is odd: %s', async (_, title) => {
    const named = await sampleSession('mp4', { title });
    await chooseZips(page, { name: `${title}.zip`, bytes: named.zip });
    await page.getByRole('link', { name: title }).waitFor({ timeout: 20_000 });
    await imported(page);
    expect(await page.locator('sg-session-list img').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await card(page, 'test-session').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions'), { timeout: 8000 }).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  });

  /** A session whose labels take a while to be checked. */
  async function longZip(): Promise<Buffer> {
    const line = `${JSON.stringify(sample.data.recognitions[0])}\n`;
    const files = new Map(sample.files).set('labels.jsonl', new TextEncoder().encode(line.repeat(180_000)));
    return sessionZip(sample.data.manifest, files);
  }

  it('can be cancelled, and leaves nothing behind', async () => {
    const bytes = await longZip();
    // Pressed in the moment that the import has begun to write, however quick the machine is.
    const words = page.locator('sg-sessions-view').evaluate(async (view) => {
      const writing = async (): Promise<boolean> => {
        try {
          const sessions = await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions');
          await (await sessions.getDirectoryHandle('test-session')).getFileHandle('importing');
          return true;
        } catch {
          return false;
        }
      };
      for (const end = performance.now() + 30_000; performance.now() < end; await new Promise(requestAnimationFrame)) {
        const line = view.shadowRoot!.querySelector<HTMLElement>('.importing');
        if (!line || !(await writing())) continue;
        const text = line.innerText;
        [...line.querySelectorAll('button')].find((button) => button.innerText === 'Cancel')!.click();
        return text;
      }
      return 'It was never imported.';
    });
    await chooseZips(page, { name: 'long.zip', bytes });
    expect(await words).toMatch(/Importing long\.zip/);
    await imported(page);
    expect(await cards(page).count()).toBe(0);
    await expect.poll(() => storedFiles(page, 'sessions'), { timeout: 8000 }).toEqual([]);
    expect(await page.locator('sg-sessions-view [role=alert]').count()).toBe(0);
  });

  it('leaves nothing behind either where the tab dies in the middle', async () => {
    await chooseZips(page, { name: 'long.zip', bytes: await longZip() });
    await expect.poll(() => storedFiles(page, 'sessions'), { timeout: 20_000, interval: 20 }).toContain('test-session/importing');
    const next = await browsing.context.newPage();
    await page.close({ runBeforeUnload: false });
    page = next;
    await page.goto(`${serving.url}version.txt`).catch(() => undefined);
    await openSessions(page, serving.url);
    await expect.poll(() => storedFiles(page, 'sessions'), { timeout: 15_000 }).toEqual([]);
    expect(await cards(page).count()).toBe(0);
  });
});
