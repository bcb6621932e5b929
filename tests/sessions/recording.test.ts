import { describe, expect, it } from 'vitest';
import type { HumanLabels, RecognitionEntry } from '../../src/sessions/shared/session';
import { videoBitrate, recordingCodecs } from '../../src/sessions/shared/video/codecs';
import { prepareLabels, useLabel, type LabelSlot } from '../../src/sessions/shared/label-slots';
import { cutLabels } from '../../src/sessions/shared/edit-labels';
import { foldEdits } from '../../src/sessions/shared/human-labels';
import { RecognitionWriter } from '../../src/sessions/shared/recognition-writer';
import { QuotaMeter } from '../../src/sessions/shared/quota';
import { HOLD_MS, SpanHolder } from '../../src/sessions/shared/span-holder';

const entry = (timeUs: number): RecognitionEntry => ({ timeUs, top: [], modelId: 'm', precision: 'fp32', latencyMs: 1 });

describe('RecognitionWriter', () => {
  function recording(): { writer: RecognitionWriter; written: number[] } {
    const written: number[] = [];
    return { writer: new RecognitionWriter(({ timeUs }) => written.push(timeUs)), written };
  }

  it('writes a recognition with its frame, whichever comes first', () => {
    const { writer: t, written } = recording();
    t.expect(1000);
    t.expect(2000);
    t.recognised(entry(2000));
    expect(written).toEqual([]);
    t.encoded(1000);
    t.encoded(2000);
    expect(written).toEqual([2000]);
    t.recognised(entry(1000));
    expect(written).toEqual([2000, 1000]);
    expect([t.written, t.lost]).toEqual([2, 0]);
  });

  it('knows a frame that was encoded before it was wanted', () => {
    const { writer: t, written } = recording();
    t.encoded(1000);
    t.expect(1000);
    t.recognised(entry(1000));
    expect(written).toEqual([1000]);
  });

  it('writes none whose frame was dropped, and counts it', () => {
    const { writer: t, written } = recording();
    t.recognised(entry(3000));
    expect([written, t.lost]).toEqual([[], 1]);
  });

  it('writes one a frame, though an image that stands still is looked at again', () => {
    const { writer: t, written } = recording();
    t.expect(1000);
    t.recognised(entry(1000));
    t.encoded(1000);
    t.expect(1000);
    t.recognised(entry(1000));
    t.expect(2000);
    t.encoded(2000);
    t.recognised(entry(2000));
    // As a ChunkWriter tells it, which knows of a frame by its recognition alone.
    t.expect(2000);
    t.encoded(2000);
    t.recognised(entry(2000));
    expect(written).toEqual([1000, 2000]);
    expect([t.written, t.lost]).toEqual([2, 0]);
  });

  it('forgets frames whose recognition never came', () => {
    const { writer: t, written } = recording();
    t.expect(0);
    t.encoded(0);
    t.expect(60_000_000);
    t.recognised(entry(0));
    expect([written, t.lost]).toEqual([[], 1]);
  });
});

