import { describe, expect, it } from 'vitest';
import { LabelQuality } from '../../src/sessions/shared/label-quality';

const mug = { name: 'mug' };
const pen = { name: 'pen' };
const S = 1_000_000;

/** Unit vectors of 8 numbers, none like another. */
function view(i: number): Float32Array {
  return new Float32Array(8).fill(0).with(i, 3);
}

const span = (id: string, label: { name: string }, start: number, end: number) => ({ id, label, startUs: start * S, endUs: end * S });

describe('LabelQuality', () => {
  it('counts seconds by spans, a span that goes on once, and views that differ', () => {
    const quality = new LabelQuality();
    quality.put([span('a', mug, 0, 2)]);
    quality.put([span('a', mug, 0, 3), span('b', pen, 1, 2)]);
    quality.put([span('c', mug, 5, 6)]);
    for (let i = 0; i < 4; i++) quality.seen([mug], i * S, undefined, view(i % 2));
    quality.seen([mug, pen], 4 * S, undefined, view(2));
    // Other light makes the vector longer, not another one; and noise turns it a little.
    quality.seen([mug], 5 * S, undefined, view(2).map((value, i) => 2 * value + (i === 5 ? 0.5 : 0)));
    expect(quality.tallies).toEqual([{ label: mug, seconds: 4, views: 3 }, { label: pen, seconds: 1, views: 1 }]);
  });

  it('counts no view of an image that is dark or blurred, nor of what is not labelled', () => {
    const quality = new LabelQuality();
    quality.put([span('a', mug, 0, 2)]);
    quality.seen([], 0, undefined, view(0));
    quality.seen([mug], S, 'dark', view(1));
    quality.seen([mug], 2 * S, 'blurred', view(2));
    expect(quality.tallies).toEqual([{ label: mug, seconds: 2, views: 0 }]);
    quality.put([span('a', mug, 0, 20)]);
    expect(quality.advice([])).toMatchObject({ kind: 'few' });
  });

  it('tells first of the image, then of what is missing, then of what is little', () => {
    const quality = new LabelQuality();
    expect(quality.advice([])).toBeUndefined();
    expect(quality.advice([mug, pen])).toEqual({ kind: 'missing', labels: [mug, pen] });
    quality.put([span('a', mug, 0, 2)]);
    quality.seen([mug], 0, 'blurred', undefined);
    expect(quality.advice([mug, pen])).toEqual({ kind: 'missing', labels: [pen] });
    quality.seen([mug], S, 'blurred', undefined);
    expect(quality.advice([mug, pen])).toEqual({ kind: 'blurred', label: mug });
    quality.seen([mug], 2 * S, undefined, view(0));
    expect(quality.advice([mug])).toEqual({ kind: 'few', tallies: [{ label: mug, seconds: 2, views: 1 }] });
    // The same view again and again.
    quality.seen([mug], 4.9 * S, undefined, view(0));
    expect(quality.advice([mug])).toMatchObject({ kind: 'few' });
    quality.seen([mug], 5 * S, undefined, view(0));
    expect(quality.advice([mug, pen])).toEqual({ kind: 'alike', label: mug });
    // Let go and begun anew it has its time.
    quality.seen([], 6 * S, undefined, view(0));
    quality.seen([mug], 7 * S, undefined, view(0));
    expect(quality.advice([mug, pen])).toEqual({ kind: 'missing', labels: [pen] });
    for (let i = 1; i < 5; i++) quality.seen([mug], (7 + i) * S, undefined, view(i));
    expect(quality.advice([mug])).toEqual({ kind: 'enough' });
    quality.seen([mug], 20 * S, undefined, view(0));
    expect(quality.advice([mug])).toEqual({ kind: 'enough' });
  });

  it('goes by seconds where a network gives no features', () => {
    const quality = new LabelQuality();
    quality.put([span('a', mug, 0, 4)]);
    quality.seen([mug], 4 * S, undefined, undefined);
    expect(quality.advice([])).toEqual({ kind: 'few', tallies: [{ label: mug, seconds: 4, views: undefined }] });
    quality.put([span('a', mug, 0, 5)]);
    expect(quality.advice([])).toEqual({ kind: 'enough' });
  });
});
