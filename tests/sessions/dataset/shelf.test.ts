import { describe, expect, it } from 'vitest';
import { DatasetShelf } from '../../../src/sessions/page/dataset/dataset-shelf';
import { newDataset } from '../../../src/sessions/shared/dataset/dataset';

/** What a browser keeps. */
function storage(text?: string): Pick<Storage, 'getItem' | 'setItem'> {
  let kept = text ?? null;
  return { getItem: () => kept, setItem: (_, value) => void (kept = value) };
}
const ZOO = { ...newDataset('Zoo', ['a', 'b']), id: 'zoo', classes: [{ id: 0, name: 'cat', from: ['own:cat'] }], leftOut: ['a/1'], given: { 'b/7': { name: 'dog' } }, licence: 'cc0-1.0' };

describe('training sets that are kept', () => {
  it('are there again at the next visit, as they were last', () => {
    const device = storage();
    const shelf = new DatasetShelf(device);
    shelf.put(ZOO);
    shelf.put({ ...ZOO, id: 'other' });
    shelf.put({ ...ZOO, name: 'Zoo 2' });
    expect(new DatasetShelf(device).all.map(({ id, name }) => [id, name])).toEqual([['zoo', 'Zoo 2'], ['other', 'Zoo']]);
    expect(new DatasetShelf(device).all[1]).toEqual({ ...ZOO, id: 'other' });
    shelf.remove('zoo');
    expect(new DatasetShelf(device).all.map(({ id }) => id)).toEqual(['other']);
  });

  it('are kept apart from what was fixed for single sessions, which goes with these', () => {
    const kept = new Map<string, string>();
    const device = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    new DatasetShelf(device).put(ZOO);
    const sessions = DatasetShelf.ofSessions(device);
    sessions.put({ ...ZOO, id: 'a' });
    sessions.put({ ...ZOO, id: 'gone' });
    sessions.retain([{ id: 'a' }, { id: 'b' }]);
    expect(DatasetShelf.ofSessions(device).all.map(({ id, leftOut }) => [id, leftOut])).toEqual([['a', ['a/1']]]);
    expect(new DatasetShelf(device).all).toEqual([ZOO]);
  });

  it('last for the visit where the device keeps nothing', () => {
    const full = { getItem: () => null, setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
    const shelf = new DatasetShelf(full);
    shelf.put(ZOO);
    expect(shelf.all).toEqual([ZOO]);
    expect(new DatasetShelf(undefined).all).toEqual([]);
    // Also where older ones are there.
    const older = new DatasetShelf({ ...full, getItem: () => JSON.stringify([ZOO]) });
    older.put({ ...ZOO, name: 'Zoo 2' });
    older.put({ ...ZOO, id: 'other' });
    expect(older.all.map(({ id, name }) => [id, name])).toEqual([['zoo', 'Zoo 2'], ['other', 'Zoo']]);
    expect(older.find('zoo')?.name).toBe('Zoo 2');
  });

  it.each(['{', '{}', '[1]', '[{"id":"a"}]', '[{"id":"a","name":"b","sessionIds":[1],"classes":[]}]', '[{"id":"a","name":"b","sessionIds":[],"classes":[{"id":"x"}]}]', '[{"id":"a","name":"b","sessionIds":[],"classes":[],"given":{"k":{"name":""}}}]'])('are not made up of what cannot be read: %s', (text) => {
    expect(new DatasetShelf(storage(text)).all).toEqual([]);
  });

  it('keep each of their rules, also one picture a label', () => {
    const device = storage();
    const once = { ...ZOO, pictures: { ...ZOO.pictures, everyUs: undefined } };
    new DatasetShelf(device).put(once);
    expect(new DatasetShelf(device).all).toEqual([once]);
  });

  it('of another tab stay, and one that cannot be read takes no others with it', () => {
    const device = storage();
    const [here, there] = [new DatasetShelf(device), new DatasetShelf(device)];
    here.put(ZOO);
    there.put({ ...ZOO, id: 'theirs' });
    here.put({ ...ZOO, name: 'Zoo 2' });
    expect(new DatasetShelf(device).all.map(({ id, name }) => [id, name])).toEqual([['zoo', 'Zoo 2'], ['theirs', 'Zoo']]);
    const damaged = JSON.stringify([{ ...ZOO, id: 'bad', classes: [null] }, ZOO]);
    expect(new DatasetShelf(storage(damaged)).all.map(({ id }) => id)).toEqual(['zoo']);
  });

  it('are kept once something is in them; one that was emptied stays', () => {
    const shelf = new DatasetShelf(storage());
    const bare = { ...newDataset('New', []), id: 'new' };
    shelf.offer(bare);
    expect(shelf.all).toEqual([]);
    const filled = { ...bare, stills: [{ key: 1, label: { name: 'mug' } }] };
    shelf.offer(filled);
    expect(shelf.all).toEqual([filled]);
    shelf.offer(bare);
    expect(shelf.all).toEqual([bare]);
  });

  it('of an earlier version have the usual rules', () => {
    const [old] = new DatasetShelf(storage('[{"id":"a","name":"b","sessionIds":["s"],"classes":[],"split":{"seed":7}}]')).all;
    expect(old).toEqual({ ...newDataset('b', ['s']), id: 'a', split: { ...newDataset('b', []).split, seed: 7 } });
  });
});