describe('SpanHolder', () => {
  const make = (): SpanHolder => {
    let n = 0;
    return new SpanHolder(() => `id${++n}`);
  };
  const cup = { name: 'cup' };
  const mug = { index: 504, name: 'coffee mug' };

  it('latches a label that is tapped until it is tapped again', () => {
    const holder = make();
    holder.press('1', cup, 5_000_000, 100);
    expect(holder.held(100 + HOLD_MS - 1)).toEqual([]);
    expect(holder.release('1', 5_100_000, 100 + HOLD_MS - 1)).toEqual([]);
    expect(holder.held(60_000)).toEqual([cup]);
    expect(holder.current(9_000_000, 60_000)).toEqual([{ id: 'id1', startUs: 5_000_000, endUs: 9_000_000, label: cup }]);
    holder.press('pointer-3', cup, 9_900_000, 61_000);
    expect(holder.release('pointer-3', 10_000_000, 61_050)).toEqual([{ id: 'id1', startUs: 5_000_000, endUs: 10_000_000, label: cup }]);
    expect(holder.held(62_000)).toEqual([]);
    // Also by a press that is held: a label has one span at a time.
    holder.press('1', cup, 11_000_000, 70_000);
    holder.release('1', 11_000_000, 70_010);
    holder.press('1', cup, 12_000_000, 71_000);
    expect(holder.held(73_000)).toEqual([cup]);
    expect(holder.current(14_000_000, 73_000)).toHaveLength(1);
    expect(holder.release('1', 14_000_000, 73_000)).toMatchObject([{ startUs: 11_000_000, endUs: 14_000_000 }]);
  });

  it('has another label that is tapped begin where the latched one ends', () => {
    const holder = make();
    holder.press('1', cup, 1_000_000, 0);
    holder.release('1', 1_050_000, 50);
    holder.press('2', mug, 3_000_000, 2000, true);
    expect(holder.release('2', 3_080_000, 2080)).toEqual([{ id: 'id1', startUs: 1_000_000, endUs: 3_000_000, label: cup }]);
    expect(holder.held(9000)).toEqual([mug]);
    // The network's guess, which was accepted.
    expect(holder.releaseAll(5_000_000, 9000)).toEqual([{ id: 'id2', startUs: 3_000_000, endUs: 5_000_000, label: mug, accepted: true }]);
    expect([holder.held(10_000), holder.releaseAll(6_000_000, 10_000)]).toEqual([[], []]);
  });

  it('labels as long as a press is held, beside what is latched', () => {
    const holder = make();
    holder.press('1', cup, 6_000_000, 1000);
    expect(holder.held(1000 + HOLD_MS)).toEqual([cup]);
    holder.press('2', mug, 6_000_000, 1000);
    holder.release('2', 6_050_000, 1050);
    expect(holder.held(2000)).toEqual([mug, cup]);
    expect(holder.release('1', 7_000_000, 2000)).toEqual([{ id: 'id1', startUs: 6_000_000, endUs: 7_000_000, label: cup }]);
    expect(holder.release('1', 8_000_000, 3000)).toEqual([]);
    expect(holder.held(4000)).toEqual([mug]);
  });

  it('holds several at once, and does not begin anew where a key repeats', () => {
    const holder = make();
    holder.press('1', cup, 0, 0);
    holder.press('pointer', mug, 1000, 500);
    holder.press('1', cup, 400_000, 400);
    expect(holder.held(1000)).toEqual([cup, mug]);
    expect(holder.current(900_000, 1000).map((s) => [s.id, s.startUs, s.endUs])).toEqual([['id1', 0, 900_000], ['id2', 1000, 900_000]]);
    expect(holder.releaseAll(1_000_000, 2000).map((s) => [s.id, s.endUs])).toEqual([['id1', 1_000_000], ['id2', 1_000_000]]);
    expect(holder.held(3000)).toEqual([]);
  });

  it('makes nothing of a press that is taken back at once, nor of a film that stood still', () => {
    const holder = make();
    holder.press('p', cup, 0, 0);
    expect(holder.cancel('p', 100, 100)).toEqual([]);
    expect(holder.held(5000)).toEqual([]);
    holder.press('p', cup, 5000, 1000);
    expect(holder.release('p', 5000, 9000)).toEqual([]);
    holder.press('p', cup, 5000, 1000);
    expect(holder.cancel('p', 9000, 2000)).toMatchObject([{ startUs: 5000, endUs: 9000 }]);
  });
});

