import { describe, expect, it } from 'vitest';
import type { HumanSpan, RecognitionEntry, Snapshot } from '../../../src/sessions/shared/session';
import { DrawnFrames } from '../../../src/sessions/worker/recorder/drawn-frames';

/** Images that a camera gave, not quite regularly, and the frames that they became: the first taken 200 ms late, one left out. */
const drawn = Array.from({ length: 90 }, (_, i) => i * 33_000 + ((i * 7919) % 9) * 1000);
const LATE_US = 200_000;
const LEFT_OUT = 50;
const frames = [0, ...drawn.filter((time, i) => time > LATE_US + 33_000 && i !== LEFT_OUT).map((time) => time + 3000 - LATE_US)];
const frameOf = (i: number): number => drawn[i] + 3000 - LATE_US;

const entry = (timeUs: number): RecognitionEntry => ({ timeUs, top: [{ index: 1, name: 'goldfish', probability: 1 }], modelId: 'm', precision: 'fp32', latencyMs: 9 });
const span = (startUs: number, endUs: number): HumanSpan => ({ id: 'span', startUs, endUs, label: { name: 'cup' } });
const snapshot = (timeUs: number): Snapshot => ({ id: 'picture', timeUs, file: 'picture.jpg', label: undefined });

describe('what was said of pictures that were drawn for a recorder', () => {
  const placed = new DrawnFrames([...frames].reverse(), drawn);

  it('stands at their frames, and goes where these are not in the film', () => {
    expect(placed.recognition(entry(drawn[30]))).toEqual(entry(frameOf(30)));
    expect(placed.recognition(entry(drawn[89]))).toEqual(entry(frameOf(89)));
    expect(placed.recognition(entry(drawn[LEFT_OUT]))).toBeUndefined();
    expect(placed.recognition(entry(drawn[2]))).toBeUndefined();
  });

  it('keeps its pictures, at their frames or at the nearest', () => {
    const time = (timeUs: number): number | undefined =>
      placed.edits({ spans: [], snapshots: [snapshot(timeUs)] }).map((edit) => (edit.kind === 'put-snapshot' ? edit.snapshot.timeUs : NaN))[0];
    expect(time(drawn[60])).toBe(frameOf(60));
    expect([frameOf(LEFT_OUT - 1), frameOf(LEFT_OUT + 1)]).toContain(time(drawn[LEFT_OUT]));
  });

  it('keeps its spans, by the film\'s clock', () => {
    expect(placed.edits({ spans: [span(drawn[30], drawn[60])], snapshots: [] })).toEqual([{ kind: 'put-span', span: span(frameOf(30), frameOf(60)) }]);
    // Before the video began.
    expect(placed.edits({ spans: [span(drawn[0], drawn[1])], snapshots: [] })).toEqual([{ kind: 'put-span', span: span(0, 1) }]);
  });

  it('stays as it is where there is no film', () => {
    const none = new DrawnFrames([], drawn);
    expect(none.edits({ spans: [span(1, 2)], snapshots: [snapshot(5)] })).toEqual([]);
    expect(none.recognition(entry(0))).toBeUndefined();
  });
});
