import { describe, expect, it } from 'vitest';
import { VideoClock } from '../../src/sessions/shared/video/video-clock';

const NOMINAL = 33_333;

describe('VideoClock', () => {
  it('begins at 0 and runs with the frames own timestamps, in whole milliseconds', () => {
    const clock = new VideoClock(NOMINAL);
    const stamps = [74_413, 108_041, 140_921, 177_404];
    const times = stamps.map((stamp, i) => clock.time(stamp, 5_000_000 + i * 40_000));
    expect(times).toEqual([0, 34_000, 67_000, 103_000]);
    expect(clock.lastUs).toBe(103_000);
  });

  it('gives the same frame the same time', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(0, 0);
    expect(clock.time(33_000, 33_000)).toBe(33_000);
    expect(clock.time(33_000, 49_000)).toBe(33_000);
  });

  it('gives two frames within a millisecond times that rise', () => {
    const clock = new VideoClock(NOMINAL);
    expect([0, 200, 400, 2600].map((stamp) => clock.time(stamp, stamp))).toEqual([0, 1000, 2000, 3000]);
  });

  it('goes on without a gap after a pause', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(0, 0);
    clock.time(33_000, 33_000);
    clock.paused();
    expect(clock.at(9_000_000)).toBe(66_000);
    expect(clock.time(60_000_000, 60_000_000)).toBe(66_000);
    expect(clock.time(60_033_000, 60_033_000)).toBe(99_000);
  });

  it('goes on after a pause no earlier than what was said of the time before it', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(0, 0);
    // The next frame is late: a label that is let go now ends here.
    expect(clock.at(180_400)).toBe(180_400);
    clock.paused();
    expect(clock.at(200_000)).toBe(180_400);
    expect(clock.time(60_000_000, 60_000_000)).toBe(181_000);
  });

  it('puts another source where the wall clock says, whatever its timestamps', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(5_000_000, 1_000_000);
    clock.time(5_033_000, 1_033_000);
    clock.sourceChanged();
    expect(clock.time(12, 1_533_000)).toBe(533_000);
    expect(clock.time(33_012, 1_566_000)).toBe(566_000);
    clock.paused();
    clock.sourceChanged();
    expect(clock.time(7, 9_000_000)).toBe(599_000);
  });

  it('takes a timestamp that jumps, back or far ahead, as another source', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(10_000_000, 0);
    expect(clock.time(1_000_000, 40_000)).toBe(40_000);
    expect(clock.time(61_000_000, 80_000)).toBe(80_000);
    expect(clock.time(61_033_000, 113_000)).toBe(113_000);
  });

  it('never shows a time that goes back between frames', () => {
    const clock = new VideoClock(NOMINAL);
    clock.time(0, 0);
    expect(clock.at(100_000)).toBe(100_000);
    // This frame was late: taken at 33 ms, seen at 101 ms.
    clock.time(33_000, 101_000);
    expect(clock.at(102_000)).toBe(100_000);
    expect(clock.at(201_000)).toBe(133_000);
  });

  it('puts frames without a timestamp where the wall clock says, and goes on with the others beside them', () => {
    const clock = new VideoClock(NOMINAL);
    expect(clock.unstamped(1_000_000)).toBe(0);
    expect(clock.unstamped(1_050_400)).toBe(50_000);
    // The first timestamp is put behind what came before; from then on timestamps count.
    expect(clock.time(7_000_000, 1_060_000)).toBe(50_000 + 33_000);
    expect(clock.time(7_033_000, 1_093_000)).toBe(116_000);
    expect(clock.unstamped(1_103_000)).toBe(126_000);
    expect(clock.time(7_066_000, 1_126_000)).toBe(149_000);
    clock.paused();
    expect(clock.unstamped(9_000_000)).toBe(182_000);
    expect(clock.time(15_000_000, 9_020_000)).toBe(182_000 + 33_000);
  });
});
