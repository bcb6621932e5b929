import { describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../src/base/shared/labels/imagenet';
import { IMAGENET_LABELS_ZH } from '../../src/base/shared/labels/imagenet-zh';
import { classesByName, labelsOfText, textOfLabels } from '../../src/sessions/shared/label-set';

const NAMES = classesByName([IMAGENET_LABELS_ZH, IMAGENET_LABELS]);
const read = (text: string) => labelsOfText(text, NAMES, IMAGENET_LABELS);

describe('a text of labels', () => {
  it('has one a line, whatever ends the lines, in its order', () => {
    expect(read('\ufeffred mug\r\n\r\n  blue   mug \rmy keys').labels).toEqual([{ name: 'red mug' }, { name: 'blue mug' }, { name: 'my keys' }]);
    expect(read(' \n\u200b\n').labels).toEqual([]);
  });

  it('means a class by its name in any language and case, and no class that only begins so', () => {
    const tabby = { index: 281, name: IMAGENET_LABELS[281] };
    expect(read(`${IMAGENET_LABELS[281].toUpperCase()}\n`).labels).toEqual([tabby]);
    expect(read(`${IMAGENET_LABELS_ZH[281]}\n`).labels).toEqual([tabby]);
    expect(read('dog\nmug').labels).toEqual([{ name: 'dog' }, { name: 'mug' }]);
  });

  it('means neither of two classes of one name, but the one whose number stands behind', () => {
    // A dog and a garment.
    expect([IMAGENET_LABELS[264], IMAGENET_LABELS[474]]).toEqual(['Cardigan', 'cardigan']);
    expect(read('cardigan').labels).toEqual([{ name: 'cardigan' }]);
    expect(read('Cardigan\t264\ncardigan\t474').labels).toEqual([{ index: 264, name: 'Cardigan' }, { index: 474, name: 'cardigan' }]);
    expect(read('cardigan\t475').labels).toEqual([{ name: 'cardigan 475' }]);
  });

  it('says what it leaves out', () => {
    const long = 'x'.repeat(121);
    expect(read(`a\n${long}\nA\nb\na`)).toEqual({ labels: [{ name: 'a' }, { name: 'b' }], long: [2], twice: [3, 5], above: 0 });
    const many = Array.from({ length: 203 }, (_, i) => `thing ${i}`).join('\n');
    expect(read(many)).toMatchObject({ above: 3 });
    expect(read(many).labels).toHaveLength(200);
  });

  it('is read as it was written, in whichever language', () => {
    const labels = [{ name: 'red mug' }, { index: 264, name: 'Cardigan' }, { index: 281, name: IMAGENET_LABELS[281] }, { name: '杯子 #1' }];
    for (const names of [IMAGENET_LABELS, IMAGENET_LABELS_ZH]) {
      const text = textOfLabels(labels, NAMES, ({ index = 0 }) => names[index]);
      expect(text.split('\n')).toHaveLength(5);
      expect(read(text).labels).toEqual(labels);
    }
  });

  it('means all 1000 classes by what it writes of them', () => {
    const labels = IMAGENET_LABELS.map((name, index) => ({ index, name }));
    for (let from = 0; from < 1000; from += 200) {
      const some = labels.slice(from, from + 200);
      expect(read(textOfLabels(some, NAMES, ({ name }) => name)).labels).toEqual(some);
    }
  });
});
