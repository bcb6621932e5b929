import { describe, expect, it } from 'vitest';
import type { HumanEdit, HumanLabels, HumanSpan, Snapshot } from '../../src/sessions/shared/session';
import { LabelTable } from '../../src/sessions/shared/label-table';
import { foldEdits, isHumanEdit } from '../../src/sessions/shared/human-labels';
import { parseJsonLines, toJsonLines } from '../../src/sessions/shared/json-lines';

const span = (id: string, startUs: number, endUs: number, name = 'cup'): HumanSpan => ({ id, startUs, endUs, label: { name } });
const snapshot = (id: string, timeUs: number): Snapshot => ({ id, timeUs, file: `${timeUs}.jpg`, label: undefined });

describe('foldEdits', () => {
  it('takes the last put of an id, and sorts by time', () => {
    const human = foldEdits([
      { kind: 'put-span', span: span('a', 500, 900) },
      { kind: 'put-span', span: span('b', 100, 200) },
      { kind: 'put-span', span: span('a', 50, 90, 'mug') },
      { kind: 'put-snapshot', snapshot: snapshot('s', 7) },
      { kind: 'put-snapshot', snapshot: snapshot('t', 3) },
    ]);
    expect(human.spans).toEqual([span('a', 50, 90, 'mug'), span('b', 100, 200)]);
    expect(human.snapshots.map((s) => s.id)).toEqual(['t', 's']);
  });

  it('forgets what was deleted, and takes it up again where it is put later', () => {
    const edits: HumanEdit[] = [
      { kind: 'put-span', span: span('a', 0, 1) },
      { kind: 'delete-span', id: 'a' },
      { kind: 'delete-span', id: 'never there' },
    ];
    expect(foldEdits(edits).spans).toEqual([]);
    expect(foldEdits([...edits, { kind: 'put-span', span: span('a', 4, 5) }]).spans).toEqual([span('a', 4, 5)]);
  });
});

describe('LabelTable', () => {
  const before: HumanLabels = foldEdits([
    { kind: 'put-span', span: span('a', 0, 10) },
    { kind: 'put-snapshot', snapshot: snapshot('s', 3) },
  ]);
  it.each<HumanEdit>([
    { kind: 'put-span', span: span('a', 5, 8) },
    { kind: 'put-span', span: span('new', 5, 8) },
    { kind: 'delete-span', id: 'a' },
    { kind: 'put-snapshot', snapshot: snapshot('s', 9) },
    { kind: 'put-snapshot', snapshot: snapshot('new', 9) },
    { kind: 'delete-snapshot', id: 's' },
  ])('undoes %j', (edit) => {
    const history: HumanEdit[] = [...before.spans.map((s) => ({ kind: 'put-span', span: s }) as const), ...before.snapshots.map((s) => ({ kind: 'put-snapshot', snapshot: s }) as const)];
    const undo = new LabelTable(before).apply(edit);
    expect(foldEdits([...history, edit])).not.toEqual(before);
    expect(foldEdits([...history, edit, undo!])).toEqual(before);
  });

  it('has nothing to undo where nothing changed', () => {
    const table = new LabelTable(before);
    const { labels } = table;
    expect(table.apply({ kind: 'delete-span', id: 'never there' })).toBeUndefined();
    expect(table.labels).toBe(labels);
  });

  it('has the same order edit by edit as all at once, and counts', () => {
    const edits = Array.from({ length: 400 }, (_, i): HumanEdit => {
      const id = `s${(i * 37) % 90}`;
      return i % 7 === 3 ? { kind: 'delete-span', id } : { kind: 'put-span', span: span(id, (i * 61) % 50, 50 + ((i * 13) % 40)) };
    });
    const table = new LabelTable();
    for (const edit of edits) {
      table.apply(edit);
      // Asked for each time: then it is kept sorted, edit by edit.
      expect(table.labels.spans).toHaveLength(table.counts.spans);
    }
    expect(table.labels).toEqual(foldEdits(edits));
    const starts = table.labels.spans.map(({ startUs }) => startUs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});

describe('parseJsonLines', () => {
  it('reads what toJsonLines wrote, and leaves out a torn line and what is no edit', () => {
    const edits: HumanEdit[] = [{ kind: 'put-span', span: span('a', 0, 1, 'a "cup"\nof tea') }, { kind: 'delete-span', id: 'a' }];
    const text = toJsonLines(edits);
    expect(parseJsonLines(text, isHumanEdit)).toEqual(edits);
    expect(parseJsonLines(`${text}{"kind":"delete-sp`, isHumanEdit)).toEqual(edits);
    expect(parseJsonLines(`{"kind":"del\n${text}null\n7\n{"kind":"put-span","span":{"id":"x","startUs":5,"endUs":5,"label":{"name":"y"}}}\n`, isHumanEdit)).toEqual(edits);
  });
});
