import { describe, expect, it } from 'vitest';
import { planFleet } from '../../tools/fleet';

const INSTANCE = { cores: 2, rate: 50, pictureBytes: 100_000 };
const PLAN = { rate: 10_000, load: 0.8, zones: 1, coreHour: 0.05 };

describe('a fleet', () => {
  it('has as many instances as the rate needs at their share of load, and costs what their cores do', () => {
    // 10,000 / (50 x 0.8) = 250; 500 cores x 0.05 = 25; 36 million pictures an hour.
    const { million, ...fleet } = planFleet(PLAN, INSTANCE);
    expect(fleet).toEqual({ instances: 250, cores: 500, bits: 8e9, hour: 25 });
    expect(million).toBeCloseTo(25 / 36, 10);
  });

  it('answers all where one zone has failed', () => {
    const { instances } = planFleet({ ...PLAN, zones: 3 }, INSTANCE);
    expect(instances).toBe(375);
    expect((instances / 3) * 2 * INSTANCE.rate * PLAN.load).toBeGreaterThanOrEqual(PLAN.rate);
  });

  it('is never part of an instance', () => {
    expect(planFleet({ ...PLAN, rate: 1 }, INSTANCE).instances).toBe(1);
  });

  it.each([{ rate: 0 }, { load: 0 }, { load: 1.1 }, { zones: 0 }, { zones: 1.5 }, { rate: NaN }, { coreHour: -1 }])('is refused with %j', (change) => {
    expect(() => planFleet({ ...PLAN, ...change }, INSTANCE)).toThrow(/--rate is above 0/);
  });

  it('is not reckoned out of a row that is not there', () => {
    expect(() => planFleet(PLAN, { ...INSTANCE, rate: NaN })).toThrow(/npm run bench -- service/);
  });
});
