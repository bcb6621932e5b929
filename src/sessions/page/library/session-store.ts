import { createContext } from '@lit/context';
import type { HumanEdit, RecognitionEntry, SessionData, SessionManifest } from '../../shared/session';
import { SESSION_CHANNEL, type SessionChange, type SessionStoreApi } from '../../shared/session-store';
import { RestartingLink, type WorkerFactory } from '../../../base/page/worker-link';

function spawnWorker(): Worker {
  return new Worker(new URL('../../worker/session-store.worker.ts', import.meta.url), { type: 'module', name: 'session-store' });
}

/**
 * The recorded sessions, from the page: see `SessionStoreApi` for each call. The worker is started by the first call, and
 * again by the next one after a crash. The app has one, for all who look at sessions.
 */
export class SessionStore implements SessionStoreApi {
  readonly #link: RestartingLink<SessionStoreApi>;
  #channel: BroadcastChannel | undefined;
  readonly #listeners = new Set<(change: SessionChange) => void>();

  constructor(spawn: WorkerFactory = spawnWorker) {
    this.#link = new RestartingLink(spawn, { name: 'The session store', crashed: 'worker-crashed', failed: 'storage-failed' });
  }

  list(): Promise<SessionManifest[]> {
    return this.#link.call((remote) => remote.list());
  }

  ids(): Promise<string[]> {
    return this.#link.call((remote) => remote.ids());
  }

  open(id: string): Promise<SessionData> {
    return this.#link.call((remote) => remote.open(id));
  }

  begin(id: string): Promise<RecognitionEntry[]> {
    return this.#link.call((remote) => remote.begin(id));
  }

  video(id: string): Promise<File> {
    return this.#link.call((remote) => remote.video(id));
  }

  snapshot(id: string, file: string): Promise<File> {
    return this.#link.call((remote) => remote.snapshot(id, file));
  }

  history(id: string): Promise<HumanEdit[]> {
    return this.#link.call((remote) => remote.history(id));
  }

  edit(id: string, edits: readonly HumanEdit[]): Promise<void> {
    return this.#link.call((remote) => remote.edit(id, edits));
  }

  rename(id: string, name: string): Promise<SessionManifest> {
    return this.#link.call((remote) => remote.rename(id, name));
  }

  recover(): Promise<SessionManifest[]> {
    return this.#link.call((remote) => remote.recover());
  }

  tidy(): Promise<void> {
    return this.#link.call((remote) => remote.tidy());
  }

  delete(id: string): Promise<void> {
    return this.#link.call((remote) => remote.delete(id));
  }

  /**
   * Tells of each change, made in this tab or another.
   * @returns a function that ends it
   */
  onChange(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#channel) {
      this.#channel = new BroadcastChannel(SESSION_CHANNEL);
      this.#channel.addEventListener('message', ({ data }: MessageEvent<SessionChange>) => {
        for (const each of this.#listeners) each(data);
      });
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  /** Ends the worker; calls in flight end with `worker-crashed`. */
  dispose(): void {
    this.#listeners.clear();
    this.#channel?.close();
    this.#channel = undefined;
    this.#link.end();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The app's one store of recorded sessions. */
export const sessionStoreContext = createContext<SessionStore>(Symbol('session store'));
