import { describe, expect, it } from 'vitest';
import type { HumanEdit, HumanLabels, HumanSpan } from '../../src/sessions/shared/session';
import { EditHistory } from '../../src/sessions/shared/edit-history';
import {
  addSpan, deleteSpan, mergeSpans, moveEdge, relabelSpan, SpanEditError, splitSpan, type SpanLimits,
} from '../../src/sessions/shared/edit-labels';
import { deleteSnapshot, relabelSnapshot } from '../../src/sessions/shared/edit-labels';
import { foldEdits, NO_LABELS } from '../../src/sessions/shared/human-labels';
import { neighbouringStart, spanRows } from '../../src/sessions/shared/label-times';
import { SpanIndex } from '../../src/sessions/shared/span-index';
import { CAT, DOG } from '../support/session-fixture';

const LIMITS: SpanLimits = { durationUs: 10_000_000, minUs: 40_000 };
const span = (id: string, startUs: number, endUs: number, label = CAT): HumanSpan => ({ id, startUs, endUs, label });
const labelled = (...spans: HumanSpan[]): HumanLabels => foldEdits(spans.map((one) => ({ kind: 'put-span', span: one })));
const after = (labels: HumanLabels, edits: readonly HumanEdit[]): HumanSpan[] => [...foldEdits(edits, labels).spans];

describe('editing spans', () => {
  it('keeps spans in the film and long enough', () => {
    expect(after(NO_LABELS, addSpan(NO_LABELS, span('a', -5, 9e9), LIMITS))).toEqual([span('a', 0, 10_000_000)]);
    expect(after(NO_LABELS, addSpan(NO_LABELS, span('a', 100, 100), LIMITS))).toEqual([span('a', 100, 40_100)]);
    expect(after(NO_LABELS, addSpan(NO_LABELS, span('a', 9_999_999, 10_000_000), LIMITS))).toEqual([span('a', 9_960_000, 10_000_000)]);
    const short: SpanLimits = { durationUs: 10_000, minUs: 40_000 };
    expect(after(NO_LABELS, addSpan(NO_LABELS, span('a', 5, 6), short))).toEqual([span('a', 0, 10_000)]);
  });

  it('joins overlapping spans of one label, through any that the joined one reaches, and leaves others', () => {
    const labels = labelled(span('a', 0, 1e6), span('b', 2e6, 3e6), span('c', 2.5e6, 4e6, DOG), span('d', 5e6, 6e6));
    expect(after(labels, addSpan(labels, span('n', 0.5e6, 2.5e6), LIMITS))).toEqual([
      span('n', 0, 3e6),
      span('c', 2.5e6, 4e6, DOG),
      span('d', 5e6, 6e6),
    ]);
  });

  it('moves an edge up to the shortest length, the film, and through its own kind', () => {
    const labels = labelled(span('a', 1e6, 2e6), span('b', 3e6, 4e6), span('c', 1e6, 9e6, DOG));
    expect(after(labels, moveEdge(labels, 'a', 'end', 0, LIMITS))[0]).toEqual(span('a', 1e6, 1.04e6));
    expect(after(labels, moveEdge(labels, 'a', 'start', 5e6, LIMITS))[1]).toEqual(span('a', 1.96e6, 2e6));
    expect(after(labels, moveEdge(labels, 'a', 'start', -1, LIMITS))[0]).toEqual(span('a', 0, 2e6));
    expect(after(labels, moveEdge(labels, 'a', 'end', 3.5e6, LIMITS))).toEqual([span('a', 1e6, 4e6), span('c', 1e6, 9e6, DOG)]);
    expect(moveEdge(labels, 'a', 'end', 2e6, LIMITS)).toEqual([]);
    expect(() => moveEdge(labels, 'gone', 'end', 0, LIMITS)).toThrow(SpanEditError);
  });

  it('splits into two that touch and may then be told apart, and merges again', () => {
    const labels = labelled(span('a', 1e6, 3e6));
    const split = foldEdits(splitSpan(labels, 'a', 2e6, 'b', LIMITS), labels);
    expect(split.spans).toEqual([span('a', 1e6, 2e6), span('b', 2e6, 3e6)]);
    const told = foldEdits(relabelSpan(split, 'b', DOG), split);
    expect(told.spans[1]).toEqual(span('b', 2e6, 3e6, DOG));
    expect(after(told, mergeSpans(told, 'a', 'b'))).toEqual([span('a', 1e6, 3e6)]);
    expect(() => splitSpan(labels, 'a', 1.01e6, 'b', LIMITS)).toThrow(SpanEditError);
    expect(() => splitSpan(labels, 'a', 5e6, 'b', LIMITS)).toThrow(SpanEditError);
  });

  it('relabels into a neighbour that overlaps', () => {
    const labels = labelled(span('a', 0, 2e6), span('b', 1e6, 3e6, DOG));
    expect(after(labels, relabelSpan(labels, 'b', CAT))).toEqual([span('b', 0, 3e6)]);
    expect(relabelSpan(labels, 'b', DOG)).toEqual([]);
  });

  it('never makes spans of one label overlap, whatever is done', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let labels: HumanLabels = NO_LABELS;
    for (let i = 0; i < 3000; i++) {
      const one = labels.spans[random(labels.spans.length)] as HumanSpan | undefined;
      const time = random(10_000_000);
      const label = random(2) ? CAT : DOG;
      let edits: HumanEdit[] = [];
      try {
        const doings = [
          () => addSpan(labels, span(`n${i}`, time, time + random(800_000), label), LIMITS),
          () => moveEdge(labels, one?.id ?? '', random(2) ? 'start' : 'end', time, LIMITS),
          () => splitSpan(labels, one?.id ?? '', time, `s${i}`, LIMITS),
          () => mergeSpans(labels, one?.id ?? '', labels.spans[random(labels.spans.length)].id),
          () => relabelSpan(labels, one?.id ?? '', label),
          () => deleteSpan(labels, one?.id ?? ''),
        ];
        edits = doings[random(labels.spans.length < 3 ? 1 : doings.length)]();
      } catch (error) {
        if (!(error instanceof SpanEditError)) throw error;
      }
      labels = foldEdits(edits, labels);
      for (const a of labels.spans) {
        expect(a.startUs).toBeGreaterThanOrEqual(0);
        expect(a.endUs).toBeLessThanOrEqual(LIMITS.durationUs);
        expect(a.endUs - a.startUs).toBeGreaterThanOrEqual(LIMITS.minUs);
        for (const b of labels.spans) {
          if (a !== b && a.label === b.label) expect(a.endUs <= b.startUs || b.endUs <= a.startUs, JSON.stringify([a, b])).toBe(true);
        }
      }
    }
  });
});

