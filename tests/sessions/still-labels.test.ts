import { describe, expect, it } from 'vitest';
import { DatasetShelf } from '../../src/sessions/page/dataset/dataset-shelf';
import { correctSets } from '../../src/sessions/page/dataset/set-corrections';
import type { LabelRef } from '../../src/base/shared/labels/label-ref';
import { newDataset, type DatasetPicture } from '../../src/sessions/shared/dataset/dataset';
import { labelStudioImages } from '../../src/sessions/shared/dataset/formats/label-studio-images';
import { plannedStill, shownStill, STILLS } from '../../src/sessions/shared/dataset/still';
import { latestTasks, parseAnnotations } from '../../src/sessions/shared/import/label-studio';
import { stillLabels, type StillLabels } from '../../src/sessions/shared/import/still-labels';
import { CLASSES, writtenFiles } from '../support/dataset-fixture';

const [TRAIN, TUBE] = [{ name: 'bullet train', index: 466 }, { name: 'test tube' }];
/** Four pictures of a set; the second one's label is a guess that was accepted, the fourth was given another label among the set's pictures. */
const SET = {
  ...newDataset('Zoo', []), id: 'the set', classes: CLASSES,
  stills: [{ key: 1, label: TRAIN }, { key: 2, label: TRAIN, accepted: true as const }, { key: 3, label: TUBE }, { key: 4, label: TRAIN }], given: { 'pictures/4': TUBE },
};
const NAMES = ['', 'one.png', 'two.png', 'three.png', 'four.png'];

interface Task {
  readonly data: Record<string, unknown>;
  readonly annotations: { result: { value: { rectanglelabels: string[] } }[]; [more: string]: unknown }[];
}

/** Tasks of the set's pictures, as Label Studio exports them once somebody submitted them. @param names what each shows, of its key; none for no label */
async function tasks(names: Readonly<Record<number, readonly string[]>>): Promise<Task[]> {
  const pictures = SET.stills.map((still): DatasetPicture => {
    const { key } = still;
    const { label } = shownStill(SET, key) ?? still;
    const { id = 0, name = '' } = CLASSES.find((one) => one.name === label.name) ?? {};
    const box = { x: 0, y: 0, width: 64, height: 48 };
    const planned = plannedStill({ name: '', file: new Blob(), takenAt: 0, ...box, square: undefined, answers: [], model: '', ...still, label });
    return { ...planned, session: NAMES[key], side: 'train', file: `${key}.jpg`, box, width: 64, height: 48, looked: undefined, classes: [{ id, name, author: planned.labels[0].author }], jpeg: new Blob() };
  });
  const files = await writtenFiles(labelStudioImages('Zoo', ({ name }) => name, SET.id), pictures, 'label-studio-images');
  const all = JSON.parse(files.get('Zoo/tasks.json')?.toString() ?? '') as Task[];
  for (const { data, annotations: [one] } of all) {
    Object.assign(one, { completed_by: { id: 1, email: 'ann@example.com' }, updated_at: '2026-11-27T10:00:00Z' });
    const said = names[data['still'] as number];
    const [first] = one.result;
    if (said) one.result = said.map((name) => ({ ...first, value: { ...first.value, rectanglelabels: [name] } }));
  }
  return all;
}

/** JSON-MIN of a task: values alone. */
const minimal = ({ data, annotations: [{ result, updated_at }] }: Task): object => ({ ...data, updated_at, id: 7, label: result.map(({ value }) => value), annotator: 1, annotation_id: 9 });

const read = (all: readonly object[]): readonly StillLabels[] => stillLabels(latestTasks(parseAnnotations(JSON.stringify(all))).latest);

function shelfOf(...sets: readonly typeof SET[]): DatasetShelf {
  const shelf = new DatasetShelf(undefined);
  for (const set of sets) shelf.put(set);
  return shelf;
}
const shown = (shelf: DatasetShelf): (LabelRef | undefined)[] => SET.stills.map(({ key }) => shownStill(shelf.all[0], key)?.label);

