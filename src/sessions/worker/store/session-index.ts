import type { DBSchema } from 'idb';
import { DeviceDatabase } from '../../../base/worker/database';
import { parseManifest } from '../../shared/parse';
import type { SessionManifest } from '../../shared/session';

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionManifest };
}

/** What is written as a manifest, if it is one. */
function manifestIn(value: unknown): SessionManifest | undefined {
  try {
    return parseManifest(value);
  } catch {
    return undefined;
  }
}

/**
 * The manifests in IndexedDB, so that a long list needs no file to be opened. Only a copy: session.json counts, and where
 * the database is refused or lost (private windows, cleared data), or an entry is damaged, nothing is missing but speed.
 */
export class SessionIndex {
  readonly #database = new DeviceDatabase<Schema>('sightglass-sessions', { sessions: { keyPath: 'id' } });

  /** By id; empty where there is no database. */
  async all(): Promise<Map<string, SessionManifest>> {
    const found = await this.#database.use((database) => database.getAll('sessions')).catch(() => []);
    return new Map(found.flatMap((entry) => {
      const manifest = manifestIn(entry);
      return manifest ? [[manifest.id, manifest] as const] : [];
    }));
  }

  async put(manifest: SessionManifest): Promise<void> {
    await this.#database.use((database) => database.put('sessions', manifest)).catch(() => undefined);
  }

  async delete(id: string): Promise<void> {
    await this.#database.use((database) => database.delete('sessions', id)).catch(() => undefined);
  }
}