describe('undo and redo', () => {
  let n = 0;
  const history = (log: readonly HumanEdit[] = []): EditHistory => new EditHistory(log, () => `step${n++}`);

  it('takes steps of several edits back and does them again', () => {
    const log: HumanEdit[] = [];
    const one = history();
    log.push(...one.apply(addSpan(one.labels, span('a', 1e6, 3e6), LIMITS)));
    log.push(...one.apply(splitSpan(one.labels, 'a', 2e6, 'b', LIMITS)));
    const split = one.labels;
    log.push(...one.undo());
    expect(one.labels.spans).toEqual([span('a', 1e6, 3e6)]);
    log.push(...one.redo());
    expect(one.labels).toEqual(split);
    log.push(...one.undo(), ...one.undo());
    expect(one.labels).toEqual(NO_LABELS);
    expect(one.canUndo).toBe(false);
    expect(one.undo()).toEqual([]);
    // The log alone gives the same labels, and the same steps to do again.
    expect(foldEdits(log)).toEqual(NO_LABELS);
    const again = history(JSON.parse(JSON.stringify(log)) as HumanEdit[]);
    expect([again.canUndo, again.canRedo]).toEqual([false, true]);
    again.redo();
    again.redo();
    expect(again.labels).toEqual(split);
    expect(again.canRedo).toBe(false);
  });

  it('forgets what was undone when something new is done', () => {
    const one = history();
    one.apply(addSpan(one.labels, span('a', 0, 1e6), LIMITS));
    one.undo();
    one.apply(addSpan(one.labels, span('b', 0, 1e6), LIMITS));
    expect(one.canRedo).toBe(false);
    expect(one.apply([])).toEqual([]);
    expect(one.labels.spans.map(({ id }) => id)).toEqual(['b']);
  });

  it('undoes edits of a log without marks one by one', () => {
    const one = history([
      { kind: 'put-span', span: span('a', 0, 1e6) },
      { kind: 'put-span', span: span('b', 2e6, 3e6) },
      { kind: 'delete-span', id: 'a' },
      { kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 1, file: '1.jpg', label: CAT } },
    ]);
    one.undo();
    expect(one.labels.snapshots).toEqual([]);
    one.undo();
    expect(one.labels.spans.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('labels at a time', () => {
  it('finds spans, neighbours and rows', () => {
    const spans = [span('a', 0, 2e6), span('b', 1e6, 3e6, DOG), span('c', 2e6, 4e6), span('d', 1.5e6, 1.6e6, { ...DOG, index: 1 })];
    const labels = labelled(...spans);
    const index = new SpanIndex(labels.spans);
    expect(index.at(1e6).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(index.at(2e6).map(({ id }) => id)).toEqual(['b', 'c']);
    const lists = [labels.spans.filter(({ id }) => id !== 'd'), [spans[3]]];
    expect(neighbouringStart(lists, 1e6, 'next')).toBe(1.5e6);
    expect(neighbouringStart(lists, 1e6, 'previous')).toBe(0);
    expect(neighbouringStart(lists, 0, 'previous')).toBeUndefined();
    expect(neighbouringStart(lists, 5e6, 'next')).toBeUndefined();
    expect(spanRows(labels.spans)).toEqual([0, 1, 2, 0]);
  });
});

describe('a log that a recorder wrote', () => {
  const log: HumanEdit[] = [
    { kind: 'put-span', span: span('held', 0, 1e6) },
    { kind: 'put-span', span: span('held', 0, 2e6) },
    { kind: 'put-span', span: span('other', 1e6, 2e6, DOG) },
    { kind: 'put-span', span: span('held', 0, 3e6) },
    { kind: 'put-span', span: span('other', 1e6, 3e6, DOG) },
    { kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 9e6, file: '9.jpg', label: CAT } },
    { kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 3e6, file: '9.jpg', label: CAT } },
  ];

  it('is undone a label at a time, not a second of holding it at a time, and done again whole', () => {
    const history = new EditHistory(log, () => crypto.randomUUID());
    const whole = history.labels;
    expect(whole).toEqual(foldEdits(log));
    const seen: number[][] = [];
    const written: HumanEdit[] = [];
    while (history.canUndo) {
      written.push(...history.undo());
      seen.push([history.labels.spans.length, history.labels.snapshots.length]);
    }
    expect(seen).toEqual([[2, 0], [1, 0], [0, 0]]);
    while (history.canRedo) written.push(...history.redo());
    expect(history.labels).toEqual(whole);
    // Opened again it is the same, also for undo.
    const again = new EditHistory([...log, ...written], () => crypto.randomUUID());
    expect(again.labels).toEqual(whole);
    again.undo();
    expect(again.labels.spans).toHaveLength(2);
  });
});

describe('editing snapshots', () => {
  const labels = foldEdits([{ kind: 'put-snapshot', snapshot: { id: 'p', timeUs: 5, file: '5.jpg', label: undefined } }]);

  it('names, corrects and deletes one, and changes nothing where there is nothing to change', () => {
    const named = foldEdits(relabelSnapshot(labels, 'p', CAT), labels);
    expect(named.snapshots).toEqual([{ id: 'p', timeUs: 5, file: '5.jpg', label: CAT }]);
    expect(relabelSnapshot(named, 'p', CAT)).toEqual([]);
    expect(relabelSnapshot(named, 'gone', CAT)).toEqual([]);
    expect(foldEdits(deleteSnapshot(named, 'p'), named).snapshots).toEqual([]);
    expect(deleteSnapshot(named, 'gone')).toEqual([]);
  });
});
