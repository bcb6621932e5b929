import { describe, expect, it } from 'vitest';
import { filmSetCard } from '../../../src/sessions/shared/dataset/card';
import { newDataset, type DatasetClass, type Side } from '../../../src/sessions/shared/dataset/dataset';
import { planPictures } from '../../../src/sessions/shared/dataset/plan-pictures';
import { SetMember, SetNames } from '../../../src/sessions/shared/dataset/set-member';
import { cvatTracks } from '../../../src/sessions/shared/export/cvat-tracks';
import type { ExportSource } from '../../../src/sessions/shared/export/export-source';
import { constantCounter, labelStudioNames, labelStudioTask, withNamesOf } from '../../../src/sessions/shared/export/label-studio';
import { setTable, textExport } from '../../../src/sessions/shared/export/text-export';
import { filmChange, parseAnnotations, SessionNames } from '../../../src/sessions/shared/import/label-studio';
import type { HumanLabels } from '../../../src/sessions/shared/session';
import { aimedSession, CAT, DOG, manifestOf, sessionOf, sourceOf, textOf } from '../../support/session-fixture';

/** Tabbies and kitties are cats here; the dog's own name is taken by another class. */
const CLASSES: readonly DatasetClass[] = [
  { id: 4, name: 'cat', from: ['class:281', 'own:kitty'] },
  { id: 7, name: 'golden retriever', from: ['own:toy'] },
];
const HUMAN: HumanLabels = {
  spans: [
    { id: 'a', startUs: 0, endUs: 2_000_000, label: CAT },
    { id: 'b', startUs: 3_000_000, endUs: 4_000_000, label: { name: 'kitty' } },
    { id: 'c', startUs: 4_000_000, endUs: 5_000_000, label: DOG },
  ],
  snapshots: [{ id: 'kept', timeUs: 1_400_000, file: '1400000.jpg', label: CAT }],
};
const names = new SetNames(CLASSES);
const source = (id: string): ExportSource => sourceOf(aimedSession({ human: HUMAN, manifest: manifestOf({ id, name: `Zoo ${id}` }) }));

/** A session in the set, a picture a second, those from 3 s on for testing. */
async function member(of: ExportSource): Promise<SetMember> {
  const pictures = await planPictures(of, newDataset('', []).pictures);
  return new SetMember(names, pictures, new Map(pictures.map(({ key, timeUs }): [string, Side] => [key, timeUs < 3_000_000 ? 'train' : 'test'])));
}

const both = async () => Promise.all([source('one'), source('two')].map(async (one) => [one, await member(one)] as const));

describe('tables of a dataset', () => {
  it('are one, of all its sessions, with its names, numbers and sides: CSV', async () => {
    const [head, ...rows] = (await textOf(setTable('csv', 'human', await both()))).trim().split('\r\n').map((line) => line.split(','));
    const columns = head.map((name) => name.replace('\ufeff', ''));
    const found = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    expect(found.map((row) => [row['session_id'], row['split'], row['kind'], row['label'], row['class_id'], row['class']])).toEqual(['one', 'two'].flatMap((id) => [
      [id, 'train', 'span', 'cat', '4', '281'], [id, 'test', 'span', 'cat', '4', ''],
      // Of no class of the set: its name is another's there.
      [id, 'test', 'span', 'golden retriever (class 207)', '', '207'],
      [id, 'train', 'snapshot', 'cat', '4', '281'],
    ]));
  });

  it('are one, of all its sessions, with its names, numbers and sides: JSON lines', async () => {
    const lines = (await textOf(setTable('jsonl', 'predicted', await both()))).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(30);
    expect(new Set(lines.map((line) => Object.keys(line).join()))).toHaveProperty('size', 1);
    expect(lines[15]).toMatchObject({ session: 'Zoo two', sessionId: 'two', split: 'train', timeUs: 0, top: [{ index: 281, name: 'cat', classId: 4 }, { name: 'golden retriever (class 207)', classId: null }] });
    // No picture of the set was taken while this answer stood.
    expect(lines[16]).toMatchObject({ split: null });
  });

  it('say a side only where all pictures of a time are on it', async () => {
    const one = await member(source('one'));
    expect([one.sideWithin(0, 2e6), one.sideWithin(1e6, 4e6), one.sideWithin(2_100_000, 2_200_000)]).toEqual(['train', undefined, undefined]);
    expect([one.pictureAt(1_000_000)?.side, one.pictureAt(1_000_001)]).toEqual(['train', undefined]);
  });

  it('have a card that counts what was labelled', () => {
    const card = filmSetCard({ definition: { ...newDataset('All', []), licence: 'mit' }, classes: CLASSES, sources: [source('one'), source('two')] }, names);
    expect(card).toContain('| 4 | cat | 4 | 6 |');
    expect(card).toContain('Licence: mit.');
    expect(card).toContain('The labels of 2 recorded sessions');
  });
});

