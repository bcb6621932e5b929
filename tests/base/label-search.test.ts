import { describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../src/base/shared/labels/imagenet';
import { nameOf } from '../../src/base/shared/labels/label-ref';
import { labelNames, searchLabels } from '../../src/base/shared/labels/names';

const ENGLISH = [
  'cock', 'hen', 'peacock', 'cocker spaniel', 'crane bird', 'crane', "jack-o'-lantern", 'café', 'cash machine', 'cockroach', 'bath towel',
  'T-shirt',
];
const CHINESE = [
  '公鸡', '母鸡', '孔雀', '可卡犬', '鹤（鸟）', '起重机', '南瓜灯', '咖啡馆', '自动取款机（ATM）', '蟑螂', '浴巾', 'T恤',
];

const found = (query: string, limit = 20): string[] => searchLabels(query, [ENGLISH, CHINESE], limit).map((match) => match.name);

describe('nameOf', () => {
  it('has one form of a letter, one blank between words, and nothing that nobody sees', () => {
    expect(nameOf('  cafe\u0301 \t noir\n')).toBe('caf\u00e9 noir');
    expect(nameOf('\ufeffm\u00adug\u200b\u202e')).toBe('mug');
    expect(['', ' ', '\u200b', '\u3164\u2800', '\u200d\ufe0f', '\u0301'].map(nameOf)).toEqual(['', '', '', '', '', '']);
  });

  it('keeps what joins letters and pictures', () => {
    for (const name of ['👩‍🔬', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️', 'می‌خواهم', 'क्‍ष', '猫/🐕', '1', '…']) expect(nameOf(name)).toBe(name.normalize('NFC'));
  });
});

describe('searchLabels', () => {
  it('puts the whole name first, then prefixes, then words, then the rest, each in the order of the classes', () => {
    expect(found('cock')).toEqual(['cock', 'cocker spaniel', 'cockroach', 'peacock']);
    expect(found('crane')).toEqual(['crane', 'crane bird']);
    expect(found('t')).toEqual(['T-shirt', 'bath towel', "jack-o'-lantern", '自动取款机（ATM）']);
  });

  it('finds in either language, wherever the Chinese characters stand', () => {
    expect(searchLabels('鸡', [ENGLISH, CHINESE], 20)).toEqual([
      { index: 0, name: '公鸡' },
      { index: 1, name: '母鸡' },
    ]);
    expect(found('机')).toEqual(['起重机', '自动取款机（ATM）']);
    expect(found('鸟')).toEqual(['鹤（鸟）']);
    expect(found('atm')).toEqual(['自动取款机（ATM）']);
  });

  it('tells a class once, by its best name, and by the earlier list where both match as well', () => {
    expect(searchLabels('t', [ENGLISH, CHINESE], 1)).toEqual([{ index: 11, name: 'T-shirt' }]);
    expect(searchLabels('t', [CHINESE, ENGLISH], 1)).toEqual([{ index: 11, name: 'T恤' }]);
    expect(searchLabels('t恤', [ENGLISH, CHINESE], 9)).toEqual([{ index: 11, name: 'T恤' }]);
  });

  it('minds no case, accents, punctuation, spaces around or full-width letters', () => {
    expect(found('  CAFE ')).toEqual(['café']);
    expect(found('cafe\u0301')).toEqual(['café']);
    expect(found('Jack O Lantern')).toEqual(["jack-o'-lantern"]);
    expect(found('jack-o’-l')).toEqual(["jack-o'-lantern"]);
    expect(found('Ｔ－ｓｈ')).toEqual(['T-shirt']);
    expect(found('cash   mach')).toEqual(['cash machine']);
  });

  it('finds nothing for a blank query or a name that is not there', () => {
    for (const query of ['', '   ', '-', '()', 'xylophone', '.*', '木琴']) expect(found(query)).toEqual([]);
  });

  it('gives the best ones where there are more than the limit', () => {
    expect(found('cock', 2)).toEqual(['cock', 'cocker spaniel']);
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => searchLabels('cock', [ENGLISH], limit)).toThrow(RangeError);
  });

  it('finds every class by its own name, first', async () => {
    const names = await labelNames('en');
    expect(names).toBe(IMAGENET_LABELS);
    // The dog and the garment differ by a capital alone, so both come first.
    expect(searchLabels('cardigan', [names], 9).map((match) => match.index)).toEqual([264, 474]);
    names.forEach((name, index) => {
      if (index !== 474) expect(searchLabels(name, [names], 1)).toEqual([{ index, name }]);
    });
  });
});