describe('labels of pictures of no session that come back from Label Studio', () => {
  it.each([['JSON', (all: readonly Task[]) => all], ['JSON-MIN', (all: readonly Task[]) => all.map(minimal)]] as const)('change nothing where nobody changed them: %s', async (_format, as) => {
    const shelf = shelfOf(SET);
    expect(correctSets(shelf, read(as(await tasks({}))))).toEqual({ sets: [{ name: 'Zoo', changed: 0, removed: 0, undo: undefined }], unmatched: [], changedHere: [] });
    expect(shelf.all).toEqual([SET]);
  });

  it.each([['JSON', (all: readonly Task[]) => all], ['JSON-MIN', (all: readonly Task[]) => all.map(minimal)]] as const)('are the set\'s own, which has back what it had: %s', async (_format, as) => {
    const shelf = shelfOf(SET);
    const { sets: [report] } = correctSets(shelf, read(as(await tasks({ 1: ['test tube'], 2: ['a new thing'], 3: [], 4: ['bullet train'] }))));
    expect(report).toMatchObject({ name: 'Zoo', changed: 3, removed: 1 });
    expect(shown(shelf)).toEqual([TUBE, { name: 'a new thing' }, undefined, TRAIN]);
    // It is a person's word now, not an accepted guess.
    expect(shelf.all[0].stills.find(({ key }) => key === 2)).toEqual({ key: 2, label: { name: 'a new thing' } });
    shelf.put({ ...shelf.all[0], name: 'Zoo at night', given: { 'pictures/1': { name: 'chosen since then' } } });
    report.undo?.();
    expect(shown(shelf)).toEqual([{ name: 'chosen since then' }, TRAIN, TUBE, TUBE]);
    expect(shelf.all[0]).toMatchObject({ name: 'Zoo at night', given: { 'pictures/4': TUBE } });
    expect(shelf.all[0].stills.find(({ key }) => key === 2)).toEqual(SET.stills[1]);
  });

  it('leave what was changed here since the export, and are none of another set', async () => {
    const back = read(await tasks({ 1: ['test tube'], 2: ['test tube'], 3: ['bullet train'] }));
    const shelf = shelfOf({ ...SET, stills: [{ key: 1, label: { name: 'mug' } }, { key: 2, label: TUBE }] as typeof SET.stills, given: {} as typeof SET.given });
    // The second has that label here already, the third is not in the set any more.
    expect(correctSets(shelf, back)).toMatchObject({ sets: [{ changed: 0, removed: 0 }], changedHere: ['Zoo, one.png', 'Zoo, three.png'] });
    expect(correctSets(shelfOf({ ...SET, id: 'another' }), back)).toEqual({ sets: [], unmatched: NAMES.slice(1), changedHere: [] });
  });

  it.each([[['bullet train', 'test tube']], [['test tube', 'bullet train']]])('leave a label that was left on beside another: %s', async (names) => {
    const shelf = shelfOf(SET);
    expect(correctSets(shelf, read(await tasks({ 1: names })))).toMatchObject({ sets: [{ changed: 0, removed: 0 }], changedHere: [] });
    expect(shown(shelf)[0]).toEqual(TRAIN);
  });

  it('come into a set as another tab has it by now, and out of it so', async () => {
    let kept = '[]';
    const device = { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
    const [here, there] = [new DatasetShelf(device), new DatasetShelf(device)];
    there.put(SET);
    const { sets: [report] } = correctSets(here, read(await tasks({ 1: ['test tube'] })));
    expect(report.changed).toBe(1);
    const theirs = { ...SET, name: 'theirs', given: { ...SET.given, 'pictures/3': TRAIN } };
    there.put({ ...there.find(SET.id), ...theirs, stills: here.all[0].stills });
    report.undo?.();
    expect(there.find(SET.id)).toMatchObject({ name: 'theirs', given: theirs.given });
    expect(shown(here)).toEqual([TRAIN, TRAIN, TRAIN, TUBE]);
  });

  it('that another file corrected once more stay so, and it is said how many were had back', async () => {
    const shelf = shelfOf(SET);
    const [first] = correctSets(shelf, read(await tasks({ 1: ['test tube'], 3: ['bullet train'] }))).sets;
    shelf.put({ ...shelf.all[0], given: { ...shelf.all[0].given, 'pictures/1': { name: 'mug' } } });
    expect(first.undo?.()).toBe(1);
    expect(shown(shelf)).toEqual([{ name: 'mug' }, TRAIN, TUBE, TUBE]);
    expect(first.undo?.()).toBe(0);
  });

  it('are the latest of two annotators', async () => {
    const [first] = await tasks({ 1: ['test tube'] });
    const earlier = { ...first, annotations: [{ ...first.annotations[0], updated_at: '2026-11-26T10:00:00Z', result: [{ value: { rectanglelabels: ['mug'] } }] }] };
    for (const all of [[first, earlier], [earlier, first]]) expect(read(all).map(({ key, set, name, after }) => [key, set, name, after.map(([label]) => label)])).toEqual([[1, SET.id, 'one.png', [TUBE]]]);
    expect(first.data['session_id']).toBe(STILLS);
  });
});
