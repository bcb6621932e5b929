import { describe, expect, it } from 'vitest';
import type { LabelRef } from '../../src/base/shared/labels/label-ref';
import { foldEdits } from '../../src/sessions/shared/human-labels';
import { frameChange, type FrameLabels } from '../../src/sessions/shared/import/frame-labels';
import type { HumanLabels } from '../../src/sessions/shared/session';
import { CAT, DOG } from '../support/session-fixture';

const MUG = { name: 'mug' };
const HUMAN: HumanLabels = {
  spans: [
    { id: 'cat', startUs: 0, endUs: 4_000_000, label: CAT, accepted: true },
    { id: 'mug', startUs: 6_000_000, endUs: 7_000_000, label: MUG },
  ],
  snapshots: [],
};
const frame = (seconds: number, before: readonly LabelRef[], after: readonly LabelRef[]): FrameLabels =>
  ({ timeUs: seconds * 1e6, before: before.map((label) => [label]), after: after.map((label) => [label]), author: 'ann@example.com' });

function change(...frames: FrameLabels[]) {
  let n = 0;
  const found = frameChange(frames, 10_000_000, HUMAN, () => `new-${n++}`);
  return { ...found, spans: foldEdits(found.edits, HUMAN).spans.map(({ id, startUs, endUs, label, author }) => [id, startUs / 1e6, Number((endUs / 1e6).toFixed(1)), label.name, author]) };
}
const [, mug] = HUMAN.spans.map(({ id, startUs, endUs, label }) => [id, startUs / 1e6, endUs / 1e6, label.name, undefined]);

