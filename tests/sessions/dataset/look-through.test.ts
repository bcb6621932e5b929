import { describe, expect, it } from 'vitest';
import { FeatureSums, foldPictures, partFrom, partsBeside, type SeenPicture } from '../../../src/sessions/shared/dataset/look-through';
import { unit } from '../../../src/base/shared/vectors';

const thumbnail = new Blob([]);
let count = 0;

/** A picture whose features point in a direction, degrees. */
function picture(classId: number, degrees: number | undefined, change: Partial<SeenPicture> = {}): SeenPicture {
  const radians = ((degrees ?? 0) / 180) * Math.PI;
  const features = degrees === undefined ? undefined : unit(Float32Array.of(3 * Math.cos(radians), 3 * Math.sin(radians)));
  const key = `s/${count++}`;
  return { key, sessionId: 's', timeUs: count * 1000, classId, probability: 0.5, features, thumbnail, ...change };
}

describe('looking through a training set', () => {
  it('goes by parts through all of it, each picture once', () => {
    const seen: number[] = [];
    for (let from: number | undefined = 0; from !== undefined; ) {
      const part = partFrom(from, 4100);
      seen.push(...Array.from({ length: part.count }, (_, i) => part.from + i));
      from = partsBeside(part).behind;
    }
    expect(seen).toEqual(Array.from({ length: 4100 }, (_, i) => i));
    expect(partsBeside(partFrom(4000, 4100)).before).toBe(2000);
    // Pictures that were there are gone: the last part that there is.
    expect([partFrom(4000, 2500), partFrom(2000, 0), partsBeside(partFrom(0, 2000))]).toEqual([{ from: 2000, count: 500, total: 2500 }, { from: 0, count: 0, total: 0 }, { before: undefined, behind: undefined }]);
  });

  it('knows from parts before what other classes look like', () => {
    const sums = new FeatureSums();
    foldPictures([picture(1, 90), picture(1, 95), picture(0, 0), picture(0, 5)], sums);
    // Of one class alone: without the part before nothing would be less sure than another.
    const cats = [picture(0, 10, { probability: 0.9 }), picture(0, 80, { probability: 0.9 })];
    const [first, second] = foldPictures(cats, sums).get(0) ?? [];
    expect([first.keys, second.keys]).toEqual([[cats[1].key], [cats[0].key]]);
    expect(first.sureness).toBeLessThan(0);
    // Seen once more they count once.
    const before = second.sureness;
    expect(foldPictures(cats, sums).get(0)?.[1].sureness).toBe(before);
  });

  it('has what is nearer to another class first, near-copies in one', () => {
    const cats = [picture(0, 0), picture(0, 5), picture(0, 40), picture(0, 100)];
    const dogs = [picture(1, 90), picture(1, 130)];
    const folds = foldPictures([...dogs, ...cats]);
    expect([...folds.keys()]).toEqual([0, 1]);
    const [wrong, ...rest] = folds.get(0) ?? [];
    // At 100 degrees among the dogs.
    expect(wrong.keys).toEqual([cats[3].key]);
    expect(wrong.sureness).toBeLessThan(0);
    expect(rest.map(({ keys }) => keys).sort((a, b) => b.length - a.length)).toEqual([[cats[0].key, cats[1].key], [cats[2].key]]);
    for (const { sureness } of rest) expect(sureness).toBeGreaterThan(0);
    // Beside the cats at 0 and 5 degrees: those are 85 and more away.
    expect(folds.get(1)?.map(({ keys }) => keys.length)).toEqual([1, 1]);
  });

  it('shows the least sure one of near-copies', () => {
    const near = [picture(0, 20), picture(0, 32)];
    const [fold] = foldPictures([...near, picture(0, 0), picture(1, 90)]).get(0) ?? [];
    expect(fold.first.key).toBe(near[1].key);
    expect(fold.keys).toHaveLength(2);
  });

  it('folds nothing without features, and goes by what the network said', () => {
    const pictures = [picture(0, undefined, { probability: 0.9 }), picture(0, undefined, { probability: 0 }), picture(0, undefined, { probability: 0.4 })];
    const folds = foldPictures(pictures).get(0) ?? [];
    expect(folds.map(({ sureness }) => sureness)).toEqual([0, 0.4, 0.9]);
    expect(folds.every(({ keys }) => keys.length === 1)).toBe(true);
  });

  it('goes by what the network said where there is one class', () => {
    const folds = foldPictures([picture(0, 0, { probability: 0.8 }), picture(0, 60, { probability: 0.1 })]).get(0) ?? [];
    expect(folds.map(({ sureness }) => sureness)).toEqual([0.1, 0.8]);
  });
});
