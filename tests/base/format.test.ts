import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clock, fileSize, percent } from '../../src/base/page/elements/format';

beforeAll(() => void vi.stubGlobal('navigator', { languages: ['en-US'] }));
afterAll(() => void vi.unstubAllGlobals());

describe('fileSize', () => {
  it.each([
    [0, '1 kB'], [1499, '1 kB'], [999_000, '999 kB'], [1_000_000, '1.0 MB'], [46_746_741, '46.7 MB'], [999_949_999, '999.9 MB'],
    [999_950_000, '1.0 GB'], [10_737_400_000, '10.7 GB'], [2_500_000_000_000, '2,500.0 GB'],
  ])('says %i bytes as %s', (bytes, words) => {
    expect(fileSize(bytes)).toBe(words);
  });
});

describe('percent', () => {
  it('has a decimal below ten alone', () => {
    expect([0, 0.004, 0.0994, 0.0995, 0.734, 1].map(percent)).toEqual(['0%', '0.4%', '9.9%', '10%', '73%', '100%']);
  });
});

describe('clock', () => {
  it('has hours from one on', () => {
    expect([0, 65.9, 3599, 3600, 36_061].map(clock)).toEqual(['0:00', '1:05', '59:59', '1:00:00', '10:01:01']);
  });
});
