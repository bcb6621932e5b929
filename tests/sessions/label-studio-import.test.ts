import { describe, expect, it } from 'vitest';
import { labelStudioNames, labelStudioTasks } from '../../src/sessions/shared/export/label-studio';
import { foldEdits } from '../../src/sessions/shared/human-labels';
import { AnnotationError, filmChange, framesChange, latestTasks, parseAnnotations, picturesChange, SessionNames } from '../../src/sessions/shared/import/label-studio';
import type { HumanLabels } from '../../src/sessions/shared/session';
import { newDataset } from '../../src/sessions/shared/dataset/dataset';
import { planPictures } from '../../src/sessions/shared/dataset/plan-pictures';
import { labelStudioImages } from '../../src/sessions/shared/dataset/formats/label-studio-images';
import { fixturePictures, writtenFiles } from '../support/dataset-fixture';
import { CAT, DOG, manifestOf, sessionOf, sourceOf, textOf } from '../support/session-fixture';

const HUMAN: HumanLabels = {
  spans: [
    { id: 'a', startUs: 401_234, endUs: 2_400_000, label: CAT, accepted: true },
    { id: 'b', startUs: 3_000_000, endUs: 4_000_000, label: { name: 'mug' } },
    { id: 'c', startUs: 5_000_000, endUs: 6_000_000, label: DOG },
  ],
  snapshots: [{ id: 'kept', timeUs: 1_400_000, file: '1400000.jpg', label: DOG }],
};
const session = sessionOf({ human: HUMAN, manifest: manifestOf({ models: [{ id: 'resnet18', name: 'ResNet-18', precision: 'fp32', middle: 0.875 }] }) });
const { manifest } = session;
interface Task {
  data: Record<string, unknown>;
  annotations: { result: { id: string; type: string; value: Record<string, unknown> }[]; [more: string]: unknown }[];
}

/** The app's own task, as Label Studio exports it once somebody submitted it. */
async function exported(of = session): Promise<Task> {
  const source = sourceOf(of);
  const names = await labelStudioNames(source);
  const [task] = JSON.parse(await textOf(labelStudioTasks(source, { url: '/film.mp4', rate: 20, frames: 120 }, names))) as Task[];
  return { ...task, annotations: task.annotations.map((one) => ({ ...one, completed_by: { id: 1, email: 'ann@example.com' }, updated_at: '2026-11-26T10:00:00Z' })) };
}

/** JSON-MIN of it: values alone, by the name of their tag. */
function minimal({ data, annotations: [{ result }] }: Task): object {
  const label = result.filter(({ type }) => type === 'timelinelabels').map(({ value }) => value);
  return { ...data, id: 7, label, annotator: 3, annotation_id: 9 };
}

const change = (tasks: unknown, human = HUMAN) => {
  const [task] = parseAnnotations(JSON.stringify(tasks));
  let n = 0;
  return filmChange(task, manifest, human, new SessionNames(human, [CAT, DOG]), () => `new-${n++}`);
};
const NOTHING = { edits: [], added: 0, changed: 0, removed: 0 };

