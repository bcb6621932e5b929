import { expect, it } from 'vitest';
import { MissedSessions } from '../../src/sessions/page/library/missed-sessions';
import { manifestOf } from '../support/session-fixture';

/** What a browser keeps beside the files. */
class Notes {
  readonly #notes = new Map<string, string>();
  getItem = (key: string): string | null => this.#notes.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#notes.set(key, value);
}

const [A, B] = ['a', 'b'].map((id) => manifestOf({ id, name: `the ${id}` }));

it('misses at the next visit what was here, but not what was deleted or is still recorded', () => {
  const notes = new Notes();
  const before = new MissedSessions(notes);
  before.listed([A, B, manifestOf({ id: 'c', state: 'recording' })]);
  before.deleted('a');
  const after = new MissedSessions(notes);
  after.listed([]);
  expect(after.missed).toEqual([{ id: 'b', name: 'the b' }]);
  const later = new MissedSessions(notes);
  later.listed([]);
  expect(later.missed).toEqual([]);
});

it('does without a storage, and with one that holds something else', () => {
  const none = new MissedSessions(undefined);
  none.listed([A]);
  expect(none.here(['a'])).toBe(false);
  expect(none.here([])).toBe(true);
  const foreign = new Notes();
  foreign.setItem('sightglass.sessions-here', '[null, {"id": 3}, {}');
  expect(new MissedSessions(foreign).here([])).toBe(false);
  foreign.setItem('sightglass.sessions-here', '[null, {"id": 3}, {}]');
  expect(new MissedSessions(foreign).here([])).toBe(false);
});
