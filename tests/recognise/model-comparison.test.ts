import { describe, expect, it } from 'vitest';
import { interval } from '../../src/base/shared/statistics';
import type { MeasuredTop1 } from '../../src/base/shared/measured';
import { compared, type Comparable } from '../../src/recognise/page/model/model-comparison';

const measured = (right: number, of: number): MeasuredTop1 => {
  const [low, high] = interval(right, of);
  return { top1: right / of, low, high, of };
};
const model = (id: string, right?: number, ms?: number, of = 500): Comparable => ({ id, accuracy: right === undefined ? undefined : measured(right, of), ms });

describe('compared', () => {
  it('says which names better where the intervals are apart, and nothing where they are not', () => {
    expect(compared([model('a', 375), model('b', 440)]).betterNames).toBe('b');
    expect(compared([model('a', 425), model('b', 440)]).betterNames).toBeUndefined();
    // The same shares of few pictures say little.
    expect(compared([model('a', 15, undefined, 20), model('b', 18, undefined, 20)]).betterNames).toBeUndefined();
    expect(compared([model('a'), model('b', 440)]).betterNames).toBeUndefined();
    expect(compared([]).betterNames).toBeUndefined();
  });

  it('says which is the quickest of those that have run here, where there are two', () => {
    expect(compared([model('a', 1, 20), model('b', 1, 12), model('c')]).quickest).toBe('b');
    expect(compared([model('a', 1, 20), model('c')]).quickest).toBeUndefined();
    expect(compared([model('a', 1, 20), model('b', 1, 20)]).quickest).toBeUndefined();
  });
});