describe('annotations that come back from Label Studio', () => {
  it('change nothing where nobody changed them, to the microsecond', async () => {
    const task = await exported();
    expect(change([task])).toEqual(NOTHING);
    expect(change([minimal(task)])).toEqual(NOTHING);
  });

  it('bring spans that were moved, renamed, added and taken out, with who did it', async () => {
    const task = await exported();
    const [{ result }] = task.annotations;
    const films = result.filter(({ type }) => type === 'timelinelabels');
    films[0].value = { ranges: [{ start: 11, end: 30 }], timelinelabels: ['tabby'] };
    Object.assign(films[0], { origin: 'prediction-changed' });
    films[1].value['timelinelabels'] = ['golden retriever'];
    const more = { id: 'zzz', from_name: 'label', type: 'timelinelabels', value: { ranges: [{ start: 1, end: 4 }], timelinelabels: ['a new thing'] } };
    task.annotations[0].result = [...films.slice(0, 2), more];
    const found = change([task]);
    expect([found.added, found.changed, found.removed]).toEqual([1, 2, 1]);
    expect(foldEdits(found.edits, HUMAN).spans).toEqual([
      { id: 'new-0', startUs: 0, endUs: 200_000, label: { name: 'a new thing' }, author: 'ann@example.com' },
      { id: 'a', startUs: 500_000, endUs: 1_500_000, label: CAT, author: 'ann@example.com' },
      { id: 'b', startUs: 3_000_000, endUs: 4_000_000, label: DOG, author: 'ann@example.com' },
    ]);
  });

  it('leave what was labelled here since the export, and what an older export does not tell of', async () => {
    const task = await exported();
    task.annotations[0].result = [];
    const later = { id: 'later', startUs: 0, endUs: 100_000, label: { name: 'new here' } };
    const found = change([task], { ...HUMAN, spans: [later, ...HUMAN.spans] });
    expect(foldEdits(found.edits, { ...HUMAN, spans: [later, ...HUMAN.spans] }).spans).toEqual([later]);
    delete task.data['spans'];
    expect(change([task])).toEqual(NOTHING);
  });

  it('are known by their frames where JSON-MIN has no ids', async () => {
    const task = await exported();
    const films = task.annotations[0].result.filter(({ type }) => type === 'timelinelabels');
    films[1].value['ranges'] = [{ start: 62, end: 80 }];
    task.annotations[0].result = films;
    const found = change([minimal(task)]);
    expect([found.added, found.changed, found.removed]).toEqual([1, 0, 1]);
    expect(foldEdits(found.edits, HUMAN).spans.map(({ id, author }) => [id, author])).toEqual([['a', undefined], ['new-0', 'annotator 3'], ['c', undefined]]);
  });

  it('are none in an entry of "JSON-MIN" that nobody annotated, and are found whatever their tag is called', async () => {
    const task = await exported();
    const { label, ...rest } = minimal(task) as { label: unknown };
    expect(parseAnnotations(JSON.stringify([{ ...rest, annotation_id: null }]))[0].film).toBeUndefined();
    expect(change([{ ...rest, spans_of_mine: label, spans: task.data.spans }])).toEqual(NOTHING);
  });

  it('are the latest of several, none that was cancelled, and the others are counted', async () => {
    const task = await exported();
    const [first] = task.annotations;
    task.annotations = [{ ...first, result: [], updated_at: '2026-11-27T10:00:00Z', was_cancelled: true }, { ...first, result: [], updated_at: '2026-11-25T10:00:00Z' }, first];
    expect(parseAnnotations(JSON.stringify([task]))[0].others).toBe(1);
    expect(change([task])).toEqual(NOTHING);
  });

  it('keep two labels of one name apart, whatever became of the spans here since then', async () => {
    const [bird, machine] = [{ index: 134, name: 'crane' }, { index: 517, name: 'crane' }];
    const spans = [{ id: 'a', startUs: 0, endUs: 1_000_000, label: bird }, { id: 'b', startUs: 2_000_000, endUs: 3_000_000, label: machine }];
    const task = await exported(sessionOf({ human: { spans, snapshots: [] } }));
    const left = { spans: [spans[1]], snapshots: [] };
    // The first comes back, as it was not taken out there; the second is as it was, and is not the bird.
    for (const back of [task, minimal(task)]) {
      const found = change([back], left);
      expect([found.added, found.changed, found.removed]).toEqual([1, 0, 0]);
      expect(foldEdits(found.edits, left).spans.map(({ label }) => label)).toEqual([bird, machine]);
    }
    // Exports of before say the class behind the second one's name.
    delete task.data['labels'];
    expect(change([task], left).changed).toBe(0);
  });

  it('leave a kept picture whose class is called otherwise in the set, and was not changed', async () => {
    const snapshot = { ...HUMAN.snapshots[0], label: CAT };
    const data = { image: '/x.jpg', session_id: 'test-session', snapshot: snapshot.file, labels: [{ called: 'cats', ...CAT }] };
    const human = { spans: [], snapshots: [snapshot] };
    const back = (name: string) => picturesChange(parseAnnotations(JSON.stringify([{ id: 1, data, annotations: [{ completed_by: 1, result: [{ value: { rectanglelabels: [name] } }] }] }])), human, new SessionNames(human, [DOG]));
    expect(back('cats').edits).toEqual([]);
    expect(back(DOG.name).edits).toEqual([{ kind: 'put-snapshot', snapshot: { ...snapshot, label: DOG, author: 'annotator 1' } }]);
    const written = await writtenFiles(labelStudioImages('zoo', ({ name }) => (name === CAT.name ? 'cats' : undefined)), [{ ...(await fixturePictures({ train: 1, val: 0, test: 0 }))[0], labels: [{ label: CAT, author: 'human' }] }]);
    expect(JSON.parse(String(written.get('zoo/tasks.json')))).toMatchObject([{ data: { labels: [{ called: 'cats', ...CAT }] } }]);
  });

  it('bring the label of a kept picture', () => {
    const data = { image: '/x.jpg', session: 'Zoo', session_id: 'test-session', snapshot: '1400000.jpg' };
    const result = (name: string) => [{ id: 'r', type: 'rectanglelabels', value: { x: 0, y: 0, width: 9, height: 9, rectanglelabels: [name] } }];
    const of = (name: string, file = '1400000.jpg') =>
      picturesChange(parseAnnotations(JSON.stringify([{ id: 1, data: { ...data, snapshot: file }, annotations: [{ completed_by: 1, result: result(name) }] }])), HUMAN, new SessionNames(HUMAN, [CAT, DOG]));
    expect(of('tabby').edits).toEqual([{ kind: 'put-snapshot', snapshot: { ...HUMAN.snapshots[0], label: CAT, author: 'annotator 1' } }]);
    expect(of(DOG.name)).toMatchObject({ edits: [], unknown: [] });
    expect(of('tabby', 'other.jpg')).toMatchObject({ edits: [], unknown: [{ picture: { file: 'other.jpg' } }] });
  });

  it('bring the labels of frames, in both of its formats, and leave what no export of ours says', async () => {
    const [picture] = await fixturePictures({ train: 1, val: 0, test: 0 });
    const written = await writtenFiles(labelStudioImages('zoo', ({ name }) => (name === CAT.name ? 'cats' : name)), [{ ...picture, timeUs: 1_000_000, labelUs: 1_000_000, sessionId: manifest.id, labels: [{ label: CAT, author: 'human' }], classes: [{ id: 0, name: 'cats', author: 'human' }] }]);
    const [task] = JSON.parse(String(written.get('zoo/tasks.json'))) as { data: Record<string, unknown>; annotations: { result: { value: Record<string, unknown> }[]; completed_by: number }[] }[];
    const of = (one: unknown) => framesChange(parseAnnotations(JSON.stringify([one])), manifest, HUMAN, new SessionNames(HUMAN, [DOG]), () => 'new');
    expect(of(task)).toMatchObject({ edits: [], lost: [] });
    task.annotations[0].completed_by = 1;
    task.annotations[0].result[0].value['rectanglelabels'] = [DOG.name];
    const min = { ...task.data, label: task.annotations[0].result.map(({ value }) => value), annotator: 1, annotation_id: 9 };
    for (const back of [task, min]) expect(of(back).edits).toEqual([{ kind: 'put-span', span: { id: 'a', startUs: 401_234, endUs: 2_400_000, label: DOG, author: 'annotator 1' } }]);
    // A class that no label of this picture is of.
    task.annotations[0].result[0].value['rectanglelabels'] = ['bullet train'];
    expect(of(task).edits).toMatchObject([{ span: { id: 'a', label: { name: 'bullet train', index: 466 } } }]);
    // A label is taken off where nothing is left alone, not where what came is no rectangle.
    const { label: _label, ...row } = min;
    for (const back of [{ ...task, annotations: [{ completed_by: 1, result: [] }] }, row]) expect(of(back).edits).toEqual([{ kind: 'delete-span', id: 'a' }]);
    const choice = { ...task, annotations: [{ completed_by: 1, result: [{ type: 'choices', value: { choices: ['blurry'] } }] }] };
    for (const back of [choice, { ...row, choice: 'blurry' }, { ...row, area: [{ points: [], polygonlabels: ['cats'] }] }]) {
      expect(of(back)).toMatchObject({ edits: [], lost: [] });
      expect(parseAnnotations(JSON.stringify([back]))[0].foreign).toBe(true);
    }
    for (const back of [task, min, row]) expect(parseAnnotations(JSON.stringify([back]))[0].foreign).toBe(false);
    delete task.data['labels'];
    expect(of(task).edits).toEqual([]);
  });

  it('correct the moment that a picture\'s labels are of, where its frame came before', async () => {
    // Pictures at 0.1 s and on, of a film with a frame each 0.4 s: the frame that is in sight at 0.5 s came before the label began.
    const source = { ...sourceOf(session), frameTimes: () => Promise.resolve(Float64Array.from({ length: 15 }, (_, n) => n * 400_000)) };
    const planned = (await planPictures(source, { ...newDataset('', []).pictures, everyUs: 500_000 })).filter(({ timeUs }) => timeUs === 400_000);
    expect(planned.map(({ timeUs, labelUs }) => [timeUs, labelUs])).toEqual([[400_000, 500_000]]);
    const [fixture] = await fixturePictures({ train: 1, val: 0, test: 0 });
    const written = await writtenFiles(labelStudioImages('zoo', ({ name }) => name), [{ ...fixture, ...planned[0], classes: [{ id: 0, name: CAT.name, author: 'human' }] }]);
    const [task] = JSON.parse(String(written.get('zoo/tasks.json'))) as Task[];
    Object.assign(task.annotations[0], { completed_by: 1 });
    task.annotations[0].result[0].value['rectanglelabels'] = [DOG.name];
    for (const back of [task, { ...task.data, label: task.annotations[0].result.map(({ value }) => value), annotator: 1, annotation_id: 9 }]) {
      const { edits, lost } = framesChange(parseAnnotations(JSON.stringify([back])), manifest, HUMAN, new SessionNames(HUMAN, [DOG]), () => 'new');
      expect([edits, lost]).toEqual([[{ kind: 'put-span', span: { id: 'a', startUs: 401_234, endUs: 2_400_000, label: DOG, author: 'annotator 1' } }], []]);
    }
  });

  it('are each looked at a few times, however many there are', () => {
    const reads = (count: number): number => {
      let looked = 0;
      const counted = <T extends object>(value: T): T => new Proxy(value, { get: (target, key): unknown => (looked++, Reflect.get(target, key)) });
      const of = (i: number) => JSON.stringify({ id: i, data: { image: '/x.jpg', session_id: 's', snapshot: `${i}.jpg` }, annotations: [{ completed_by: 1, created_at: '2026-11-26T10:00:00Z', result: [{ value: { rectanglelabels: ['mug'] } }] }] });
      const tasks = parseAnnotations(`[${Array.from({ length: count }, (_, i) => of(i)).join(',')},${of(0)}]`).map(counted);
      const snapshots = Array.from({ length: count }, (_, i) => counted({ id: `k${i}`, timeUs: i, file: `${i}.jpg`, label: CAT }));
      const human = { spans: [], snapshots };
      const { latest, others } = latestTasks(tasks);
      expect(others).toBe(1);
      expect(picturesChange(latest, human, new SessionNames(human, [])).changed).toBe(count);
      return looked;
    };
    expect(reads(2000) / reads(1000)).toBeLessThan(2.1);
  });

  it.each(['{', '{}', '7', '[1]'])('are refused where the file is something else: %s', (text) => {
    expect(() => parseAnnotations(text)).toThrow(AnnotationError);
  });

  it('say nothing that cannot be: frames that run backwards, or labels without a name', () => {
    const value = (ranges: unknown, timelinelabels: unknown) => ({ id: 'x', value: { ranges, timelinelabels } });
    const task = { id: 5, data: { video: 'v', framerate: 20, session: 's' }, annotations: [{ result: [value([{ start: 9, end: 2 }], ['a']), value([{ start: 0, end: 2 }], ['a']), value([{ start: 1, end: 2 }], []), value('x', ['a'])] }] };
    expect(parseAnnotations(JSON.stringify([task]))[0].film?.spans).toEqual([]);
  });
});
