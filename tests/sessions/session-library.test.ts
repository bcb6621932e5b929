import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { SessionLibrary } from '../../src/sessions/page/library/session-library';
import { SessionStore } from '../../src/sessions/page/library/session-store';
import { SessionTransfer } from '../../src/sessions/page/library/session-transfer';
import { newDataset } from '../../src/sessions/shared/dataset/dataset';
import type { StillLabels } from '../../src/sessions/shared/import/still-labels';
import type { SessionManifest } from '../../src/sessions/shared/session';
import type { TransferProgress } from '../../src/sessions/shared/session-export';
import { SESSION_CHANNEL } from '../../src/sessions/shared/session-store';
import { FakeHost, FakePage, Later, settled, until } from '../support/fake-page';
import { spawn, workers } from '../support/fake-worker';
import { manifestOf } from '../support/session-fixture';

/** How long a deleted session can be had back, milliseconds. */
const UNDO_TIME = 12_000;

describe('SessionLibrary', () => {
  let page: FakePage;
  let host: FakeHost;
  let library: SessionLibrary;
  let store: SessionStore;
  let sessions: SessionManifest[];
  /** What the worker was told to do. */
  let done: string[];
  let fault: Fault | undefined;
  /** `list` waits for it. */
  let listing: Promise<void>;
  /** `delete` does. */
  let deleting: Promise<void>;
  let imports: { readonly zip: string; readonly report: (progress: TransferProgress) => Promise<void>; readonly end: Later<SessionManifest> }[];

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    page = new FakePage();
    host = new FakeHost();
    sessions = ['a', 'b', 'c'].map((id) => manifestOf({ id, name: `the ${id}` }));
    [done, imports, fault, listing, deleting] = [[], [], undefined, Promise.resolve(), Promise.resolve()];
    const note = (what: string): void => {
      done.push(what);
      const thrown = fault;
      fault = undefined;
      if (thrown) throw thrown;
    };
    const service = {
      async list(): Promise<SessionManifest[]> {
        const listed = sessions;
        await listing;
        note('list');
        return listed;
      },
      rename: (id: string, name: string) => note(`rename ${id} ${name}`),
      async delete(id: string): Promise<void> {
        note(`delete ${id}`);
        await deleting;
        sessions = sessions.filter((session) => session.id !== id);
      },
      tidy: () => note('tidy'),
      ids: () => sessions.map(({ id }) => id),
    };
    const importer = {
      async import(zip: File, report: (progress: TransferProgress) => Promise<void>): Promise<SessionManifest> {
        const end = new Later<SessionManifest>();
        imports.push({ zip: await zip.text(), report, end });
        return end.promise;
      },
      importAnnotations: () => ({ sessions: [], unmatched: [], changedHere: [], foreign: 0, others: 0, stills: [corrected] }),
    };
    store = new SessionStore(spawn(service));
    library = new SessionLibrary(host, () => store, new SessionTransfer(spawn(importer)));
    host.connect();
    await until(() => library.sessions !== undefined);
    done.length = 0;
  });
  afterEach(async () => {
    host.disconnect();
    await settled();
    store.dispose();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const MUG = { name: 'mug' };
  const corrected: StillLabels = { key: 1, set: 'zoo', name: 'one.png', before: [[MUG]], after: [[{ name: 'cup' }]] };
  const shown = (): string => (library.sessions ?? []).map(({ id }) => id).join('');
  const codes = (): string[] => library.faults.map(({ fault: { code } }) => code);
  const changes = (): string[] => done.filter((what) => what !== 'list');
  const zips = (...names: string[]): File[] => names.map((name) => new File([name], name));

  it('misses what is gone without its being deleted, and says so until it is read', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    host.disconnect();
    host.connect();
    await until(() => library.sessions !== undefined);
    await settled();
    sessions = sessions.filter(({ id }) => id === 'a');
    vi.advanceTimersByTime(3000);
    await until(() => library.missed.length > 0);
    expect(library.missed.map(({ name }) => name)).toEqual(['the b', 'the c']);
    await until(() => shown() === 'a');
    library.clearMissed();
    expect(library.missed).toEqual([]);
    await library.remove(sessions[0]);
    await library.flush();
    vi.advanceTimersByTime(3000);
    await settled();
    expect(library.missed).toEqual([]);
  });

  it('lists what there is, and anew when another tab changed it', async () => {
    expect(shown()).toBe('abc');
    sessions = sessions.slice(1);
    const channel = new BroadcastChannel(SESSION_CHANNEL);
    channel.postMessage({ kind: 'deleted', id: 'a' });
    await until(() => shown() === 'bc');
    channel.close();
  });

  it('shows the latest list, whichever comes last', async () => {
    const slow = new Later<void>();
    listing = slow.promise;
    const older = library.refresh();
    await settled();
    [listing, sessions] = [Promise.resolve(), sessions.slice(2)];
    await library.refresh();
    slow.resolve();
    await older;
    expect(shown()).toBe('c');
  });

  it('has an empty list and a fault where nothing can be read, and keeps the list that there was', async () => {
    fault = new Fault('storage-failed', 'no');
    await library.refresh();
    expect([codes()[0], shown()]).toEqual(['storage-failed', 'abc']);
    library.clearFault();
    expect(library.faults).toEqual([]);
    const list = (): Promise<never> => Promise.reject(new Fault('storage-failed', 'no'));
    const unreadable = new SessionStore(spawn({ list }));
    const other = new SessionLibrary(host, () => unreadable, library.transfer);
    expect(other.sessions).toBeUndefined();
    await other.refresh();
    expect(other.sessions).toEqual([]);
    unreadable.dispose();
  });

  it('takes a session off the list at once, and deletes it when the time to have it back has passed', async () => {
    await library.remove(sessions[1]);
    expect([shown(), library.removed.map(({ id }) => id)]).toEqual(['ac', ['b']]);
    vi.advanceTimersByTime(UNDO_TIME - 1);
    await settled();
    expect(changes()).toEqual([]);
    vi.advanceTimersByTime(1);
    await until(() => library.removed.length === 0);
    expect([changes(), shown()]).toEqual([['delete b'], 'ac']);
  });

  it('deletes several at once, gives them all back, and leaves the others be where one cannot be deleted', async () => {
    await library.remove(sessions[0], sessions[2]);
    expect([shown(), library.removed.length]).toEqual(['b', 2]);
    library.undoRemove();
    expect(shown()).toBe('abc');
    await library.remove(sessions[0], sessions[2]);
    fault = new Fault('session-busy', 'another tab records it');
    await library.flush();
    expect([changes(), shown()]).toEqual([['delete a', 'delete c'], 'ab']);
    expect(library.faults.map(({ file, fault: { code } }) => [file, code])).toEqual([['the a', 'session-busy']]);
  });

  it('deletes each once, however often it is told to, and no more of them once they are had back', async () => {
    const slow = new Later<void>();
    deleting = slow.promise;
    await library.remove(...sessions.slice(0, 2));
    const ends = Promise.all([library.flush(), library.flush()]);
    await until(() => done.includes('delete a'));
    expect(library.deleting).toBe(true);
    library.undoRemove();
    slow.resolve();
    await ends;
    expect(done.filter((what) => what.startsWith('delete'))).toEqual(['delete a']);
    expect(library.deleting).toBe(false);
    expect(library.sessions?.map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('gives a session back that was taken off', async () => {
    await library.remove(sessions[1]);
    library.undoRemove();
    vi.advanceTimersByTime(UNDO_TIME);
    await settled();
    expect([changes(), shown(), library.removed]).toEqual([[], 'abc', []]);
  });

  it('deletes the one before when the next is taken off, and has its whole time for that', async () => {
    await library.remove(sessions[0]);
    vi.advanceTimersByTime(UNDO_TIME - 1);
    await library.remove(sessions[1]);
    expect([changes(), shown()]).toEqual([['delete a'], 'c']);
    vi.advanceTimersByTime(UNDO_TIME - 1);
    await settled();
    expect(changes()).toEqual(['delete a']);
    library.undoRemove();
    expect(shown()).toBe('bc');
  });

  it('deletes what was taken off when the page or the list is left', async () => {
    await library.remove(sessions[0]);
    page.window.dispatchEvent(new Event('pagehide'));
    await until(() => changes().length === 1);
    await until(() => library.removed.length === 0);
    await library.remove(sessions[0]);
    host.disconnect();
    await until(() => changes().length === 2);
    expect(changes()).toEqual(['delete a', 'delete b']);
  });

  it('shows a session again that could not be deleted, and says why', async () => {
    await library.remove(sessions[0]);
    fault = new Fault('session-busy', 'another tab records it');
    await library.flush();
    expect([codes()[0], shown(), library.removed]).toEqual(['session-busy', 'abc', []]);
  });

  it('renames, and says where that failed', async () => {
    await library.rename('a', 'zoo');
    expect(done).toEqual(['rename a zoo', 'list']);
    fault = new Fault('session-missing', 'gone');
    await library.rename('b', 'zoo');
    expect(codes()[0]).toBe('session-missing');
  });

  it('imports one file after the other, also those that come meanwhile, and goes on after a broken one', async () => {
    const first = library.import(zips('1.zip', '2.zip'));
    await until(() => imports.length === 1);
    expect(library.importing).toEqual({ name: '1.zip', progress: undefined, waiting: 1 });
    await library.import(zips('3.zip'));
    const progress: TransferProgress = { done: 1, total: 2 } as unknown as TransferProgress;
    await imports[0].report(progress);
    expect(library.importing).toEqual({ name: '1.zip', progress, waiting: 2 });
    imports[0].end.reject(new Fault('import-broken', 'cut off'));
    await until(() => imports.length === 2);
    expect(library.faults.map(({ file, fault: { code } }) => [file, code])).toEqual([['1.zip', 'import-broken']]);
    sessions = [...sessions, manifestOf({ id: 'd' })];
    imports[1].end.resolve(manifestOf());
    await until(() => imports.length === 3);
    imports[2].end.reject(new Fault('import-newer', 'version 2'));
    await first;
    expect([imports.map(({ zip }) => zip), library.importing, shown()]).toEqual([['1.zip', '2.zip', '3.zip'], undefined, 'abcd']);
    expect(workers.slice(1).map((worker) => worker.terminated)).toEqual([true, true, true]);
    // Each that was refused is told of, by its name, until that is put away.
    expect(library.faults.map(({ file, fault: { code } }) => [file, code])).toEqual([['1.zip', 'import-broken'], ['3.zip', 'import-newer']]);
    library.clearFault();
    expect(library.faults).toEqual([]);
  });

  it('tells of corrected sets at once, and when they have back what they had: a sheet that shows one takes the newer', async () => {
    library.shelf.put({ ...newDataset('Zoo', []), id: 'zoo', stills: [{ key: 1, label: MUG }] });
    const slow = new Later<void>();
    listing = slow.promise;
    const { updates } = host;
    const imported = library.import(zips('tasks.json'));
    await until(() => library.annotations !== undefined);
    await settled();
    // The first tells that it is imported.
    expect(host.updates).toBe(updates + 2);
    expect(library.shelf.find('zoo')?.stills).toEqual([{ key: 1, label: { name: 'cup' } }]);
    const before = library.annotations;
    before?.sets[0].undo?.();
    await settled();
    expect([host.updates, library.annotations === before]).toEqual([updates + 3, false]);
    expect(library.shelf.find('zoo')?.stills).toEqual([{ key: 1, label: MUG }]);
    slow.resolve();
    await imported;
  });

  it('changes no session where the code for sets cannot be fetched', async () => {
    vi.doMock('../../src/sessions/page/dataset/set-corrections', () => {
      throw new Error('no network');
    });
    const imported = vi.spyOn(library.transfer, 'importAnnotations');
    await library.import(zips('tasks.json'));
    vi.doUnmock('../../src/sessions/page/dataset/set-corrections');
    expect(library.faults.map(({ file, fault: { code } }) => [file, code])).toEqual([['tasks.json', 'export-failed']]);
    expect(imported).not.toHaveBeenCalled();
  });

  it('cancels an import with all that wait, tidies up, and can import again', async () => {
    const imported = library.import(zips('1.zip', '2.zip'));
    await until(() => imports.length === 1);
    library.cancelImport();
    await imported;
    expect([imports.length, library.importing, codes(), workers[1].terminated]).toEqual([1, undefined, [], true]);
    await until(() => changes().includes('tidy'));
    const again = library.import(zips('3.zip'));
    await until(() => imports.length === 2);
    imports[1].end.resolve(manifestOf());
    await again;
    expect(library.importing).toBeUndefined();
  });
});
