import { describe, expect, it } from 'vitest';
import type { DoneImage, ImageItem } from '../../src/pictures/shared/image';
import { IMAGENET_LABELS } from '../../src/base/shared/labels/imagenet';
import { imagesCsv, imagesJsonLines } from '../../src/pictures/shared/image-export';
import { countFirstLabels, filterByLabel } from '../../src/pictures/shared/image-filter';

const file = new File(['x'], 'x');
const done = (id: number, name: string, ...indices: number[]): DoneImage => ({
  id, file, name, state: 'done', thumbnail: new Blob(), thumbnailUrl: '', width: 40, height: 30, modelId: 'resnet18', precision: 'fp16',
  top: indices.map((index, i) => ({ index, probability: 0.5 / (i + 1) })),
});
const items: ImageItem[] = [
  done(1, 'a, "b".jpg', 281, 282, 285),
  { id: 2, file, name: '=evil().png', state: 'failed', problem: 'unreadable', detail: 'no picture' },
  { id: 3, file, name: 'later.jpg', state: 'waiting' },
];

describe('exports of pictures', () => {
  it('write a record a picture, failed ones with the reason, waiting ones not at all', () => {
    expect(imagesCsv(items, IMAGENET_LABELS).split('\r\n')).toEqual([
      '\ufefffile,width,height,model,precision,class_1,label_1,probability_1,class_2,label_2,probability_2,class_3,label_3,probability_3,error',
      '"a, ""b"".jpg",40,30,resnet18,fp16,281,tabby,0.5,282,tiger cat,0.25,285,Egyptian cat,0.16666666666666666,',
      "'=evil().png,,,,,,,,,,,,,,unreadable",
      '',
    ]);
  });

  it('write JSON lines that say the same', () => {
    const lines = imagesJsonLines(items, IMAGENET_LABELS).trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      {
        file: 'a, "b".jpg', width: 40, height: 30, model: 'resnet18', precision: 'fp16',
        labels: [
          { class: 281, label: 'tabby', probability: 0.5 },
          { class: 282, label: 'tiger cat', probability: 0.25 },
          { class: 285, label: 'Egyptian cat', probability: 0.5 / 3 },
        ],
      },
      { file: '=evil().png', error: 'unreadable', detail: 'no picture' },
    ]);
  });
});

describe('labels of pictures', () => {
  const images = [done(1, '1', 281, 2, 3), done(2, '2', 0, 281, 3), done(3, '3', 281, 0, 1)];

  it('are counted, the most frequent first', () => {
    expect(countFirstLabels(images)).toEqual([{ index: 281, count: 2 }, { index: 0, count: 1 }]);
  });

  it('filter by any of the three, whatever the case', () => {
    expect(filterByLabel(images, ' TENCH ', [IMAGENET_LABELS]).map((p) => p.id)).toEqual([2, 3]);
    expect(filterByLabel(images, '', [IMAGENET_LABELS])).toHaveLength(3);
    expect(filterByLabel(images, 'zebra', [IMAGENET_LABELS])).toEqual([]);
  });

  it('of taught things go by their names, whatever their index was', () => {
    const taught = (id: number, index: number, name: string): DoneImage => ({ ...done(id, `${id}`, 281), top: [{ index, name, probability: 0.9 }, { index: 281, probability: 0.1 }] });
    const all = [taught(1, 1000, 'My mug'), taught(2, 1001, 'My mug'), taught(3, 1000, 'A plant'), done(4, '4', 281, 0, 1)];
    expect(countFirstLabels(all)).toEqual([{ index: 1000, name: 'My mug', count: 2 }, { index: 281, count: 1 }, { index: 1000, name: 'A plant', count: 1 }]);
    expect(filterByLabel(all, 'MUG', [IMAGENET_LABELS]).map((p) => p.id)).toEqual([1, 2]);
    expect(filterByLabel(all, 'tabby', [IMAGENET_LABELS])).toHaveLength(4);
    expect(imagesCsv(all.slice(0, 1), IMAGENET_LABELS)).toContain('1,40,30,resnet18,fp16,,My mug,0.9,281,tabby,0.1,,,,');
    expect(JSON.parse(imagesJsonLines(all.slice(0, 1), IMAGENET_LABELS))).toMatchObject({ labels: [{ label: 'My mug', probability: 0.9 }, { class: 281, label: 'tabby' }] });
  });
});
