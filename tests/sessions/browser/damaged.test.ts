import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionManifest } from '../../../src/sessions/shared/session';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openBrowser, PHONE, withoutSavePicker, type Browsing } from '../../support/browser';
import { readZip } from '../../support/read-zip';
import { card, chooseZips, imported, openSessions, sampleSession, storedFile, storedFiles, type SampleSession } from '../../support/session-page';

const ID = 'test-session';

describe('a session that is damaged, or of a newer version', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let sample: SampleSession;
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-damaged-'));

  beforeAll(async () => {
    sample = await sampleSession('mp4');
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: PHONE, acceptDownloads: true } });
    page = browsing.page;
    // A test cannot use the browser's dialog: downloads, as in Firefox and Safari.
    await withoutSavePicker(page);
  });
  afterEach(async () => {
    await aside();
    await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('sessions', { recursive: true }).catch(() => undefined));
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Leaves the app for a file of the same site, and forgets the index, which holds no more than speed. */
  async function aside(): Promise<void> {
    await page.goto(`${serving.url}THIRD-PARTY-NOTICES.txt`);
    await page.evaluate(() => new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase('sightglass-sessions');
      request.onsuccess = () => resolve();
      request.onerror = () => reject(new Error('The index stays.'));
    }));
  }

  /** Puts the sample on the device, and then other bytes in place of some of its files. */
  async function stored(files: Record<string, Buffer>): Promise<void> {
    await openSessions(page, serving.url);
    await chooseZips(page, { name: 'sample.zip', bytes: sample.zip });
    await card(page, ID).waitFor();
    await imported(page);
    await aside();
    for (const [path, bytes] of Object.entries(files)) {
      await page.evaluate(async ([id, name, base64]) => {
        const session = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions')).getDirectoryHandle(id);
        const file = await (await session.getFileHandle(name, { create: true })).createWritable();
        await file.write(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
        await file.close();
      }, [ID, path, bytes.toString('base64')] as const);
    }
  }

  const manifest = async (): Promise<SessionManifest> => JSON.parse((await storedFile(page, ID, 'session.json')).toString()) as SessionManifest;
  const recording = (): Buffer => Buffer.from(JSON.stringify({ ...sample.data.manifest, state: 'recording', durationUs: 0 }));
  const film = (damage: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(sample.files.get('film.mp4') ?? []);
    damage(bytes);
    return bytes;
  };

  it.each<[string, (bytes: Buffer) => void]>([
    ['one flipped byte in its head', (bytes) => (bytes[bytes.indexOf('moov')] ^= 1)],
    ['its first 4 KB zeroed', (bytes) => bytes.fill(0, 0, 4096)],
    ['a count of 0xFFFFFFFF', (bytes) => bytes.writeUInt32BE(0xffffffff, bytes.indexOf('trun') + 8)],
  ])('is kept with all its files where its film has %s, and a person deletes it', async (_, damage) => {
    const damaged = film(damage);
    await stored({ 'film.mp4': damaged, 'session.json': recording() });
    const before = await storedFiles(page, `sessions`);
    await page.goto(serving.url);
    const notice = page.locator('sg-recording-notice [data-kind="recovered"]');
    await notice.waitFor();
    expect(await notice.innerText()).toMatch(/damaged[\s\S]*Nothing was deleted/);
    await openSessions(page, serving.url);
    await card(page, ID).locator('[data-flaw="film-damaged"]').waitFor();
    expect(await storedFiles(page, 'sessions')).toEqual(before);
    expect((await storedFile(page, ID, 'film.mp4')).equals(damaged)).toBe(true);
    for (const name of ['labels.jsonl', 'human.jsonl']) expect((await storedFile(page, ID, name)).equals(Buffer.from(sample.files.get(name) ?? [])), name).toBe(true);
    expect(await manifest()).toMatchObject({ state: 'recovered', flaw: 'film-damaged', recognitions: sample.data.recognitions.length, spans: 2, snapshots: 1 });

    // The film as it is can be saved.
    await card(page, ID).locator('[data-action=export]').click();
    const sheet = page.locator('sg-export-sheet');
    await sheet.locator('input[value="film"]').check();
    const [download] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    await download.saveAs(join(folder, 'film.mp4'));
    expect(readFileSync(join(folder, 'film.mp4')).equals(damaged)).toBe(true);
    await sheet.getByRole('button', { name: 'Close' }).click();

    // Its labels are there to be seen.
    await page.goto(`${serving.url}#sessions/${ID}`);
    await page.locator('sg-label-timeline button[data-span="second"]').waitFor();

    await page.goto(`${serving.url}#sessions`);
    await card(page, ID).locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
  });

  it('is opened with the labels that can be read, and says how many cannot', async () => {
    const [first, ...rest] = Buffer.from(sample.files.get('labels.jsonl') ?? []).toString().trimEnd().split('\n');
    const damaged = [first, '{"timeUs":1,"top":[null],"modelId":"resnet18"}', 'no json', ...rest, '{"timeUs":9,"to'].join('\n');
    const human = `${Buffer.from(sample.files.get('human.jsonl') ?? []).toString()}{"kind":"put-span","span":{"id":"x","startUs":0,"endUs":1,"label":{"name":7}}}\n`;
    await stored({ 'labels.jsonl': Buffer.from(damaged), 'human.jsonl': Buffer.from(human) });
    await page.goto(`${serving.url}#sessions/${ID}`);
    await page.locator('sg-label-timeline button[data-span="second"]').waitFor();
    expect(await page.locator('sg-session-detail .unreadable').innerText()).toContain('cannot be read: 3.');
    // Untouched, after a change too.
    await page.locator('sg-label-timeline button[data-span="second"]').click();
    await page.keyboard.press('Delete');
    await expect.poll(async () => (await storedFile(page, ID, 'human.jsonl')).toString()).toContain('delete-span');
    expect((await storedFile(page, ID, 'human.jsonl')).toString()).toContain('"name":7');
    expect((await storedFile(page, ID, 'labels.jsonl')).toString()).toBe(damaged);
  });

  it('is exported as what can be read, with the rest beside it, and taken back', async () => {
    const [first, ...rest] = Buffer.from(sample.files.get('labels.jsonl') ?? []).toString().trimEnd().split('\n');
    const damaged = [first, '{"timeUs":1,"top":[null],"modelId":"resnet18"}', ...rest, '{"timeUs":9,"to'].join('\n');
    await stored({ 'labels.jsonl': Buffer.from(damaged) });
    // The picture that was kept while filming is lost, too.
    await page.evaluate(async (id) => {
      const session = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions')).getDirectoryHandle(id);
      await session.removeEntry('snapshots', { recursive: true });
    }, ID);
    await page.goto(`${serving.url}#sessions`);
    await card(page, ID).locator('[data-action=export]').click();
    const sheet = page.locator('sg-export-sheet');
    await sheet.locator('input[value="everything"]').check();
    const [download] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(folder, 'damaged.zip');
    await download.saveAs(path);
    await sheet.getByRole('button', { name: 'Close' }).click();
    const zip = await readZip(readFileSync(path));
    expect(zip.get('exports/labels.damaged.jsonl')?.toString()).toBe(damaged);
    await card(page, ID).locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions')).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await chooseZips(page, { name: 'damaged.zip', bytes: readFileSync(path) });
    await card(page, ID).waitFor();
    await imported(page);
    expect(await manifest()).toMatchObject({ recognitions: sample.data.recognitions.length, spans: 2, snapshots: 0 });
  });

  it.each<[string, string]>([
    ['partial', JSON.stringify({ version: 1, id: ID, name: 'My cat', createdAt: 1e12, state: 'complete' })],
    ['of wrong types', JSON.stringify({ version: 1, id: ID, name: 'My cat', createdAt: 1e12, state: 'complete', durationUs: 'long', bytes: null, film: [], models: {} })],
  ])('has its name and figures again where its session.json is %s, which is kept beside it', async (_, text) => {
    await stored({ 'session.json': Buffer.from(text) });
    await page.goto(serving.url);
    await openSessions(page, serving.url);
    await card(page, ID).waitFor();
    await expect.poll(() => card(page, ID).innerText()).toContain('My cat');
    expect(await card(page, ID).innerText()).not.toMatch(/NaN|undefined|Invalid/);
    await expect.poll(manifest).toMatchObject({ name: 'My cat', createdAt: 1e12, state: 'recovered', spans: 2, snapshots: 1, recognitions: sample.data.recognitions.length });
    expect((await storedFile(page, ID, 'session-damaged.json')).toString()).toBe(text);
    expect((await storedFile(page, ID, 'film.mp4')).equals(Buffer.from(sample.files.get('film.mp4') ?? []))).toBe(true);
  });

  it('is listed by its own session.json where the index is damaged, or has lost its store', async () => {
    await stored({});
    const damage = (entry: object | undefined): Promise<void> => page.evaluate((value) => new Promise<void>((resolve, reject) => {
      const request = indexedDB.open('sightglass-sessions');
      request.onupgradeneeded = () => {
        if (value) request.result.createObjectStore('sessions', { keyPath: 'id' }).put(value);
      };
      request.onsuccess = () => resolve(request.result.close());
      request.onerror = () => reject(new Error('There is no index.'));
    }), entry);
    for (const entry of [{ version: 1, id: ID, name: 'lies', createdAt: 'never' }, undefined]) {
      await damage(entry);
      await openSessions(page, serving.url);
      await card(page, ID).waitFor();
      expect(await card(page, ID).innerText()).toContain(sample.data.manifest.name);
      expect(await card(page, ID).innerText()).not.toMatch(/NaN|lies|Invalid/);
      await aside();
    }
  });

  it('is left alone where a newer version wrote it, which is said', async () => {
    const newer = Buffer.from(JSON.stringify({ version: 2, id: ID, name: 'of tomorrow', createdAt: 1e12, state: 'recording', film: { files: ['a', 'b'] } }));
    await stored({ 'session.json': newer });
    const before = await storedFiles(page, 'sessions');
    await page.goto(serving.url);
    await openSessions(page, serving.url);
    const flaw = card(page, ID).locator('[data-flaw="newer-version"]');
    await flaw.waitFor();
    expect(await card(page, ID).innerText()).toContain('of tomorrow');
    expect(await card(page, ID).locator('[data-action=export]').isDisabled()).toBe(true);
    await page.goto(`${serving.url}#sessions/${ID}`);
    await page.locator('[data-code="session-newer"]').waitFor();
    expect(await storedFiles(page, 'sessions')).toEqual(before);
    expect((await storedFile(page, ID, 'session.json')).equals(newer)).toBe(true);
  });
});
