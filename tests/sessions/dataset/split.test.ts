import { describe, expect, it } from 'vitest';
import type { Side, SplitRule } from '../../../src/sessions/shared/dataset/dataset';
import { countSides, seeded, splitPictures, type SplitItem } from '../../../src/sessions/shared/dataset/split';

const RULE: SplitRule = { by: 'moment', val: 0.15, test: 0.15, gapUs: 2_000_000, seed: 1 };

/** Sessions of spans of random classes, lengths and pauses, from a seed. */
function randomItems(seed: number): SplitItem[] {
  let n = 0;
  const random = (): number => seeded(seed, `r${n++}`);
  const items: SplitItem[] = [];
  for (let session = 0; session < 1 + Math.floor(random() * 4); session++) {
    let timeUs = 0;
    for (let span = 0; span < 1 + Math.floor(random() * 25); span++) {
      const classId = Math.floor(random() * 6);
      const stepUs = [40_000, 200_000, 1_000_000][Math.floor(random() * 3)];
      for (let i = 0; i < 1 + Math.floor(random() * 30); i++) items.push({ key: `s${session}/${(timeUs += stepUs)}`, sessionId: `s${session}`, timeUs, classId });
      timeUs += Math.floor(random() * 5e6);
    }
  }
  return items;
}

/** Ten classes, each at twelve moments of 5 pictures, 10 s apart. */
const MANY = Array.from({ length: 600 }, (_, n): SplitItem => {
  const moment = Math.floor(n / 5);
  const timeUs = moment * 10_000_000 + (n % 5) * 200_000;
  return { key: `s/${timeUs}`, sessionId: 's', timeUs, classId: moment % 10 };
});

const SEEDS = Array.from({ length: 60 }, (_, i) => i);

describe('a split by moment', () => {
  it.each(SEEDS)('has no two pictures of a session near each other on two sides (case %i)', (seed) => {
    const items = randomItems(seed);
    const sides = splitPictures(items, { ...RULE, seed });
    const kept = items.filter(({ key }) => sides.has(key));
    for (const a of kept) {
      for (const b of kept) {
        if (a.sessionId !== b.sessionId || sides.get(a.key) === sides.get(b.key)) continue;
        expect(Math.abs(a.timeUs - b.timeUs), `${a.key} ${b.key}`).toBeGreaterThanOrEqual(RULE.gapUs);
      }
    }
    // Each class that is there is learned from.
    const counts = countSides(items.map(({ key, classId }) => ({ key, classIds: [classId] })), sides);
    for (const classId of new Set(items.map((item) => item.classId))) expect(counts.get(classId)?.train ?? 0, `class ${classId}`).toBeGreaterThan(0);
  });

  it('is the same again, whatever the order of the pictures; another seed gives another one', () => {
    for (const seed of SEEDS) {
      const items = randomItems(seed);
      const sorted = (sides: ReadonlyMap<string, Side>) => [...sides].sort(([a], [b]) => (a < b ? -1 : 1));
      const sides = sorted(splitPictures(items, RULE));
      expect(sorted(splitPictures([...items].reverse(), RULE))).toEqual(sides);
    }
    const seen = new Set(SEEDS.map((seed) => JSON.stringify([...splitPictures(MANY, { ...RULE, seed })].sort())));
    expect(seen.size).toBeGreaterThan(10);
  });

  it('gives each class its shares, where there are moments enough', () => {
    const sides = splitPictures(MANY, RULE);
    expect(sides.size).toBe(600);
    for (const { train, val, test } of countSides(MANY.map(({ key, classId }) => ({ key, classIds: [classId] })), sides).values()) {
      expect(train + val + test).toBe(60);
      expect([train, val, test]).toEqual([40, 10, 10]);
    }
  });

  it('cuts one long moment, and leaves out what is near the cuts', () => {
    const items = Array.from({ length: 300 }, (_, n): SplitItem => ({ key: `s/${n}`, sessionId: 's', timeUs: n * 200_000, classId: 0 }));
    const sides = splitPictures(items, RULE);
    const count = (side: Side): number => [...sides.values()].filter((one) => one === side).length;
    // 10 frames a gap, two gaps.
    expect([count('train') + count('val') + count('test'), count('val') >= 35, count('test') >= 35]).toEqual([282, true, true]);
  });

  it('keeps all for training where a side has no share', () => {
    const items = randomItems(5);
    expect(new Set(splitPictures(items, { ...RULE, val: 0, test: 0 }).values())).toEqual(new Set(['train']));
    expect(splitPictures(items, { ...RULE, by: 'none' }).size).toBe(items.length);
    expect(splitPictures([], RULE).size).toBe(0);
  });
});

describe('a split by session', () => {
  it.each(SEEDS)('has each session on one side, and every side where there are three (case %i)', (seed) => {
    const items = [...randomItems(seed), ...randomItems(seed + 100).map((item) => ({ ...item, key: `x${item.key}`, sessionId: `x${item.sessionId}` }))];
    const sides = splitPictures(items, { ...RULE, by: 'session', seed });
    expect(sides.size).toBe(items.length);
    const bySession = new Map<string, Set<Side | undefined>>();
    for (const { key, sessionId } of items) bySession.set(sessionId, (bySession.get(sessionId) ?? new Set()).add(sides.get(key)));
    for (const found of bySession.values()) expect(found.size).toBe(1);
    expect(new Set(sides.values()).size).toBe(Math.min(3, bySession.size));
    expect([...sides.values()].includes('train')).toBe(true);
  });
});
