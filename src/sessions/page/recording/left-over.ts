import { SESSIONS_FOLDER } from '../../shared/session-store';

/**
 * Whether there may be recorded sessions on this device, without fetching the code that reads them.
 * @returns false also where the browser has no private file system, or refuses it
 */
export async function mayHaveSessions(): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    await root.getDirectoryHandle(SESSIONS_FOLDER);
    return true;
  } catch {
    return false;
  }
}
