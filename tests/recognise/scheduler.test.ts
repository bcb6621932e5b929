import { describe, expect, it } from 'vitest';
import { SECOND_LOOK_MS } from '../../src/base/shared/certainty';
import { DutyControl } from '../../src/recognise/shared/duty-control';
import { RecognitionScheduler } from '../../src/recognise/shared/scheduler';

describe('RecognitionScheduler', () => {
  it('lets one frame through and skips the others while it is busy', () => {
    const scheduler = new RecognitionScheduler();
    expect(scheduler.frame(0)).toBe(true);
    expect([10, 20, 30].map((t) => scheduler.frame(t))).toEqual([false, false, false]);
    // The newest of the three waits, the two before it are gone.
    expect(scheduler.skipped).toBe(2);
    expect(scheduler.finished(31, 31)).toBe(0);
    expect(scheduler.take(31)).toBe(true);
    expect(scheduler.take(31)).toBe(false);
    expect(scheduler.skipped).toBe(2);
    expect(scheduler.finished(40, 10)).toBeUndefined();
    expect(scheduler.presented).toBe(4);
  });

  it('counts frames that the browser never told of', () => {
    const scheduler = new RecognitionScheduler();
    scheduler.frame(0, 3);
    expect(scheduler.presented).toBe(3);
    expect(scheduler.skipped).toBe(2);
  });

  it('forgets a waiting frame at a reset, and still waits for the one in flight', () => {
    const scheduler = new RecognitionScheduler();
    scheduler.frame(0);
    scheduler.frame(33);
    scheduler.reset();
    expect(scheduler.frame(66)).toBe(false);
    expect(scheduler.finished(70, 20)).toBeDefined();
    expect(scheduler.take(70)).toBe(true);
    expect(scheduler.skipped).toBe(0);
  });

  /** A camera of 30 frames a second whose frames come at 0, 33, 67 ...; the inference ends `age` after the last one. */
  function endsAfter(age: number): { scheduler: RecognitionScheduler; next: number | undefined } {
    const scheduler = new RecognitionScheduler();
    scheduler.frame(0);
    scheduler.frame(1000 / 30);
    return { scheduler, next: scheduler.finished(1000 / 30 + age, 50) };
  }

  it('takes a fresh frame at once, and waits for the next one where the frame is stale', () => {
    expect(endsAfter(10).next).toBe(0);
    const { scheduler, next } = endsAfter(20);
    expect(next).toBeGreaterThan(0);
    expect(scheduler.frame(2000 / 30)).toBe(true);
  });

  it('takes a stale frame after all where the camera has stopped, so that a frozen picture gets its label', () => {
    const { scheduler, next = NaN } = endsAfter(20);
    expect(next).toBeCloseTo(2000 / 30, 6);
    expect(scheduler.take(1000 / 30 + 20 + next)).toBe(true);
  });

  it('takes a frame that came during a rest, where it was the last one', () => {
    const scheduler = new RecognitionScheduler();
    scheduler.conditions = { pressure: 'critical' };
    scheduler.frame(0);
    const next = scheduler.finished(50, 50) ?? NaN;
    expect(next).toBeGreaterThan(0);
    expect(scheduler.frame(51)).toBe(false);
    expect(scheduler.take(50 + next)).toBe(true);
  });

  it('rests less after the first look at another scene, so that its label settles, but not after every look at another', () => {
    const scheduler = new RecognitionScheduler();
    scheduler.conditions = { battery: { level: 0.05, charging: false } };
    // Rests three times as long as it works.
    const look = (at: number, begins: boolean): number => {
      scheduler.frame(at);
      return scheduler.finished(at + 100, 100, begins) ?? NaN;
    };
    expect(look(0, false)).toBeCloseTo(300, 6);
    expect(look(1000, true)).toBeCloseTo(SECOND_LOOK_MS - 100, 6);
    expect(look(2000, true)).toBeCloseTo(300, 6);
    expect(look(5000, true)).toBeCloseTo(SECOND_LOOK_MS - 100, 6);
    scheduler.reset();
    scheduler.conditions = {};
    // Where it does not rest, nothing is waited for.
    scheduler.frame(6000);
    expect(scheduler.finished(6010, 10, true)).toBeUndefined();
  });

  it('takes a frame that could not be captured again, where no newer one comes', () => {
    const scheduler = new RecognitionScheduler();
    scheduler.frame(0);
    scheduler.putBack();
    expect(scheduler.finished(5)).toBeDefined();
    expect(scheduler.skipped).toBe(0);
    expect(scheduler.take(60)).toBe(true);
    expect(scheduler.finished(100, 40)).toBeUndefined();
    expect(scheduler.take(101)).toBe(false);
    // A newer frame makes it good by itself.
    scheduler.frame(133);
    scheduler.frame(166);
    scheduler.putBack();
    expect(scheduler.skipped).toBe(1);
  });

  it('shows younger labels than taking whatever waits, on average', () => {
    // Age of what is shown, averaged over time, for inference times between one and two frame intervals.
    const ageOf = (serviceMs: number, wait: boolean): number => {
      const interval = 1000 / 30;
      const scheduler = new RecognitionScheduler(false);
      let [area, shownFrom, shownAt, current, end] = [0, 0, 0, 0, Infinity];
      const begin = (frameAt: number, now: number): void => {
        current = frameAt;
        end = now + serviceMs;
      };
      for (let i = 0; i < 3000; i++) {
        const at = i * interval;
        while (end <= at) {
          area += (end - shownAt) * ((end + shownAt) / 2 - shownFrom);
          [shownAt, shownFrom] = [end, current];
          const now = end;
          end = Infinity;
          const next = scheduler.finished(now, now - current);
          if (next !== undefined && (next === 0 || !wait) && scheduler.take(now)) begin(Math.floor(now / interval) * interval, now);
        }
        if (scheduler.frame(at)) begin(at, at);
      }
      return area / shownAt;
    };
    for (const serviceMs of [38, 45, 50, 58, 64]) expect(ageOf(serviceMs, true)).toBeLessThanOrEqual(ageOf(serviceMs, false) + 0.5);
    expect(ageOf(58, true)).toBeLessThan(ageOf(58, false) - 5);
  });
});

