import type { HumanEdit, RecognitionEntry, SessionData, SessionManifest } from './session';

/** The folder of the device's private file system that holds a folder for each session, by its id. */
export const SESSIONS_FOLDER = 'sessions';

/** Whether a session may be called so: it is the name of its folder, and stands in the page's address. */
export function isSessionId(text: string): boolean {
  return /^[A-Za-z0-9-]{1,64}$/.test(text);
}

/** Name of the BroadcastChannel on which every tab and worker tells of a change of the sessions. */
export const SESSION_CHANNEL = 'sightglass.sessions';

/** What has changed. Sent after it was written. */
export interface SessionChange {
  readonly kind: 'put' | 'delete';
  readonly id: string;
}

/** Name of the Web Lock that is held while a session is recorded, and for the moment of each change of one. */
export function sessionLock(id: string): string {
  return `sightglass.session.${id}`;
}

/**
 * What the session store's worker does for the page, through Comlink. Errors arrive as `Fault` names: turn them back with
 * `Fault.from`. Everywhere: `session-missing` where there is no such session, `storage-failed` where the device cannot
 * read or write it.
 */
export interface SessionStoreApi {
  /** All sessions, newest first, those that are being recorded too; empty where the browser has no private file system. */
  list(): Promise<SessionManifest[]>;
  /** The ids of all sessions that are on the device, in no order: quick enough to be asked every few seconds. */
  ids(): Promise<string[]>;
  /** A session with its labels. Lines that cannot be read are left out and counted, but for one that a crash tore. */
  open(id: string): Promise<SessionData>;
  /** The network's first answers, by time: those of some ten seconds, however long the session is. None while it is recorded. */
  begin(id: string): Promise<RecognitionEntry[]>;
  /** The video, not read into memory. */
  video(id: string): Promise<File>;
  /** A snapshot's image, JPEG; `file` as in `Snapshot.file`. */
  snapshot(id: string, file: string): Promise<File>;
  /** All edits of the human labels in the order in which they were made. */
  history(id: string): Promise<HumanEdit[]>;
  /**
   * Appends edits and flushes them.
   * @throws Fault `session-busy` while the session is recorded, here or in another tab; `storage-full`
   */
  edit(id: string, edits: readonly HumanEdit[]): Promise<void>;
  /** @throws Fault `session-busy` while the session is recorded */
  rename(id: string, name: string): Promise<SessionManifest>;
  /**
   * Makes sessions whole that were broken off (a killed tab, a crash): state `recording`, and nobody holds the lock. The video
   * is cut to its last whole fragment, the labels to the video.
   * @returns those that were recovered now, newest first
   */
  recover(): Promise<SessionManifest[]>;
  /** Removes what imports and exports left that were cancelled or broken off, of this tab or an earlier one; `recover` does too. */
  tidy(): Promise<void>;
  /** @throws Fault `session-busy` while the session is recorded */
  delete(id: string): Promise<void>;
}
