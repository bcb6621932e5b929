import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { SessionManifest } from '../../shared/session';

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionManifest };
}

/**
 * The manifests in IndexedDB, so that a long list needs no file to be opened. Only a copy: session.json counts, and where
 * the database is refused or lost (private windows, cleared data) nothing is missing but speed.
 */
export class SessionIndex {
  #database: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(private readonly name = 'sightglass-sessions') {}

  /** By id; empty where there is no database. */
  async all(): Promise<Map<string, SessionManifest>> {
    const found = await this.#try((database) => database.getAll('sessions'));
    return new Map(found?.map((manifest) => [manifest.id, manifest]));
  }

  async put(manifest: SessionManifest): Promise<void> {
    await this.#try((database) => database.put('sessions', manifest));
  }

  async delete(id: string): Promise<void> {
    await this.#try((database) => database.delete('sessions', id));
  }

  async #try<T>(use: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    try {
      this.#database ??= openDB<Schema>(this.name, 1, {
        upgrade: (database) => void database.createObjectStore('sessions', { keyPath: 'id' }),
        blocking: () => void this.#database?.then((database) => database.close()),
        terminated: () => (this.#database = undefined),
      });
      return await use(await this.#database);
    } catch {
      this.#database = undefined;
      return undefined;
    }
  }
}
