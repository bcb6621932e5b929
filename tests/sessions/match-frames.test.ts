import { describe, expect, it } from 'vitest';
import recordings from './recorded-frames.json' with { type: 'json' };
import { matchFrames } from '../../src/sessions/shared/video/match-frames';

/** Numbers that look random and are always the same (Lehmer, Park and Miller 1988): from 0 to below 1. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Images as a page draws them: those of a camera, and some that come right after another, as recognised ones do. */
function drawnImages(count: number, random: () => number): number[] {
  const times: number[] = [];
  let at = 0;
  while (times.length < count) {
    times.push(Math.round(at / 1000) * 1000);
    at += random() < 0.15 ? 6000 + 10_000 * random() : 29_000 + 8000 * random();
  }
  return times;
}

/** Frames as a recorder stamps them: up to 15 ms after they were drawn, seldom later, from the first one on. */
function recorded(drawn: readonly number[], random: () => number, drift = 0): number[] {
  const stamped = drawn.map((time, i) => time + 2000 + 8000 * random() + (random() < 0.02 ? 9000 : 0) + drift * i);
  const rising = stamped.map((time, i) => Math.max(time, (stamped[i - 1] ?? -1) + 100));
  return rising.map((time) => Math.round(time - rising[0]));
}

const match = (drawn: readonly number[], frames: readonly number[]): number[] => [...matchFrames(Float64Array.from(drawn), Float64Array.from(frames))];

describe('frames that a recorder stamped by its own clock', () => {
  it('are each found again where none is missing, whatever the clocks do', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = lehmer(seed);
      const drawn = drawnImages(900, random);
      const frames = recorded(drawn, random, seed % 2 ? 30 : -30);
      expect(match(drawn, frames)).toEqual(drawn.map((_, i) => i));
    }
  });

  it('are found again where the first frame was late, and where a pause shifted the rest', () => {
    const random = lehmer(7);
    const drawn = drawnImages(300, random);
    const frames = recorded(drawn, random).map((time, i) => (i === 0 ? 0 : time - 9000 + (i > 150 ? 14_000 : 0)));
    expect(match(drawn, frames)).toEqual(drawn.map((_, i) => i));
  });

  it('are told from those that the recorder left out, single and in a row', () => {
    const random = lehmer(3);
    const drawn = Array.from({ length: 600 }, (_, i) => i * 33_000);
    const stays = drawn.map((_, i) => i === 0 || !(i % 41 === 0 || (i > 300 && i < 360)));
    const all = recorded(drawn, random);
    const frames = all.filter((_, i) => stays[i]);
    const places = drawn.map((_, i) => (stays[i] ? stays.slice(0, i).filter(Boolean).length : -1));
    expect(match(drawn, frames)).toEqual(places);
  });

  it('are told from those that nobody drew', () => {
    const drawn = Array.from({ length: 200 }, (_, i) => i * 40_000);
    const frames = recorded(drawn, lehmer(5)).flatMap((time, i) => (i % 50 === 20 ? [time, time + 18_000] : [time]));
    const places = drawn.map((_, i) => i + Math.floor((i + 29) / 50));
    expect(match(drawn, frames)).toEqual(places);
  });

  /**
   * Three recordings of Chromium 156 on two cores: when images were drawn (milliseconds) and which number each carried, when
   * frames are shown (microseconds) and which number is seen in each. With a pause in the middle.
   */
  describe.each(recordings)('as Chromium recorded them on a machine that was $machine', ({ drawnMs, numbers, framesUs, shows }) => {
    it.each([-30, 0, 20, 40, 60, 90, 130, 200, 300, 420, 560, 800, 1100])('are found again where the first frame was taken %i ms late', (lateMs) => {
      // The video's zero is its first frame: what was drawn before that one was taken is not in the video, but for the newest.
      const moved = framesUs.map((time, i) => (i === 0 ? 0 : time - lateMs * 1000));
      const lost = moved.filter((time, i) => i > 0 && time <= 0).length;
      const frames = [0, ...moved.slice(1 + lost)];
      const seen = [shows[lost], ...shows.slice(1 + lost)];
      const found = match(drawnMs.map((ms) => ms * 1000), frames);
      found.forEach((place, i) => {
        if (place >= 0) expect(seen[place], `picture ${i}`).toBe(numbers[i]);
      });
      const missing = numbers.filter((number) => !seen.includes(number)).length;
      expect(found.filter((place) => place < 0).length).toBeLessThanOrEqual(missing + 4);
    });
  });

  it('are an hour in bounded memory', () => {
    const random = lehmer(11);
    const drawn = drawnImages(120_000, random);
    const found = match(drawn, recorded(drawn, random, 1));
    expect(found.every((place, i) => place === i)).toBe(true);
  });

  it('make no trouble where there are none, or films that have nothing to do with the pictures', () => {
    expect(match([], [0, 1])).toEqual([]);
    expect(match([0, 33_000], [])).toEqual([-1, -1]);
    const found = match([0, 40_000, 9_000_000], Array.from({ length: 200 }, (_, i) => i * 40_000));
    expect(found.slice(0, 2)).toEqual([0, 1]);
    expect(found[2] === -1 || found[2] < 200).toBe(true);
  });
});
