import { Fault } from '../../../base/shared/fault';
import { hasPrivateFiles, storageFault, writeAll } from '../../../base/worker/private-files';
import type { SessionManifest } from '../../shared/session';
import { isSessionId, SESSIONS_FOLDER } from '../../shared/session-store';
import { toJsonLines } from '../../shared/json-lines';
import { parseManifest, SessionFormatError } from '../../shared/parse';

const MANIFEST = 'session.json';
/** A session.json that could not be read, as it was found. */
const DAMAGED_MANIFEST = 'session-damaged.json';
export const LABELS = 'labels.jsonl';
export const HUMAN = 'human.jsonl';
export const SNAPSHOTS = 'snapshots';
const NEWLINE = 10;
const BLANK = 32;

/** The folder of all sessions. @throws Fault `storage-failed` where there is no private file system */
export async function sessionsFolder(): Promise<FileSystemDirectoryHandle> {
  if (!hasPrivateFiles()) throw new Fault('storage-failed', 'This browser has no private file system (OPFS).');
  return (await navigator.storage.getDirectory()).getDirectoryHandle(SESSIONS_FOLDER, { create: true });
}

/** @throws Fault `session-missing` */
export async function sessionFolder(id: string, create = false): Promise<FileSystemDirectoryHandle> {
  if (!isSessionId(id)) throw new Fault('session-missing', `${JSON.stringify(id)} is no session's id.`);
  const all = await sessionsFolder();
  try {
    return await all.getDirectoryHandle(id, { create });
  } catch (error) {
    if (create) throw storageFault(error, 'The folder of the session could not be made');
    throw new Fault('session-missing', `There is no session ${id}.`, { cause: error });
  }
}

/** Puts a line end where a crash tore the last line, so that what is appended is not glued to it. @returns where to go on */
function endOfLines(access: FileSystemSyncAccessHandle): number {
  const size = access.getSize();
  if (size === 0) return 0;
  const last = new Uint8Array(1);
  access.read(last, { at: size - 1 });
  if (last[0] === NEWLINE) return size;
  writeAll(access, new Uint8Array([NEWLINE]), size);
  return size + 1;
}

/** Appends values to a .jsonl file and flushes it. @returns the file's bytes before and after */
export async function appendLines(
  folder: FileSystemDirectoryHandle, name: string, values: readonly unknown[],
): Promise<{ readonly before: number; readonly after: number }> {
  const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
  const before = access.getSize();
  try {
    writeAll(access, new TextEncoder().encode(toJsonLines(values)), endOfLines(access));
    access.flush();
    return { before, after: access.getSize() };
  } catch (error) {
    // All or nothing: half an edit would be read as a torn line.
    access.truncate(before);
    throw error;
  } finally {
    access.close();
  }
}

/** The text of a file, '' where there is none. @param most bytes that are read, from its begin */
export async function readText(folder: FileSystemDirectoryHandle, name: string, most = Infinity): Promise<string> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return await (file.size > most ? file.slice(0, most) : file).text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return '';
    throw error;
  }
}

/** session.json as it is stored; undefined where there is none or it is no JSON (torn by a crash). */
async function readStored(folder: FileSystemDirectoryHandle): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = JSON.parse(await readText(folder, MANIFEST));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isNewer = ({ version }: Readonly<Record<string, unknown>>): boolean => typeof version === 'number' && version > 1;

/**
 * The manifest; undefined where there is none that this app can read, because a crash tore it or something else wrote it.
 * @throws Fault `session-newer` where a newer version of the app wrote it: it is left as it is
 */
export async function readManifest(folder: FileSystemDirectoryHandle): Promise<SessionManifest | undefined> {
  const stored = await readStored(folder);
  if (stored && isNewer(stored)) throw new Fault('session-newer', `The session ${folder.name} is of version ${String(stored['version'])}.`);
  try {
    return stored && parseManifest(stored);
  } catch (error) {
    if (error instanceof SessionFormatError) return undefined;
    throw error;
  }
}

/** The name and time of a session, as far as they can be told. */
type Told = Partial<Pick<SessionManifest, 'name' | 'createdAt'>>;

function toldBy({ name, createdAt }: Readonly<Record<string, unknown>>): Told {
  return {
    ...(typeof name === 'string' && name !== '' && { name: name.slice(0, 200) }),
    ...(typeof createdAt === 'number' && createdAt >= 0 && createdAt <= 8.64e15 && { createdAt }),
  };
}

/**
 * Puts a session.json that cannot be read beside the other files, before another is written in its place.
 * @returns what can be told from it all the same
 */
export async function setManifestAside(folder: FileSystemDirectoryHandle): Promise<Told> {
  const text = await readText(folder, MANIFEST);
  if (text.trim() === '') return {};
  const access = await (await folder.getFileHandle(DAMAGED_MANIFEST, { create: true })).createSyncAccessHandle();
  try {
    const bytes = new TextEncoder().encode(text);
    writeAll(access, bytes, 0);
    access.truncate(bytes.length);
    access.flush();
  } finally {
    access.close();
  }
  return toldBy((await readStored(folder)) ?? {});
}

/** What a list tells of a session of a newer version; undefined where it is of none. */
export async function newerSession(folder: FileSystemDirectoryHandle): Promise<SessionManifest | undefined> {
  const stored = await readStored(folder);
  if (!stored || !isNewer(stored)) return undefined;
  return {
    version: 1,
    id: folder.name,
    name: folder.name,
    createdAt: 0,
    ...toldBy(stored),
    state: 'complete',
    flaw: 'newer-version',
    durationUs: 0,
    film: { file: 'film.mp4', mimeType: 'video/mp4', width: 0, height: 0, recorder: 'webcodecs' },
    models: [],
    bytes: await folderBytes(folder),
    recognitions: 0,
    spans: 0,
    snapshots: 0,
  };
}

/** session.json is filled up to a multiple of so many bytes with blanks: so it can be written anew on a device that is full. */
const MANIFEST_STEP = 4096;

/** Writes session.json in one go. */
export async function writeManifest(folder: FileSystemDirectoryHandle, manifest: SessionManifest): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`);
  const bytes = new Uint8Array(Math.ceil(text.length / MANIFEST_STEP) * MANIFEST_STEP).fill(BLANK);
  bytes.set(text);
  const access = await (await folder.getFileHandle(MANIFEST, { create: true })).createSyncAccessHandle();
  try {
    writeAll(access, bytes, 0);
    if (access.getSize() > bytes.length) access.truncate(bytes.length);
    access.flush();
  } finally {
    access.close();
  }
}

/** Bytes of all files of a folder and of those in it. */
export async function folderBytes(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const handle of folder.values()) {
    bytes += handle.kind === 'directory' ? await folderBytes(handle) : (await handle.getFile()).size;
  }
  return bytes;
}