describe('frames of a film at a constant rate', () => {
  it('are numbered as that film shows them: a label\'s is the first at or after it', async () => {
    const counter = constantCounter({ rate: 20, frames: 120 });
    expect([counter.at(0), counter.at(300_000), counter.at(310_000), counter.at(9e6)]).toEqual([0, 6, 7, 119]);
    expect(counter.within(400_000, 2_400_000)).toEqual([8, 47]);
    const rows = (await textOf(textExport({ ...source('one'), counter }, 'csv', 'human'))).split('\r\n');
    expect(rows[2]).toMatch(/^span,b,60,79,3,4,/);
  });
});

describe('films of a dataset under its labels', () => {
  it('are tracks of CVAT by its names, which the task all knows', async () => {
    const xml = await textOf(cvatTracks(source('one'), { rate: 10, frames: 60 }, names, ['cat', 'golden retriever']));
    expect([...xml.matchAll(/<track id="\d" label="([^"]+)"/g)].map(([, name]) => name)).toEqual(['cat', 'cat', 'golden retriever (class 207)']);
    expect([...xml.matchAll(/<label><name>([^<]+)/g)].map(([, name]) => name)).toEqual(['cat', 'golden retriever', 'golden retriever (class 207)']);
  });

  it('come back from Label Studio as they were, though two labels have one name there', async () => {
    const one = source('one');
    const text = await textOf(labelStudioTask(one, { url: '/x.mp4', rate: 20, frames: 120 }, await labelStudioNames(one, names)));
    interface Task { annotations: { result: { id: string; type: string; value: Record<string, unknown> }[] }[] }
    const task = JSON.parse(text) as Task;
    const spans = task.annotations[0].result.filter(({ type }) => type === 'timelinelabels');
    expect(spans.map(({ value }) => value['timelinelabels'])).toEqual([['cat'], ['cat'], ['golden retriever (class 207)']]);
    const change = () => filmChange(parseAnnotations(JSON.stringify([task]))[0], one.manifest, HUMAN, new SessionNames(HUMAN, [CAT, DOG]), () => 'new');
    expect(change()).toEqual({ edits: [], added: 0, changed: 0, removed: 0 });
    // Moved alone it keeps its own label; called otherwise it has the first of that name.
    spans[1].value['ranges'] = [{ start: 61, end: 70 }];
    spans[2].value['timelinelabels'] = ['cat'];
    expect(change().edits).toMatchObject([{ span: { id: 'b', label: { name: 'kitty' } } }, { span: { id: 'c', label: CAT } }]);
  });

  it('know each class of the set, so that a correction to one of another session is that one', async () => {
    const far: ExportSource = sourceOf(sessionOf({ recognitions: [], human: { spans: [{ id: 'd', startUs: 0, endUs: 1e6, label: { name: 'toy' } }], snapshots: [] } }));
    const [own, other] = [await labelStudioNames(far, names), await labelStudioNames(source('one'), names)];
    const [task] = JSON.parse(`[${await textOf(labelStudioTask(far, { url: '/x.mp4', rate: 20, frames: 120 }, withNamesOf(own, [own, other])))}]`) as { annotations: { result: { value: Record<string, unknown> }[] }[] }[];
    task.annotations[0].result[0].value['timelinelabels'] = ['cat'];
    const { edits } = filmChange(parseAnnotations(JSON.stringify([task]))[0], far.manifest, far.human, new SessionNames(far.human, []), () => 'new');
    expect(edits).toMatchObject([{ span: { id: 'd', label: CAT } }]);
  });
});
