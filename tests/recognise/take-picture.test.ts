import { describe, expect, it } from 'vitest';
import { fileName } from '../../src/recognise/page/live/take-picture';

describe('the name of a picture that was taken', () => {
  const at = new Date(2026, 10, 26, 9, 5, 3);

  it('says what it is and when', () => {
    expect(fileName('tiger cat', at)).toBe('tiger cat 2026-11-26 09.05.03');
    expect(fileName('虎斑猫', at)).toBe('虎斑猫 2026-11-26 09.05.03');
    expect(fileName(undefined, at)).toBe('Sightglass 2026-11-26 09.05.03');
  });

  it('has nothing in it that a file system refuses', () => {
    expect(fileName('a/b\\c:d*e?"<f>|\u0000', at)).toMatch(/^a b c d e +f +2026-11-26 09\.05\.03$/);
    expect(fileName('///', at)).toBe('Sightglass 2026-11-26 09.05.03');
  });
});
