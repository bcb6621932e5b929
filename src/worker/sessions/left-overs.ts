import { sessionLock } from '../../contract/session-store';
import { readManifest, sessionsFolder } from './session-folder';

/*
 * What is left where a tab dies, or a worker is ended, in the middle of an import or export. A session that is being imported
 * has a file beside its others that says so, and whoever imports it holds its lock.
 */

/** The file that marks a session as not whole yet. */
const IMPORTING = 'importing';
/** Where exports lie until the next one: a download reads from there, and nobody tells when it is done. */
export const EXPORTS = 'exports';
/** Name of the Web Lock that a worker holds whose exports lie in the folder. */
export const EXPORTS_LOCK = 'sightglass.exports';
/** How long a worker that was just ended may keep its locks, milliseconds. */
const LOCK_WAIT_MS = 2000;

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
  const options: LockOptions = wait ? { signal: AbortSignal.timeout(LOCK_WAIT_MS) } : { ifAvailable: true };
  try {
    await navigator.locks.request(name, options, (lock) => (lock ? job() : undefined));
  } catch {
    // Still at work, or the device refuses: the next start tries again.
  }
}

/**
 * Removes what imports and exports left that were broken off; never throws.
 * @param wait whether to wait a moment for the locks of workers that were just ended
 */
export async function removeLeftOvers(wait: boolean): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    await withLock(EXPORTS_LOCK, wait, () => root.removeEntry(EXPORTS, { recursive: true }));
    const sessions = await sessionsFolder();
    for await (const [id, folder] of sessions.entries()) {
      if (folder.kind !== 'directory' || !(await isImport(folder))) continue;
      await withLock(sessionLock(id), wait, async () => {
        if (!(await isImport(folder))) return;
        // Broken off at the very end: whole, but for the mark.
        if (await readManifest(folder)) await unmarkImport(folder);
        else await sessions.removeEntry(id, { recursive: true });
      });
    }
  } catch {
    // No private file system: nothing can have been left.
  }
}
