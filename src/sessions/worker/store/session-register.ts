import type { SessionManifest } from '../../shared/session';
import { SESSION_CHANNEL, type SessionChange } from '../../shared/session-store';
import { SessionIndex } from './session-index';

/** The index of sessions, and the channel that tells every tab of changes. */
export class SessionRegister {
  readonly #index = new SessionIndex();
  readonly #channel = new BroadcastChannel(SESSION_CHANNEL);

  all(): Promise<Map<string, SessionManifest>> {
    return this.#index.all();
  }

  /** Takes a manifest up that was found in a folder, and is no news. */
  note(manifest: SessionManifest): Promise<void> {
    return this.#index.put(manifest);
  }

  forget(id: string): Promise<void> {
    return this.#index.delete(id);
  }

  async put(manifest: SessionManifest): Promise<void> {
    await this.#index.put(manifest);
    this.#tell({ kind: 'put', id: manifest.id });
  }

  async delete(id: string): Promise<void> {
    await this.#index.delete(id);
    this.#tell({ kind: 'delete', id });
  }

  #tell(change: SessionChange): void {
    this.#channel.postMessage(change);
  }
}