describe('DutyControl', () => {
  const run = (control: DutyControl, count: number, busyMs: number, latencyMs: number, from = 0): number => {
    let rest = NaN;
    for (let i = 0; i < count; i++) rest = control.finished(from + i * 100, busyMs, latencyMs);
    return rest;
  };

  it('never rests while latency is within its target', () => {
    const control = new DutyControl();
    expect(run(control, 50, 60, 80)).toBe(0);
    expect(control.pace).toEqual({ duty: 1, reason: undefined, targetMs: 150, saveSmoothness: false });
  });

  it('works less while latency is above its target, and more again after', () => {
    const control = new DutyControl();
    run(control, 20, 60, 80);
    expect(run(control, 8, 60, 300)).toBeGreaterThan(100);
    expect(control.pace.reason).toBe('latency');
    expect(run(control, 60, 60, 80)).toBe(0);
  });

  it('gives a slow device a target that it can meet', () => {
    const control = new DutyControl();
    expect(run(control, 50, 600, 620)).toBe(0);
    expect(control.pace.targetMs).toBeCloseTo(1080, 0);
  });

  it('goes back to work where rest was of no help: the device is just slower now', () => {
    const control = new DutyControl();
    run(control, 50, 34, 50);
    run(control, 300, 140, 165, 10_000);
    expect(control.pace.targetMs).toBeGreaterThan(200);
    expect(control.pace.duty).toBeGreaterThan(0.5);
  });

  it('still looks for a label each second, and gives smoothness up when less work was of no help', () => {
    const control = new DutyControl();
    run(control, 20, 60, 80);
    expect(run(control, 200, 400, 5000, 2000)).toBeLessThanOrEqual(1000);
    expect(control.pace.saveSmoothness).toBe(true);
    run(control, 5, 60, 80, 30_000);
    expect(control.pace.saveSmoothness).toBe(false);
  });

  it('spares a low battery, not one that is charged', () => {
    const control = new DutyControl();
    control.conditions = { battery: { level: 0.15, charging: false } };
    expect(run(control, 10, 60, 80)).toBeCloseTo(60 * (1 / 0.4 - 1), 6);
    expect(control.pace.reason).toBe('battery');
    control.conditions = { battery: { level: 0.15, charging: true } };
    expect(run(control, 10, 60, 80)).toBe(0);
  });

  it('cools a device under pressure', () => {
    const control = new DutyControl();
    control.conditions = { pressure: 'critical' };
    expect(run(control, 10, 60, 80)).toBeCloseTo(60, 6);
    expect(control.pace).toMatchObject({ duty: 0.5, reason: 'pressure', saveSmoothness: false });
  });

  it('notices that the processor became slower', () => {
    const control = new DutyControl();
    run(control, 50, 40, 60);
    expect(run(control, 20, 80, 100)).toBeGreaterThan(20);
    expect(control.pace.reason).toBe('slowed');
  });

  it('does what it is told where it must not adapt', () => {
    const control = new DutyControl(false);
    control.conditions = { pressure: 'critical' };
    expect(run(control, 50, 60, 5000)).toBe(0);
    expect(control.pace.duty).toBe(1);
  });
});