describe('what comes back of frames of a film', () => {
  it('changes nothing where they are called as they were', () => {
    expect(change(frame(1, [CAT], [CAT]), frame(2, [CAT], [CAT]))).toMatchObject({ edits: [], added: 0, changed: 0, removed: 0, lost: [] });
  });

  it('renames the whole span where all its pictures are called otherwise, with who did it', () => {
    const { spans, changed } = change(frame(1, [CAT], [DOG]), frame(2, [CAT], [DOG]));
    expect(spans).toEqual([['cat', 0, 4, DOG.name, 'ann@example.com'], mug]);
    expect(changed).toBe(1);
  });

  it('cuts it half way to the neighbour where some are', () => {
    const { spans, changed } = change(frame(0, [CAT], [CAT]), frame(1, [CAT], [CAT]), frame(2, [CAT], [DOG]), frame(3, [CAT], [CAT]));
    expect(spans).toEqual([
      ['cat', 0, 1.5, CAT.name, undefined], ['new-0', 1.500001, 2.5, DOG.name, 'ann@example.com'], ['new-1', 2.500001, 4, CAT.name, undefined], mug,
    ]);
    expect(changed).toBe(1);
  });

  it('takes the label off where somebody took it off', () => {
    expect(change(frame(1, [CAT], []), frame(3, [CAT], [CAT]))).toMatchObject({ removed: 1, spans: [['cat', 2.000001, 4, CAT.name, undefined], mug] });
    expect(change(frame(1, [CAT], [])).spans).toEqual([mug]);
  });

  it('labels time that had no label, as far as the next label and half a second at most; neighbours of one label are one', () => {
    expect(change(frame(4.2, [], [DOG]), frame(5.2, [], [DOG]), frame(5.8, [], [DOG]), frame(6.5, [MUG], [MUG])).spans.slice(1)).toEqual([
      ['new-0', 4, 4.7, DOG.name, 'ann@example.com'], ['new-1', 4.700001, 6, DOG.name, 'ann@example.com'], mug,
    ]);
  });

  it('gives a picture a second label, and finds it there the next time', () => {
    const once = change(frame(2, [CAT], [CAT, MUG]));
    expect([once.added, once.spans[1]]).toEqual([1, ['new-0', 1.5, 2.5, MUG.name, 'ann@example.com']]);
    expect(frameChange([frame(2, [CAT], [CAT, MUG])], 1e7, foldEdits(once.edits, HUMAN), () => 'x').edits).toEqual([]);
  });

  it('means all spans of the class that stand there, and none is twice where they meet afterwards', () => {
    const CUP = { name: 'cup' };
    const human: HumanLabels = {
      spans: [
        { id: 'a', startUs: 0, endUs: 2_000_000, label: MUG },
        { id: 'b', startUs: 1_000_000, endUs: 3_000_000, label: CUP },
        { id: 'c', startUs: 2_500_000, endUs: 5_000_000, label: DOG },
      ],
      snapshots: [],
    };
    const both = [MUG, CUP];
    const of = (frames: readonly FrameLabels[]) => {
      let n = 0;
      const found = frameChange(frames, 10_000_000, human, () => `new-${n++}`);
      return { ...found, spans: foldEdits(found.edits, human).spans.map(({ id, startUs, endUs, label }) => [id, startUs / 1e6, endUs / 1e6, label.name]) };
    };
    const said = (seconds: number, after: readonly (readonly LabelRef[])[], before: readonly (readonly LabelRef[])[] = [both]): FrameLabels => ({ timeUs: seconds * 1e6, before, after, author: 'ann' });
    // Nobody changed anything: two labels that a set made one may overlap, as they did.
    expect(of([said(0.5, [both]), said(1.5, [both])]).edits).toEqual([]);
    // None of the two is left as it was, and the dog that follows stands once.
    expect(of([said(0.5, [[DOG]]), said(1.5, [[DOG]]), said(2.2, [[DOG]])])).toMatchObject({
      changed: 2, removed: 0, lost: [], spans: [['a', 0, 2, DOG.name], ['b', 2, 2.5, DOG.name], ['c', 2.5, 5, DOG.name]],
    });
    // The dog was put there since, here: what is called so as well ends where it begins.
    expect(of([said(2.7, [[DOG]])])).toMatchObject({ changed: 1, lost: [], spans: [['a', 0, 2, MUG.name], ['b', 1, 2.5, DOG.name], ['c', 2.5, 5, DOG.name]] });
    // A mug beside the dog ends where a cup of the same class begins, on either side.
    expect(frameChange([said(3.2, [[DOG], both], [[DOG]])], 10_000_000, { spans: [...human.spans, { id: 'd', startUs: 3_400_000, endUs: 4_000_000, label: CUP }] }, () => 'x').edits)
      .toEqual([{ kind: 'put-span', span: { id: 'x', label: MUG, startUs: 3_000_000, endUs: 3_400_000, author: 'ann' } }]);
  });

  it('looks at each span a few times, however many pictures come back', () => {
    const reads = (count: number): number => {
      let looked = 0;
      const spans = Array.from({ length: count }, (_, i) => {
        const times = { id: `s${i}`, label: i % 2 === 0 ? CAT : MUG, endUs: i * 1_000_000 + 600_000 };
        return Object.defineProperty(times, 'startUs', { enumerable: true, get: () => (looked++, i * 1_000_000) }) as unknown as HumanLabels['spans'][number];
      });
      const frames = Array.from({ length: count }, (_, i) => frame(i + 0.3, [i % 2 === 0 ? CAT : MUG], i % 3 === 0 ? [DOG] : [i % 2 === 0 ? CAT : MUG]));
      expect(frameChange(frames, count * 1e6, { spans }, () => 'new').changed).toBe(Math.ceil(count / 3));
      return looked;
    };
    // Twice as many have one more step in a search, and not twice as many looks at each.
    expect(reads(2000) / reads(1000)).toBeLessThan(2.5);
  });

  it('leaves what was labelled otherwise here since then, and tells of it', () => {
    expect(change(frame(6.5, [DOG], [CAT]))).toMatchObject({ edits: [], lost: [6_500_000] });
    // The same was said here.
    expect(change(frame(6.5, [DOG], [MUG]))).toMatchObject({ edits: [], lost: [] });
  });
});
