import { Fault } from '../../../base/shared/fault';
import { hasPrivateFiles, storageFault, writeAll } from '../../../base/worker/private-files';
import type { SessionManifest } from '../../shared/session';
import { isSessionId, SESSIONS_FOLDER } from '../../shared/session-store';
import { toJsonLines } from '../../shared/json-lines';

const MANIFEST = 'session.json';
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

/** Appends values to a .jsonl file and flushes it. */
export async function appendLines(folder: FileSystemDirectoryHandle, name: string, values: readonly unknown[]): Promise<void> {
  const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
  const before = access.getSize();
  try {
    writeAll(access, new TextEncoder().encode(toJsonLines(values)), endOfLines(access));
    access.flush();
  } catch (error) {
    // All or nothing: half an edit would be read as a torn line.
    access.truncate(before);
    throw error;
  } finally {
    access.close();
  }
}

/** The text of a file, '' where there is none. */
export async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  try {
    return await (await (await folder.getFileHandle(name)).getFile()).text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return '';
    throw error;
  }
}

/** The manifest as it is stored; undefined where there is none or it is no JSON (torn by a crash). */
export async function readManifest(folder: FileSystemDirectoryHandle): Promise<SessionManifest | undefined> {
  const text = await readText(folder, MANIFEST);
  try {
    const manifest = JSON.parse(text) as SessionManifest;
    return manifest.version === 1 && typeof manifest.id === 'string' ? manifest : undefined;
  } catch {
    return undefined;
  }
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