describe('useLabel', () => {
  const names = (slots: readonly LabelSlot[]): string => slots.map((s) => s.label.name).join('');
  const filled = [...'abcdefghi'].reduce<LabelSlot[]>((slots, name) => useLabel(slots, { name }), []);

  it('gives each label a key that it keeps', () => {
    expect(filled).toHaveLength(9);
    expect(names(useLabel(filled, { name: 'c' }))).toBe('abcdefghi');
  });

  it('gives a new label the key that was not used for the longest time', () => {
    const used = useLabel(useLabel(filled, { name: 'a' }), { name: 'b' });
    expect(names(useLabel(used, { name: 'x' }))).toBe('abxdefghi');
    expect(names(useLabel(useLabel(used, { name: 'x' }), { name: 'y' }))).toBe('abxyefghi');
  });

  it('leaves prepared labels where they are, in their order, and finds room for others beside them', () => {
    const set = [...'pqr'].map((name) => ({ name }));
    const prepared = prepareLabels(useLabel(filled, { name: 'a' }), set);
    // Six of the nine that were used last stay.
    expect(names(prepared)).toBe('pqraefghi');
    expect(names(useLabel(prepared, { name: 'x' }))).toBe('pqraxfghi');
    expect(names(useLabel(prepared, { name: 'q' }))).toBe('pqraefghi');
    expect(names(prepareLabels(prepared, [{ name: 'r' }, { name: 'a' }]))).toBe('raefghi');
    const many = Array.from({ length: 20 }, (_, i) => ({ name: String.fromCharCode(65 + i) }));
    const row = [...'uvwxyz'].reduce((slots, name) => useLabel(slots, { name }), prepareLabels([], many));
    expect(names(row)).toBe('ABCDEFGHIJKLMNOPQRSTxyz');
  });

  it('tells an own label from a class of the same name', () => {
    const slots = useLabel(useLabel([], { name: 'crane' }), { index: 134, name: 'crane' });
    expect(slots).toHaveLength(2);
    expect(useLabel(slots, { index: 134, name: 'Kranich' })).toHaveLength(2);
  });
});

describe('QuotaMeter', () => {
  it('reckons the time left at the present rate, and says when to end', () => {
    const quota = new QuotaMeter();
    for (let s = 0; s <= 10; s++) quota.update(s * 1000, s * 300_000, 32_900_000 - s * 300_000);
    expect(quota.rate).toBeCloseTo(300_000);
    // 29.9 MB less the reserve of 2 MB and three seconds.
    expect(quota.secondsLeft).toBeCloseTo(90, 0);
    expect(quota.full).toBe(false);
    quota.update(11_000, 3_300_000, 2_800_000);
    expect(quota.full).toBe(true);
  });

  it('forgets an old rate, and never ends where nobody knows what is left', () => {
    const quota = new QuotaMeter();
    for (let s = 0; s <= 30; s++) quota.update(s * 1000, s <= 10 ? s * 1e6 : 1e7 + (s - 10) * 1e5, undefined);
    expect(quota.rate).toBeCloseTo(1e5, -4);
    expect(quota.secondsLeft).toBeUndefined();
    expect(quota.full).toBe(false);
  });
});

describe('cutLabels', () => {
  it('brings spans and snapshots into the film', () => {
    const human: HumanLabels = foldEdits([
      { kind: 'put-span', span: { id: 'in', startUs: 0, endUs: 900, label: { name: 'a' } } },
      { kind: 'put-span', span: { id: 'over', startUs: 500, endUs: 5000, label: { name: 'a' } } },
      { kind: 'put-span', span: { id: 'out', startUs: 1000, endUs: 5000, label: { name: 'a' } } },
      { kind: 'put-snapshot', snapshot: { id: 'early', timeUs: 10, file: '10.jpg', label: undefined } },
      { kind: 'put-snapshot', snapshot: { id: 'late', timeUs: 7000, file: '7000.jpg', label: undefined } },
    ]);
    const edits = cutLabels(human, 967, 1000);
    const after = foldEdits([...human.spans.map((span) => ({ kind: 'put-span', span }) as const), ...human.snapshots.map((snapshot) => ({ kind: 'put-snapshot', snapshot }) as const), ...edits]);
    expect(after.spans.map((s) => [s.id, s.endUs])).toEqual([['in', 900], ['over', 1000]]);
    expect(after.snapshots.map((s) => [s.id, s.timeUs, s.file])).toEqual([['early', 10, '10.jpg'], ['late', 967, '7000.jpg']]);
  });
});

describe('recordingCodecs', () => {
  it('asks for an H.264 level that allows the picture', () => {
    const level = (w: number, h: number): string => recordingCodecs(w, h, 30)[0].codec;
    expect([level(640, 480), level(1280, 720), level(1920, 1080), level(3840, 2160)]).toEqual(['avc1.42001e', 'avc1.42001f', 'avc1.420028', 'avc1.420034']);
    expect(videoBitrate(1280, 720, 30)).toBeGreaterThan(2_000_000);
  });
});
