import { BlobReader, configure, ZipReader, type Entry, type FileEntry } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { Fault, type FaultCode } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import { isSessionId, SESSION_CHANNEL, sessionLock, type SessionChange } from '../../shared/session-store';
import {
  BUNDLE_FOLDER, BUNDLE_HEAD, BundleError, checkEntries, checkFiles, foldersInZip, isContent, MOST_HEAD_BYTES, parseBundleHead, plainName,
  type BundleHead, type ZipEntryInfo,
} from '../../shared/export/bundle';
import { foldEdits } from '../../shared/human-labels';
import { parseHumanEdit, SessionFormatError } from '../../shared/parse';
import { readJsonLines, readRecognitions } from '../../shared/read-json-lines';
import { storageFault, writeAll } from '../../../base/worker/private-files';
import { folderBytes, HUMAN, LABELS, sessionFolder, sessionsFolder, SNAPSHOTS, writeManifest } from '../store/session-folder';
import { isTime } from '../../shared/video/video-cut';
import { endsEarly } from '../../shared/video/mp4-counts';
import { DeviceFile } from '../store/device-file';
import { repairVideo } from '../store/video-repair';
import { markImport, unmarkImport } from '../store/left-overs';
import { chunksOf } from '../../../base/worker/async';
import { openVideo } from './open-video';
import type { Report } from './reports';

// The browser's own inflater, in this worker; this entry of the library comes without its own ones.
configure({ useWebWorkers: false });

const REASONS: Readonly<Record<BundleError['reason'], FaultCode>> = {
  'not-ours': 'import-foreign',
  newer: 'import-newer',
  broken: 'import-broken',
  unsafe: 'import-unsafe',
  packed: 'import-packed',
};

/** What the zip reader refuses, in its words. */
const UNSAFE = /unsafe|ambiguous|overlapping/i;

/** An import's error as a fault. */
function importFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof BundleError) return new Fault(REASONS[error.reason], error.message, { cause: error });
  if (error instanceof SessionFormatError) return new Fault('import-broken', error.message, { cause: error });
  if (error instanceof DOMException) return storageFault(error, 'The session could not be written');
  const message = error instanceof Error ? error.message : String(error);
  return new Fault(UNSAFE.test(message) ? 'import-unsafe' : 'import-broken', `The zip cannot be read: ${message}`, { cause: error });
}

/** An entry under the name that our list of files has for it. */
interface NamedEntry {
  readonly name: string;
  readonly entry: Entry;
}

/** What somebody packed in a folder, by its names there, without what the tool added. */
function contentOf(entries: readonly Entry[], folder: string): NamedEntry[] {
  return entries
    .filter(({ filename }) => isContent(filename))
    .map((entry) => ({ name: entry.filename.startsWith(folder) ? entry.filename.slice(folder.length) : entry.filename, entry }))
    .filter(({ name }) => name !== '');
}

function infoOf({ name, entry }: NamedEntry): ZipEntryInfo {
  return {
    name,
    method: entry.compressionMethod,
    directory: entry.directory,
    compressedBytes: entry.compressedSize,
    bytes: entry.uncompressedSize,
    encrypted: entry.encrypted,
  };
}

/** Whether a file begins as zips do: with the header of an entry (PKWARE's APPNOTE.TXT, 4.3.7). */
async function beginsAsZip(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head.length === 4 && [0x50, 0x4b, 3, 4].every((byte, i) => head[i] === byte);
}

/** Reads the zip's directory; a file that is no zip at all is a foreign one, one whose end is missing is broken. */
async function entriesOf(reader: ZipReader<Blob>, zip: Blob): Promise<Entry[]> {
  try {
    return await reader.getEntries();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (UNSAFE.test(message)) throw new BundleError('unsafe', message);
    if (await beginsAsZip(zip)) throw new BundleError('broken', `The zip has no directory at its end (${message}).`);
    throw new BundleError('not-ours', message);
  }
}

function fileEntry(entries: readonly NamedEntry[], wanted: string): FileEntry {
  const { entry, name } = entries.find((each) => each.name === wanted) ?? { entry: undefined, name: wanted };
  if (!entry || entry.directory) throw new BundleError(name === BUNDLE_HEAD ? 'not-ours' : 'broken', `The zip lacks ${name}.`);
  return entry;
}

/** Unpacks an entry chunk by chunk; more bytes than its directory tells of are not taken. */
async function unpack(entry: FileEntry, take: (chunk: Uint8Array) => void): Promise<void> {
  let left = entry.uncompressedSize;
  await entry.getData(
    new WritableStream<Uint8Array>({
      write(chunk) {
        left -= chunk.length;
        if (left < 0) throw new BundleError('unsafe', `${entry.filename} is longer than it says.`);
        take(chunk);
      },
    }),
    { checkSignature: true },
  );
  if (left > 0) throw new BundleError('broken', `${entry.filename} ends too early.`);
}

