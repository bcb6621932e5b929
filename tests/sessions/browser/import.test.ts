import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openBrowser, PHONE, withoutSavePicker, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { card, cards, chooseZips, imported, openSessions, sampleSession, storedFile, storedFiles, type SampleSession } from '../../support/session-page';
import { bundleHead } from '../../../src/sessions/shared/export/bundle';
import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import type { SessionManifest } from '../../../src/sessions/shared/session';
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
    // A test cannot use the browser's dialog: downloads, as in Firefox and Safari.
    await withoutSavePicker(page);
    await openSessions(page, serving.url);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  /** Imports a file that is not to be taken; @returns the fault's code and words */
  async function refused(bytes: Buffer, name = 'broken.zip'): Promise<{ code: string | null; words: string }> {
    await chooseZips(page, { name, bytes });
    const alert = page.locator('sg-sessions-view [role=alert]');
    await alert.waitFor();
    await imported(page);
    const found = { code: await alert.getAttribute('data-code'), words: (await alert.innerText()).replace(/\s+/g, ' ') };
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await cards(page).count()).toBe(0);
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
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
    ['one that is packed with Deflate64', () => {
      const packed = Buffer.from(sample.zip);
      // Where the method stands in an entry's own header, and in the directory's (PKWARE's APPNOTE.TXT, 4.3.7 and 4.3.12).
      for (const [mark, at] of [['PK\x03\x04', 8], ['PK\x01\x02', 10]] as const) {
        for (let i = packed.indexOf(mark, 0, 'latin1'); i >= 0; i = packed.indexOf(mark, i + 4, 'latin1')) packed.writeUInt16LE(9, i + at);
      }
      return packed;
    }, 'import-packed'],
    ['one whose film counts 4294967295 frames', () => {
      const film = Buffer.from(sample.files.get('film.mp4') ?? []);
      film.writeUInt32BE(0xffffffff, film.indexOf('trun') + 8);
      return sessionZip(sample.data.manifest, new Map([...sample.files, ['film.mp4', new Uint8Array(film)]]));
    }, 'import-broken'],
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

  /** Imports what is taken. @returns the session as it lies on the device; it is deleted again */
  async function taken(bytes: Buffer): Promise<{ manifest: SessionManifest; words: string; files: string[] }> {
    await chooseZips(page, { name: 'other.zip', bytes });
    await card(page, 'test-session').waitFor();
    await imported(page);
    const manifest = JSON.parse((await storedFile(page, 'test-session', 'session.json')).toString()) as SessionManifest;
    const words = await card(page, 'test-session').innerText();
    const files = await storedFiles(page, 'sessions');
    await deleted();
    return { manifest, words, files };
  }

  /** Deletes the session, and leaves the list, which is when that is done. */
  async function deleted(): Promise<void> {
    await card(page, 'test-session').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  }

  it.each<[string, () => Promise<Buffer>]>([
    ['whose folder was packed again', () => sessionZip(sample.data.manifest, sample.files, { before: 'Zoo.sightglass/', more: { 'Zoo.sightglass/': '' } })],
    ['that macOS packed', () => sessionZip(sample.data.manifest, sample.files, {
      before: 'Zoo.sightglass/', more: { '__MACOSX/Zoo.sightglass/._sightglass.json': 'attr', 'Zoo.sightglass/.DS_Store': 'x' },
    })],
    ['whose entries begin with ./', () => sessionZip(sample.data.manifest, sample.files, { before: './', more: { './': '', './session/': '' } })],
  ])('takes one %s', async (_, make) => {
    const { manifest, files } = await taken(await make());
    expect(manifest).toMatchObject({ state: 'complete', recognitions: sample.data.recognitions.length, spans: 2, snapshots: 1 });
    expect(manifest.flaw).toBeUndefined();
    expect(files.length).toBe(5);
  });

  it('takes the film\'s own length for one that cannot be', async () => {
    const huge = { ...sample.data.manifest, durationUs: Number.MAX_SAFE_INTEGER };
    const { manifest } = await taken(await sessionZip(huge, sample.files));
    expect(manifest.durationUs / 1e6).toBeCloseTo(6, 0);
  });

  it('says that the film is cut, and keeps what is whole', async () => {
    const film = sample.files.get('film.mp4') ?? new Uint8Array();
    const cut = new Map([...sample.files, ['film.mp4', film.slice(0, Math.floor(film.length * 0.6))]]);
    const { manifest, words } = await taken(await sessionZip(sample.data.manifest, cut));
    expect(manifest.flaw).toBe('film-short');
    expect(manifest.durationUs).toBeLessThan(6e6);
    expect(manifest.durationUs).toBeGreaterThan(1e6);
    expect(words).toContain('The film ends before its labels');
  });

  it('says that the film ends before its labels, and leaves these out of exports', async () => {
    const late = { id: 'late', startUs: 8e6, endUs: 9e6, label: { name: 'behind the end' } };
    const human = toJsonLines([{ kind: 'put-span', span: { ...late, id: 'in', startUs: 1e6, endUs: 2e6, label: { name: 'in time' } } }, { kind: 'put-span', span: late }]);
    await chooseZips(page, { name: 'other.zip', bytes: await zipWith({ 'human.jsonl': human }) });
    await card(page, 'test-session').locator('[data-flaw="film-short"]').waitFor();
    await imported(page);
    expect(JSON.parse((await storedFile(page, 'test-session', 'session.json')).toString())).toMatchObject({ flaw: 'film-short', spans: 2 });
    await card(page, 'test-session').locator('[data-action=export]').click();
    const sheet = page.locator('sg-export-sheet');
    await sheet.locator('input[value="csv"]').check();
    const [download] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toContain('in time');
    expect(text).not.toContain('behind the end');
    await sheet.getByRole('button', { name: 'Close' }).click();
    await deleted();
  });

  it('goes on with the other files after one that is broken', async () => {
    const odd = `${'長い名前 '.repeat(60)}"><img src=x onerror=alert(1)>.zip`;
    const newer = await sessionZip(sample.data.manifest, sample.files, { head: JSON.stringify({ format: 'sightglass-session', version: 9 }) });
    await chooseZips(page, { name: 'broken.zip', bytes: Buffer.from('x') }, { name: odd.slice(-300), bytes: sample.zip }, { name: 'newer.zip', bytes: newer });
    await card(page, 'test-session').waitFor();
    await imported(page);
    // Each that was refused is told of by its name.
    const alerts = page.locator('sg-sessions-view [role=alert]');
    await expect.poll(() => alerts.evaluateAll((all) => all.map((each) => each.getAttribute('data-code')))).toEqual(['import-foreign', 'import-newer']);
    expect((await alerts.locator('.file-name').allTextContents())).toEqual(['broken.zip', 'newer.zip']);
    await page.getByRole('button', { name: 'Go on' }).click();
    await card(page, 'test-session').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
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
    await page.getByRole('link', { name: title }).waitFor();
    await imported(page);
    expect(await page.locator('sg-session-list img').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await card(page, 'test-session').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
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
    await expect.poll(() => cards(page).count()).toBe(0);
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
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
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
    await expect.poll(() => cards(page).count()).toBe(0);
  });
});
