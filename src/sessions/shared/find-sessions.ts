import type { SessionManifest } from './session';

export const SESSION_ORDERS = ['newest', 'oldest', 'name', 'longest', 'largest'] as const;
export type SessionOrder = (typeof SESSION_ORDERS)[number];

/** Which sessions of a long list are wanted, and in which order. */
export interface SessionSearch {
  /** Each of its words stands in a session's name or date, in upper or lower case; '' for all. */
  readonly words: string;
  readonly order: SessionOrder;
}

export const ALL_SESSIONS: SessionSearch = { words: '', order: 'newest' };

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

const COMPARE: Readonly<Record<SessionOrder, (a: SessionManifest, b: SessionManifest) => number>> = {
  newest: (a, b) => b.createdAt - a.createdAt,
  oldest: (a, b) => a.createdAt - b.createdAt,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: 'base' }),
  longest: (a, b) => b.durationUs - a.durationUs,
  largest: (a, b) => b.bytes - a.bytes,
};

/** @param dateOf a session's date as the person reads it */
export function findSessions(sessions: readonly SessionManifest[], { words, order }: SessionSearch, dateOf: (session: SessionManifest) => string): readonly SessionManifest[] {
  const wanted = plain(words).split(/\s+/).filter((word) => word !== '');
  const found = sessions.filter((session) => {
    if (wanted.length === 0) return true;
    const text = plain(`${session.name} ${dateOf(session)}`);
    return wanted.every((word) => text.includes(word));
  });
  return found.sort(COMPARE[order]);
}