async function readHead(entries: readonly NamedEntry[]): Promise<BundleHead> {
  const entry = fileEntry(entries, BUNDLE_HEAD);
  if (entry.uncompressedSize > MOST_HEAD_BYTES) throw new BundleError('unsafe', `${BUNDLE_HEAD} has ${entry.uncompressedSize} bytes.`);
  const decoder = new TextDecoder();
  let text = '';
  await unpack(entry, (chunk) => (text += decoder.decode(chunk, { stream: true })));
  return parseBundleHead(text + decoder.decode());
}

async function writeEntry(folder: FileSystemDirectoryHandle, path: string, entry: FileEntry, onBytes: (count: number) => void): Promise<void> {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  let at = folder;
  for (const part of parts) at = await at.getDirectoryHandle(part, { create: true });
  const access = await (await at.getFileHandle(name, { create: true })).createSyncAccessHandle();
  let written = 0;
  try {
    await unpack(entry, (chunk) => {
      writeAll(access, chunk, written);
      written += chunk.length;
      onBytes(chunk.length);
    });
    access.flush();
  } finally {
    access.close();
  }
}

async function fileOf(folder: FileSystemDirectoryHandle, name: string): Promise<File> {
  return (await folder.getFileHandle(name)).getFile();
}

/** Reads what was unpacked as the app will read it. @returns the manifest with what was counted and measured */
async function check(folder: FileSystemDirectoryHandle, session: SessionManifest, report: Report): Promise<SessionManifest> {
  let recognitions = 0;
  let last = 0;
  for await (const { timeUs } of readRecognitions(chunksOf((await fileOf(folder, LABELS)).stream()), LABELS)) {
    last = timeUs;
    if (++recognitions % 1000 === 0) report({ phase: 'checking', done: Math.min(1, recognitions / Math.max(1, session.recognitions)) });
  }
  const edits = [];
  for await (const edit of readJsonLines(chunksOf((await fileOf(folder, HUMAN)).stream()), { parse: parseHumanEdit, file: HUMAN })) edits.push(edit);
  const human = foldEdits(edits);
  const images = human.snapshots.length > 0 ? await folder.getDirectoryHandle(SNAPSHOTS).catch(() => undefined) : undefined;
  for (const { file } of human.snapshots) {
    if (!(await images?.getFileHandle(file).catch(() => undefined))) throw new SessionFormatError(`The snapshot ${file} is missing.`);
  }
  const film = await checkFilm(folder, session);
  const spanEnds = human.spans.map(({ endUs }) => endUs);
  const labelledUs = [last, ...spanEnds, ...human.snapshots.map(({ timeUs }) => timeUs)].reduce((latest, us) => Math.max(latest, us), 0);
  return {
    ...session,
    ...filmNow(session, film, labelledUs),
    state: session.state === 'recording' ? 'recovered' : session.state,
    bytes: await folderBytes(folder),
    recognitions,
    spans: human.spans.length,
    snapshots: human.snapshots.length,
  };
}

/** What is there of a film; undefined where a session says itself that its film is damaged, and it is. */
type FilmThere = { readonly durationUs: number; readonly cutShort: boolean } | undefined;

/** Reads the film as exports and the player will. A film that ends in the middle of a fragment is cut to what is whole. */
async function checkFilm(folder: FileSystemDirectoryHandle, session: SessionManifest): Promise<FilmThere> {
  try {
    const file = await DeviceFile.open(folder, session.film.file);
    let cutShort: boolean;
    try {
      cutShort = endsEarly(file);
      if (cutShort && session.flaw !== 'film-damaged') repairVideo(file);
    } finally {
      file.close();
    }
    using video = await openVideo(await fileOf(folder, session.film.file));
    const durationUs = Math.round(video.duration * 1e6);
    if (!isTime(durationUs)) throw new BundleError('broken', `The film would be ${video.duration} seconds long.`);
    return { durationUs, cutShort };
  } catch (error) {
    if (session.flaw === 'film-damaged') return undefined;
    throw new BundleError('broken', error instanceof Error ? error.message : String(error));
  }
}

/** What a manifest may differ from its film by: containers round, and the length of a last frame is a guess. */
const LENGTH_TOLERANCE_US = 500_000;

/** A session's length and flaw by what its film is now, whatever the file says. */
function filmNow(session: SessionManifest, film: FilmThere, labelledUs: number): Pick<SessionManifest, 'durationUs' | 'flaw'> {
  if (!film || session.flaw === 'film-damaged') return { durationUs: Math.max(film?.durationUs ?? 0, labelledUs), flaw: 'film-damaged' };
  const isSame = !film.cutShort && Math.abs(session.durationUs - film.durationUs) <= LENGTH_TOLERANCE_US;
  const isShort = film.cutShort || labelledUs > film.durationUs + LENGTH_TOLERANCE_US || session.flaw === 'film-short';
  return { durationUs: isSame ? session.durationUs : film.durationUs, flaw: isShort ? 'film-short' : undefined };
}

