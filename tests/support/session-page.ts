import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { HumanEdit, HumanLabels, SessionData, Snapshot } from '../../src/sessions/shared/session';
import { foldEdits } from '../../src/sessions/shared/human-labels';
import { withoutSavePicker } from './browser';
import { CAT, catAndDog, DOG, manifestOf } from './session-fixture';
import { makeSessionVideo, sessionFiles, sessionZip, type SessionFiles } from './session-zip';

/** A session that is imported through the page, with all that is in it. */
export interface SampleSession {
  readonly data: SessionData;
  readonly files: SessionFiles;
  readonly zip: Buffer;
  readonly image: Buffer;
  readonly snapshot: Snapshot;
}

/** Two spans of a person's, as the network says and not. */
export const SPANS: HumanLabels['spans'] = [
  { id: 'first', startUs: 400_000, endUs: 2_400_000, label: CAT },
  { id: 'second', startUs: 3_200_000, endUs: 5_200_000, label: { name: 'Frau Müllers Hund 🐕' } },
];

/** What is other than usual. */
export interface SampleOptions extends Partial<Pick<SessionData['manifest'], 'id' | 'ended' | 'device'>> {
  /** Sides of the video, pixels. */
  readonly size?: string;
  /** The session's name. */
  readonly title?: string;
  /** When the video's first frame is shown, seconds in the video's own time. */
  readonly start?: number;
  /** True where the session says where the network looked: the middle, but at the upper right from 1 to 2 s. */
  readonly aimed?: boolean;
  readonly createdAt?: number;
}

/** Where the network looked from 1 to 2 s: 60 pixels of 320 x 240, 210 from the left and 30 from the top. */
const AIM = { x: 0.75, y: 0.25, side: 0.25 };

/** Six seconds, red (a cat, says the network), then blue (a dog); frames at uneven times; two spans, a snapshot. */
export async function sampleSession(video: 'mp4' | 'webm' = 'mp4', { size = '320x240', title, start = 0, aimed = false, ...change }: SampleOptions = {}): Promise<SampleSession> {
  const path = makeSessionVideo({ name: `session-page-${size}${start > 0 ? `-from-${start}` : ''}.${video}`, size, start, colours: ['red', 'blue'], rate: 25, uneven: true });
  const snapshot: Snapshot = { id: 'picture', timeUs: 3_600_000, file: '3600000.jpg', label: DOG };
  const image = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#00f' } }).jpeg().toBuffer();
  const recognitions = catAndDog().map((entry, i) => (aimed && i >= 5 && i < 10 ? { ...entry, square: AIM } : entry));
  const mimeType = video === 'mp4' ? 'video/mp4; codecs="avc1.f4000d"' : 'video/webm; codecs="vp8"';
  const [width, height] = size.split('x').map(Number);
  const images = new Map([[snapshot, new Uint8Array(image)]]);
  const bare = manifestOf({
    recognitions: recognitions.length, spans: SPANS.length, snapshots: 1,
    film: { file: `film.${video}`, mimeType, width, height, recorder: 'webcodecs' },
    ...(title !== undefined && { name: title }),
    ...(aimed && { models: [{ id: 'resnet18', name: 'ResNet-18', precision: 'fp32', middle: 0.875 }] as const }),
    ...change,
  });
  const data: SessionData = { manifest: bare, recognitions, human: { spans: SPANS, snapshots: [snapshot] } };
  const files = sessionFiles(data, path, images);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  const whole = { ...data, manifest: { ...bare, bytes } };
  return { data: whole, files, zip: await sessionZip(whole.manifest, files), image, snapshot };
}

/** Opens the list of sessions. */
export async function openSessions(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#sessions`);
  await page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor({ timeout: 30_000 });
}

/** Opens the list with sessions in it, in a page that downloads its exports, as in Firefox and Safari: a test cannot use the browser's dialog. */
export async function openWithSessions(page: Page, url: string, sessions: readonly SampleSession[]): Promise<void> {
  await withoutSavePicker(page);
  await openSessions(page, url);
  await chooseZips(page, ...sessions.map(({ zip, data }) => ({ name: `${data.manifest.id}.zip`, bytes: zip })));
  for (const { data } of sessions) await card(page, data.manifest.id).waitFor({ timeout: 30_000 });
  await imported(page);
}

/** Gives files to the import, as a person does with its button. */
export function chooseZips(page: Page, ...files: { name: string; bytes: Buffer }[]): Promise<void> {
  const payload = files.map(({ name, bytes }) => ({ name, mimeType: 'application/zip', buffer: bytes }));
  return page.locator('sg-sessions-view input[type=file]').setInputFiles(payload);
}

export const cards = (page: Page): Locator => page.locator('sg-session-list li');
export const card = (page: Page, id: string): Locator => page.locator(`sg-session-list li[data-session="${id}"]`);

/** Waits until no import runs. */
export async function imported(page: Page): Promise<void> {
  await page.locator('sg-sessions-view .importing').waitFor({ state: 'detached', timeout: 60_000 });
}

/** The paths of all files of a folder of the private file system, sorted; empty where there is no such folder. */
export function storedFiles(page: Page, folder: string): Promise<string[]> {
  return page.evaluate(async (name) => {
    const found: string[] = [];
    const walk = async (handle: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [child, entry] of (handle as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries()) {
        if (entry.kind === 'directory') await walk(entry as FileSystemDirectoryHandle, `${path}${child}/`);
        else found.push(path + child);
      }
    };
    try {
      await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle(name), '');
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
    }
    return found.sort();
  }, folder);
}

/** A file of a session on the device, as bytes. */
export async function storedFile(page: Page, id: string, path: string): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([session, parts]) => {
      let at = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions')).getDirectoryHandle(session);
      const folders = parts.split('/');
      const name = folders.pop() ?? '';
      for (const folder of folders) at = await at.getDirectoryHandle(folder);
      const bytes = new Uint8Array(await (await (await at.getFileHandle(name)).getFile()).arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return btoa(text);
    },
    [id, path] as const,
  );
  return Buffer.from(base64, 'base64');
}

/** The person's labels of a session as they are on the device. */
export async function storedLabels(page: Page, id: string): Promise<HumanLabels> {
  const lines = (await storedFile(page, id, 'human.jsonl')).toString('utf8').trimEnd().split('\n');
  return foldEdits(lines.map((line) => JSON.parse(line) as HumanEdit));
}
