import { expect, it } from 'vitest';
import { AnswerWatch } from '../../src/recognise/shared/answer-watch';

/** Looks every 250 ms from one time to another. @returns when the answer is overdue first */
function overdueAt(watch: AnswerWatch, from: number, to: number): number | undefined {
  for (let now = from; now <= to; now += 250) if (watch.overdue(now)) return now;
  return undefined;
}

it('misses an answer after two seconds, and no more once it has come', () => {
  const watch = new AnswerWatch();
  expect(overdueAt(watch, 0, 5000)).toBeUndefined();
  watch.asked(5000);
  expect(overdueAt(watch, 5250, 9000)).toBe(7000);
  watch.answered(4100);
  expect(overdueAt(watch, 9100, 20_000)).toBeUndefined();
});

it('waits for longer where answers take long, and forgets that where they do not', () => {
  const watch = new AnswerWatch();
  watch.asked(0);
  watch.answered(1000);
  watch.asked(1000);
  expect(overdueAt(watch, 1250, 20_000)).toBe(5000);
  watch.answered(undefined);
  watch.asked(30_000);
  watch.answered(20);
  watch.asked(40_000);
  expect(overdueAt(watch, 40_250, 60_000)).toBe(42_000);
});

it('does not count the time in which the page was asleep', () => {
  const watch = new AnswerWatch();
  watch.asked(0);
  expect(watch.overdue(250)).toBe(false);
  expect(watch.overdue(75_000)).toBe(false);
  expect(overdueAt(watch, 75_250, 90_000)).toBe(75_750);
});
