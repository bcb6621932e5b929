import type { SessionManifest } from '../../shared/session';

/** Where it is noted which sessions were here. Browsers that delete a site's files for room leave this. */
const KEY = 'sightglass.sessions-here';
/** Sessions that are noted, the newest. */
const NOTED = 200;

/** A session that was here. */
export type NotedSession = Pick<SessionManifest, 'id' | 'name'>;

function isNoted(value: unknown): value is NotedSession {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'name' in value && typeof value.name === 'string';
}

/** Sessions that were here and are no more, though nobody deleted them in the app. */
export class MissedSessions {
  /** Those that a person has not yet been told of. */
  missed: readonly NotedSession[] = [];
  #noted: readonly NotedSession[];
  readonly #deleted = new Set<string>();

  /** @param storage where there is one */
  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.#noted = this.#read();
  }

  /** The app has deleted a session, in this tab or another. */
  deleted(id: string): void {
    this.#deleted.add(id);
    this.#note(this.#noted.filter((session) => session.id !== id));
  }

  /** What is listed now. Those that are still recorded come and go. */
  listed(sessions: readonly SessionManifest[]): void {
    this.here(sessions.map(({ id }) => id));
    this.#note(sessions.filter(({ state }) => state !== 'recording').slice(0, NOTED).map(({ id, name }) => ({ id, name })));
  }

  /** @returns whether one is gone since it was asked last */
  here(ids: readonly string[]): boolean {
    const there = new Set(ids);
    const gone = this.#noted.filter(({ id }) => !there.has(id) && !this.#deleted.has(id));
    if (gone.length === 0) return false;
    this.missed = [...this.missed, ...gone];
    this.#note(this.#noted.filter(({ id }) => there.has(id)));
    return true;
  }

  #note(sessions: readonly NotedSession[]): void {
    this.#noted = sessions;
    try {
      this.storage?.setItem(KEY, JSON.stringify(sessions));
    } catch {
      // A full or refused storage: then only this visit notices.
    }
  }

  #read(): readonly NotedSession[] {
    try {
      const value: unknown = JSON.parse(this.storage?.getItem(KEY) ?? '[]');
      return Array.isArray(value) ? value.filter(isNoted) : [];
    } catch {
      return [];
    }
  }
}
