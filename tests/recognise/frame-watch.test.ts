import { describe, expect, it } from 'vitest';
import { FrameWatch, SILENCE } from '../../src/recognise/shared/frame-watch';

/** Looks four times a second, as the page does; @returns when it was first silent, milliseconds */
function firstSilence(frames: readonly number[], until: number, paused: (t: number) => boolean = () => false): number | undefined {
  const watch = new FrameWatch(0);
  for (let t = 250; t <= until; t += 250) {
    for (const frame of frames) if (frame > t - 250 && frame <= t) watch.frame(frame);
    if (watch.silent(t, paused(t))) return t;
  }
  return undefined;
}

describe('FrameWatch', () => {
  it('tells of a source that never gave a frame, and of one that gives none any more', () => {
    expect(firstSilence([], 10_000)).toBe(SILENCE);
    expect(firstSilence([400, 900], 10_000)).toBe(3000);
  });

  it('says nothing of slow frames, nor while none are to come, nor just after', () => {
    expect(firstSilence([1900, 3800, 5700], 7500)).toBeUndefined();
    expect(firstSilence([], 10_000, (t) => t < 6000)).toBe(5750 + SILENCE);
  });

  it('does not take a page that stood still for a source that did', () => {
    const watch = new FrameWatch(0);
    expect(watch.silent(250, false)).toBe(false);
    expect(watch.silent(9000, false)).toBe(false);
    expect(watch.silent(9250, false)).toBe(false);
  });

  it('is over with the next frame', () => {
    const watch = new FrameWatch(0);
    for (let t = 250; t < 2500; t += 250) watch.silent(t, false);
    expect(watch.silent(2500, false)).toBe(true);
    watch.frame(2600);
    expect(watch.silent(2750, false)).toBe(false);
  });
});
