import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../../src/base/shared/fault';
import type { HumanEdit } from '../../../src/sessions/shared/session';
import { importAnnotations } from '../../../src/sessions/worker/import/annotations';
import { SessionStoreService } from '../../../src/sessions/worker/store/session-store-service';
import { EditHistory } from '../../../src/sessions/shared/edit-history';
import { keepSession } from './kept-session';
import { memoryFiles } from '../../support/memory-files';

const device = memoryFiles();
const span = (id: string, startUs: number, name: string): HumanEdit => ({ kind: 'put-span', span: { id, startUs, endUs: startUs + 500_000, label: { name } } });

const session = (id: string, name: string): Promise<void> => keepSession({ id, name }, [span('a', 0, 'mug'), span('b', 1e6, 'mug')]);

/** A film's task whose annotation has one span. */
const task = (id: string, name: string) => ({
  id: 3, data: { video: '/x.mp4', framerate: 20, session: id, name, spans: ['a', 'b'] },
  annotations: [{ completed_by: { email: 'ann@example.com' }, result: [{ id: 'a', type: 'timelinelabels', origin: 'manual', value: { ranges: [{ start: 1, end: 10 }], timelinelabels: ['cup'] } }] }],
});

describe('annotations read into sessions', () => {
  beforeEach(async () => {
    device.clear();
    await session('one', 'Zoo');
    await session('two', 'Town');
  });

  it('go to the session that they are of, in one step of undo; what is of none is named', async () => {
    const report = await importAnnotations(JSON.stringify([task('one', 'Zoo'), task('gone', 'A film that was deleted'), { id: 8, data: { text: 'x' }, annotations: [] }]));
    expect(report).toEqual({ sessions: [{ name: 'Zoo', added: 0, changed: 1, removed: 1 }], unmatched: ['A film that was deleted', 'task 8'], changedHere: [], foreign: 0, stills: [], others: 0 });
    const store = new SessionStoreService();
    expect((await store.open('one')).human.spans).toEqual([{ id: 'a', startUs: 0, endUs: 500_000, label: { name: 'cup' }, author: 'ann@example.com' }]);
    expect((await store.open('two')).human.spans).toHaveLength(2);
    const history = new EditHistory(await store.history('one'), () => 'undo');
    history.undo();
    expect(history.labels.spans.map(({ id, label }) => [id, label.name])).toEqual([['a', 'mug'], ['b', 'mug']]);
  });

  it('are the latest where a film comes more than once, as from two annotators in "JSON-MIN"', async () => {
    const row = (updated_at: string, spans: object[]) => ({
      id: 3, video: '/x.mp4', framerate: 20, session: 'one', name: 'Zoo', spans: ['a', 'b'], annotator: 1, annotation_id: 4, updated_at, label: spans,
    });
    const cup = { id: 'a', ranges: [{ start: 1, end: 10 }], timelinelabels: ['cup'] };
    const report = await importAnnotations(JSON.stringify([row('2026-11-26T10:00:00Z', [cup]), row('2026-11-25T10:00:00Z', [{ ...cup, timelinelabels: ['bowl'] }])]));
    expect(report.others).toBe(1);
    expect((await new SessionStoreService().open('one')).human.spans.filter(({ startUs }) => startUs === 0).map(({ label }) => label.name)).toEqual(['cup']);
  });

  it('go to no session of another id that has none of the spans that were exported', async () => {
    const other = task('elsewhere', 'Town');
    other.data.spans = ['of another film'];
    expect((await importAnnotations(JSON.stringify([other]))).unmatched).toEqual(['Town']);
    expect((await new SessionStoreService().open('two')).human.spans).toHaveLength(2);
  });

  it('of frames and of kept pictures are in one step of undo too, with who did it', async () => {
    const picture = (more: object, name: string) => ({
      id: 4, data: { image: '/x.jpg', session: 'Zoo', session_id: 'one', snapshot: null, labels: [{ called: 'mug', name: 'mug' }], ...more },
      annotations: [{ completed_by: { email: 'ann@example.com' }, result: [{ value: { rectanglelabels: [name] } }] }],
    });
    const store = new SessionStoreService();
    await store.edit('one', [{ kind: 'put-snapshot', snapshot: { id: 'k', timeUs: 5, file: 'k.jpg', label: { name: 'mug' } } }]);
    const report = await importAnnotations(JSON.stringify([picture({ time_s: 0.2 }, 'cup'), picture({ time_s: 1.2 }, 'mug'), picture({ snapshot: 'k.jpg', time_s: 0 }, 'bowl'), picture({ time_s: 3 }, 'cup')]));
    expect(report).toEqual({ sessions: [{ name: 'Zoo', added: 0, changed: 2, removed: 0 }], unmatched: [], changedHere: ['Zoo, 3 s'], foreign: 0, stills: [], others: 0 });
    const { human } = await store.open('one');
    expect(human.spans.map(({ id, label, author }) => [id, label.name, author])).toEqual([['a', 'cup', 'ann@example.com'], ['b', 'mug', undefined]]);
    expect(human.snapshots).toEqual([{ id: 'k', timeUs: 5, file: 'k.jpg', label: { name: 'bowl' }, author: 'ann@example.com' }]);
    const history = new EditHistory(await store.history('one'), () => 'undo');
    history.undo();
    expect([history.labels.spans[0].label.name, history.labels.snapshots[0].label?.name]).toEqual(['mug', 'mug']);
  });

  it('that are no labels of a session are counted, and pictures that nobody annotated are none that is missed', async () => {
    const data = { image: '/x.jpg', session: 'Zoo', session_id: 'one', snapshot: null, time_s: 0.2, labels: [{ called: 'mug', name: 'mug' }] };
    const outline = { type: 'polygonlabels', value: { points: [[1, 2]], polygonlabels: ['mug'] } };
    const task = (result: object[]) => ({ id: 4, data, annotations: result.length > 0 ? [{ completed_by: 1, result }] : [] });
    expect(await importAnnotations(JSON.stringify([task([outline]), task([])]))).toEqual({ sessions: [], unmatched: [], changedHere: [], foreign: 1, stills: [], others: 0 });
    // Beside a rectangle, which counts.
    const both = await importAnnotations(JSON.stringify([task([outline, { type: 'rectanglelabels', value: { rectanglelabels: ['cup'] } }])]));
    expect(both).toMatchObject({ sessions: [{ changed: 1 }], foreign: 1 });
    expect((await new SessionStoreService().open('one')).human.spans.map(({ label }) => label.name)).toEqual(['cup', 'mug']);
  });

  it('of pictures of no session are handed on, for the sets that have their labels', async () => {
    const data = { image: '/x.jpg', session: 'mug.png', session_id: 'pictures', snapshot: null, time_s: 0, labels: [{ called: 'mug', name: 'mug' }], still: 7, set: 'the set' };
    const annotated = (of: object, more: object = {}) => ({ id: 1, data: of, annotations: [{ completed_by: 1, result: [{ type: 'rectanglelabels', value: { rectanglelabels: ['cup'] } }], ...more }] });
    const { still: _, ...older } = { ...data, session: 'of an older export' };
    const outline = annotated({ ...data, still: 8 }, { result: [{ type: 'polygonlabels', value: { points: [[1, 2]], polygonlabels: ['mug'] } }] });
    const report = await importAnnotations(JSON.stringify([annotated(data, { updated_at: '2026-11-27T10:00:00Z' }), annotated(data), { id: 2, data: { ...data, still: 9 }, annotations: [] }, annotated(older), outline]));
    expect(report).toEqual({
      sessions: [], unmatched: ['of an older export'], changedHere: [], foreign: 1, others: 1,
      stills: [{ key: 7, set: 'the set', name: 'mug.png', before: [[{ name: 'mug' }]], after: [[{ name: 'cup' }]] }],
    });
  });

  it('read a session of another id once, however many tasks are of it', async () => {
    const opened = vi.spyOn(SessionStoreService.prototype, 'open');
    await importAnnotations(JSON.stringify(Array.from({ length: 50 }, () => task('elsewhere', 'Town'))));
    // To know it, and to change it.
    expect(opened).toHaveBeenCalledTimes(2);
    opened.mockRestore();
  });

  it('find a session of another id by its name, where one alone has it', async () => {
    expect((await importAnnotations(JSON.stringify([task('elsewhere', 'Town')]))).sessions.map(({ name }) => name)).toEqual(['Town']);
    await session('three', 'Town');
    expect((await importAnnotations(JSON.stringify([task('elsewhere', 'Town')]))).unmatched).toEqual(['Town']);
  });

  it('are refused in words where the file is another one', async () => {
    const refused = await importAnnotations('{"tasks": []}').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Fault);
    expect((refused as Fault).code).toBe('annotations-foreign');
  });
});
