import { sessionLock } from '../../shared/session-store';
import { readManifest, sessionsFolder } from './session-folder';

/*
 * What is left where a tab dies, or a worker is ended, in the middle of an import or export. A session that is being imported
 * has a file beside its others that says so, and whoever imports it holds its lock.
 */

/** The file that marks a session as not whole yet. */
const IMPORTING = 'importing';
/** Where exports lie until the next one, each in a folder of its own: a download reads from there, and nobody tells when it is done. */
export const EXPORTS = 'exports';
/** How long a worker that was just ended may keep its locks and files, milliseconds: it ends when what it runs at the moment does. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 200;

const exportLock = (id: string): string => `sightglass.export.${id}`;

/** Keeps an export's folder from being removed until this worker ends. */
export function holdExport(id: string): Promise<void> {
  return new Promise((held, failed) => {
    const forEver = (): Promise<never> => {
      held();
      return new Promise(() => undefined);
    };
    navigator.locks.request(exportLock(id), forEver).catch(failed);
  });
}

export async function markImport(folder: FileSystemDirectoryHandle): Promise<void> {
  await folder.getFileHandle(IMPORTING, { create: true });
}

/** The session is whole: its session.json is written. */
export async function unmarkImport(folder: FileSystemDirectoryHandle): Promise<void> {
  await folder.removeEntry(IMPORTING);
}

/** Whether a session's folder is that of an import that has not ended. */
export async function isImport(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return folder.getFileHandle(IMPORTING).then(() => true, () => false);
}

/** Does a job under a lock, or not at all where somebody else has it. */
async function withLock(name: string, wait: boolean, job: () => Promise<void>): Promise<void> {
  const options: LockOptions = wait ? { signal: AbortSignal.timeout(PATIENCE_MS) } : { ifAvailable: true };
  try {
    await navigator.locks.request(name, options, (lock) => (lock ? job() : undefined));
  } catch {
    // Still at work, or the device refuses: the next start tries again.
  }
}

/** Removes a folder; a worker that was just ended may have its files open for a moment longer. */
async function remove(parent: FileSystemDirectoryHandle, name: string, wait: boolean): Promise<void> {
  const end = performance.now() + (wait ? PATIENCE_MS : 0);
  for (;;) {
    try {
      return await parent.removeEntry(name, { recursive: true });
    } catch (error) {
      const open = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!open || performance.now() >= end) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The folders in a folder; none where there is no such one. */
async function foldersOf(parent: FileSystemDirectoryHandle | undefined): Promise<[string, FileSystemDirectoryHandle][]> {
  const found: [string, FileSystemDirectoryHandle][] = [];
  if (parent) for await (const [name, handle] of parent.entries()) if (handle.kind === 'directory') found.push([name, handle]);
  return found;
}

/** Removes exports whose worker is no more: nobody downloads them any longer. Never throws. */
export async function removeExports(wait: boolean): Promise<void> {
  try {
    const all = await (await navigator.storage.getDirectory()).getDirectoryHandle(EXPORTS);
    await Promise.all((await foldersOf(all)).map(([id]) => withLock(exportLock(id), wait, () => remove(all, id, wait))));
  } catch {
    // Nothing was ever exported.
  }
}

async function removeImports(wait: boolean): Promise<void> {
  const sessions = await sessionsFolder();
  const broken = async ([id, folder]: [string, FileSystemDirectoryHandle]): Promise<void> => {
    if (!(await isImport(folder))) return;
    await withLock(sessionLock(id), wait, async () => {
      if (!(await isImport(folder))) return;
      // Broken off at the very end: whole, but for the mark.
      if (await readManifest(folder)) await unmarkImport(folder);
      else await remove(sessions, id, wait);
    });
  };
  await Promise.all((await foldersOf(sessions)).map(broken));
}

/**
 * Removes what imports and exports left that were broken off; never throws.
 * @param wait whether to wait for workers that were just ended to let go
 */
export async function removeLeftOvers(wait: boolean): Promise<void> {
  // Where there is no private file system nothing can have been left.
  await Promise.all([removeExports(wait), removeImports(wait).catch(() => undefined)]);
}