/** The session's own id where the device has no such session and it can be a folder's name, else a new one. */
async function freeId(wanted: string): Promise<string> {
  if (!isSessionId(wanted)) return crypto.randomUUID();
  try {
    await sessionFolder(wanted);
    return crypto.randomUUID();
  } catch (error) {
    if (error instanceof Fault && error.code === 'session-missing') return wanted;
    throw error;
  }
}

async function ensureQuota(bytes: number): Promise<void> {
  const { quota, usage } = (await navigator.storage.estimate?.()) ?? {};
  if (quota !== undefined && usage !== undefined && quota - usage < bytes) {
    throw new Fault('storage-full', `The session needs ${bytes} bytes, the browser allows ${quota - usage} more.`);
  }
}

/** What a zip's directory ends with: a mark, 18 bytes, of which the last two are the length of a comment behind them (PKWARE's APPNOTE.TXT, 4.3.16). */
const END_MARK = [0x50, 0x4b, 5, 6];
const END_BYTES = 22;
/** Bytes behind a zip that are looked over: line ends of mail, blocks of a tape or a disk that were not cut off. */
const MOST_BEHIND = 1 << 20;

/** The zip without what stands behind its end; as it is where no end is found, which the reader says then. */
async function withoutTail(zip: Blob): Promise<Blob> {
  const from = Math.max(0, zip.size - MOST_BEHIND);
  const bytes = new Uint8Array(await zip.slice(from).arrayBuffer());
  for (let at = bytes.lastIndexOf(END_MARK[0]); at >= 0; at = at > 0 ? bytes.lastIndexOf(END_MARK[0], at - 1) : -1) {
    if (at + END_BYTES > bytes.length || !END_MARK.every((byte, i) => bytes[at + i] === byte)) continue;
    const end = at + END_BYTES + bytes[at + 20] + 256 * bytes[at + 21];
    if (end <= bytes.length) return zip.slice(0, from + end);
  }
  return zip;
}

/** Reads one session out of a zip. @param entries what lies in its folder */
async function importFolder(entries: readonly NamedEntry[], report: Report): Promise<SessionManifest> {
  const head = await readHead(entries);
  checkFiles(head, entries.map(infoOf));
  const total = head.files.reduce((sum, { bytes }) => sum + bytes, 0);
  await ensureQuota(total);
  const id = await freeId(head.session.id);
  return navigator.locks.request(sessionLock(id), async () => {
    const folder = await sessionFolder(id, true);
    try {
      await markImport(folder);
      let written = 0;
      for (const { path } of head.files) {
        await writeEntry(folder, path, fileEntry(entries, BUNDLE_FOLDER + path), (count) => {
          written += count;
          report({ phase: 'packing', done: written / Math.max(1, total) });
        });
      }
      const manifest = { ...(await check(folder, head.session, report)), id };
      await writeManifest(folder, manifest);
      await unmarkImport(folder);
      tell({ kind: 'put', id });
      return manifest;
    } catch (error) {
      await (await sessionsFolder()).removeEntry(id, { recursive: true }).catch(() => undefined);
      throw error;
    }
  });
}

/**
 * Reads our own zip back: the session in it, or several. A crash leaves nothing to be seen: see left-overs.ts. Of several, those that cannot
 * be read leave the others be, and are told of together.
 * @returns the first one
 */
export async function importSession(zip: File, report: Report): Promise<SessionManifest> {
  const packed = await withoutTail(zip).catch((error: unknown) => {
    throw importFault(error);
  });
  // Names are checked by `checkEntries`: the library's own check refuses the empty one that `./` is.
  const reader = new ZipReader(new BlobReader(packed), { strictness: 'strict', filenameValidation: 'tolerant', normalizeFilename: plainName });
  try {
    const entries = await entriesOf(reader, zip);
    const folders = foldersInZip(entries.map(({ filename }) => filename));
    checkEntries(contentOf(entries, folders.length === 1 ? folders[0] : '').map(infoOf), folders.length);
    if (folders.length === 1) return await importFolder(contentOf(entries, folders[0]), report);
    const found: SessionManifest[] = [];
    const faults: { readonly folder: string; readonly fault: Fault }[] = [];
    for (const [i, folder] of folders.entries()) {
      const own = contentOf(entries.filter(({ filename }) => filename.startsWith(folder)), folder);
      const part: Report = ({ phase, done }) => report({ phase, done: (i + done) / folders.length });
      await importFolder(own, part).then(
        (manifest) => found.push(manifest),
        (error: unknown) => faults.push({ folder: folder.slice(0, -1), fault: importFault(error) }),
      );
    }
    if (faults.length === 0) return found[0];
    const told = faults.map(({ folder, fault }) => `${folder}: ${fault.message}`).join('; ');
    throw new Fault(faults[0].fault.code, `${found.length} of ${folders.length} sessions were read. ${told}`, { cause: faults[0].fault });
  } catch (error) {
    throw importFault(error);
  } finally {
    await reader.close().catch(() => undefined);
  }
}

function tell(change: SessionChange): void {
  const channel = new BroadcastChannel(SESSION_CHANNEL);
  channel.postMessage(change);
  channel.close();
}
