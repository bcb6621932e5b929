import { describe, expect, it } from 'vitest';
import { ANNOUNCE_INTERVAL, Announcer } from '../../src/recognise/shared/announcer';
import { CertaintyGate, DEFAULT_CERTAINTY } from '../../src/base/shared/certainty';

describe('Announcer', () => {
  it('reads the first label out at once, and the same one no more', () => {
    const announcer = new Announcer();
    expect(announcer.offer('cat', 0)).toBe('cat');
    expect(announcer.offer('cat', 5000)).toBeUndefined();
    expect(announcer.wait(5000)).toBeUndefined();
  });

  it('keeps the interval, and reads only the newest of several labels then', () => {
    const announcer = new Announcer();
    announcer.offer('cat', 0);
    expect(announcer.offer('dog', 100)).toBeUndefined();
    expect(announcer.offer('fox', 500)).toBeUndefined();
    expect(announcer.wait(500)).toBe(ANNOUNCE_INTERVAL - 500);
    expect(announcer.due(ANNOUNCE_INTERVAL - 1)).toBeUndefined();
    expect(announcer.due(ANNOUNCE_INTERVAL)).toBe('fox');
    expect(announcer.due(3 * ANNOUNCE_INTERVAL)).toBeUndefined();
  });

  it('says nothing of a label that was gone before its turn', () => {
    const announcer = new Announcer();
    announcer.offer('cat', 0);
    announcer.offer('dog', 100);
    announcer.offer('cat', 200);
    expect(announcer.wait(200)).toBeUndefined();
    expect(announcer.due(10_000)).toBeUndefined();
  });

  it('never reads out more often than once an interval, whatever comes', () => {
    const announcer = new Announcer();
    const said: number[] = [];
    for (let time = 0; time < 30_000; time += 37) if (announcer.offer(String(time % 5), time)) said.push(time);
    expect(said.length).toBeGreaterThan(10);
    for (let i = 1; i < said.length; i++) expect(said[i] - said[i - 1]).toBeGreaterThanOrEqual(ANNOUNCE_INTERVAL);
  });

  it('reads the same label out anew after a reset, and not too soon', () => {
    const announcer = new Announcer();
    announcer.offer('cat', 0);
    announcer.reset();
    expect(announcer.offer('cat', 500)).toBeUndefined();
    expect(announcer.due(ANNOUNCE_INTERVAL)).toBe('cat');
  });
});

describe('CertaintyGate', () => {
  const first = (probability: number, index = 1) => ({ index, probability });

  it('shows labels from the threshold on', () => {
    const gate = new CertaintyGate();
    expect(gate.update(first(DEFAULT_CERTAINTY - 0.01), 0)).toBe(false);
    expect(gate.update(first(DEFAULT_CERTAINTY), 1000)).toBe(true);
  });

  it('keeps a label that is shown a little below it, but no other one for long', () => {
    const gate = new CertaintyGate(0.5);
    expect(gate.update(first(0.5), 0)).toBe(true);
    for (let time = 1000; time < 3000; time += 100) expect(gate.update(first(0.42), time)).toBe(true);
    expect([3000, 3100, 3200, 3300, 3400].map((time) => gate.update(first(0.42, 2), time))).toEqual([true, true, true, true, false]);
    expect([3500, 3600, 3700, 3800, 3900].map((time) => gate.update(first(0.5), time))).toEqual([false, false, false, false, true]);
  });

  it('does not change with each answer where they are near the threshold in turns, however long', () => {
    const gate = new CertaintyGate(0.5);
    for (const time of [0, 500]) expect(gate.update(first(0.6), time)).toBe(true);
    for (let i = 1; i < 100; i++) expect(gate.update(first(i % 3 ? 0.3 : 0.6), 1000 + i * 100)).toBe(true);
  });

  it('lets the first verdict on a scene stand until all looks were taken, then decides once more, also after a cut', () => {
    const gate = new CertaintyGate(0.5);
    const verdicts = (...answers: [time: number, probability: number, changed?: boolean][]): boolean[] =>
      answers.map(([time, probability, changed]) => gate.update(first(probability), time, changed));
    expect(verdicts([0, 0.1], [100, 0.7], [180, 0.7], [220, 0.7], [300, 0.1])).toEqual([false, false, false, true, true]);
    // Where looks are few the one decides that is nearest to the time when all would have been taken.
    expect(verdicts([5000, 0.1, true], [5180, 0.8], [6000, 0.8])).toEqual([false, true, true]);
    expect(verdicts([1100, 0.1, true], [1200, 0.8], [1350, 0.8])).toEqual([false, false, true]);
  });

  it('shows everything at 0', () => {
    expect(new CertaintyGate(0).update(first(0.001), 0)).toBe(true);
  });
});
