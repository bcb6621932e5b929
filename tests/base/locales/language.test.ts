import { beforeEach, describe, expect, it, vi } from 'vitest';
import { allClassNames, chosenLanguage, className, labelText, loadAllClassNames } from '../../../src/base/page/language';
import { decimal, fileSize, list, milliseconds, percent } from '../../../src/base/page/elements/format';

describe('chosenLanguage', () => {
  it.each([
    [['zh-CN', 'en'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['zh-Hant-TW'], 'zh-Hans'],
    [['en-GB', 'zh-CN'], 'en'],
    [['de-DE', 'zh-Hans-SG', 'en'], 'zh-Hans'],
    [['de'], 'en'],
    [[], 'en'],
    [['zhx', 'enx'], 'en'],
  ] as const)('of a device with %j is %s', (preferred, wanted) => {
    expect(chosenLanguage('auto', preferred)).toBe(wanted);
  });

  it('is what a person chose, whatever the device has', () => {
    expect(chosenLanguage('en', ['zh-CN'])).toBe('en');
    expect(chosenLanguage('zh-Hans', ['en'])).toBe('zh-Hans');
  });

  it('is the device’s where what was kept is no language of the app', () => {
    expect(chosenLanguage('fr' as 'en', ['zh-CN'])).toBe('zh-Hans');
  });
});

describe('class names', () => {
  it('are English until another language is spoken, and own words stay as they are', () => {
    expect(className(1)).toBe('goldfish');
    expect(className(1000)).toBe('1000');
    expect(labelText({ index: 1, name: 'goldfish' })).toBe('goldfish');
    expect(labelText({ name: '我的杯子' })).toBe('我的杯子');
  });

  it('are searched in all languages once they were fetched', async () => {
    expect(allClassNames()).toHaveLength(1);
    await loadAllClassNames();
    expect(allClassNames().map((names) => names[1])).toEqual(['goldfish', '金鱼']);
  });
});

describe.each([
  ['en-US', '87%', '1.5%', '1,234.5 GB', '9.4 ms', '0.5'],
  ['en-GB', '87%', '1.5%', '1,234.5 GB', '9.4 ms', '0.5'],
  ['en-ZA', '87%', '1,5%', '1 234,5 GB', '9,4 ms', '0,5'],
])('numbers for a reader of %s', (tag, share, small, size, time, number) => {
  beforeEach(() => {
    vi.stubGlobal('navigator', { languages: ['fr', tag] });
  });

  it('are written as that reader writes them', () => {
    const plain = (text: string): string => text.replace(/\s/g, ' ');
    expect(plain(percent(0.871))).toBe(share);
    expect(plain(percent(0.0149))).toBe(small);
    expect(plain(percent(0))).toBe('0%');
    expect(plain(fileSize(1_234_500_000_000))).toBe(size);
    expect(plain(milliseconds(9.4))).toBe(time);
    expect(milliseconds(undefined)).toBe('–');
    expect(plain(decimal(0.5, 1))).toBe(number);
    expect(list(['a', 'b'])).toBe('a, b');
  });
});
