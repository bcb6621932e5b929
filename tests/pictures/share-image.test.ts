import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labelledName, labelledText, shownImage } from '../../src/pictures/page/share-image';
import type { DoneImage } from '../../src/pictures/shared/image';

const image = (top: DoneImage['top'], more: Partial<DoneImage> = {}): DoneImage => ({
  id: 1, file: new File(['x'], 'cat.png'), name: 'trip/cat.png', state: 'done', top, square: { x: 1, y: 2, width: 3, height: 3 }, thumbnail: new Blob(), thumbnailUrl: '', width: 8, height: 8,
  modelId: 'resnet18', precision: 'int8', ...more,
});

beforeAll(() => void vi.stubGlobal('navigator', { languages: ['en'] }));
afterAll(() => void vi.unstubAllGlobals());

describe('what is handed on of a picture', () => {
  it('is what its card shows: labels by their names, those of one\'s own too, and the square', () => {
    const shown = shownImage(image([{ index: 281, probability: 0.8 }, { index: 1000, name: 'Mimi', probability: 0.15 }]), 0.25);
    expect(shown.labels.map(({ name, probability }) => [name, probability])).toEqual([['tabby', 0.8], ['Mimi', 0.15]]);
    expect(shown.square).toEqual({ x: 1, y: 2, width: 3, height: 3 });
    expect(labelledText(shown)).toBe('tabby 80%\nMimi 15%');
  });

  it('names nothing that the app is not sure of', () => {
    for (const top of [[{ index: 281, probability: 0.2 }], []]) {
      const shown = shownImage(image(top), 0.25);
      expect(shown.labels).toEqual([]);
      expect(labelledText(shown)).toBe('Not sure');
    }
    expect(shownImage(image([{ index: 281, probability: 0.2 }]), 0).labels).toHaveLength(1);
  });

  it('has no square that would be elsewhere, on a small picture', () => {
    expect(shownImage(image([{ index: 281, probability: 0.8 }], { small: true }), 0.25).square).toBeUndefined();
  });

  it('is called as the picture is', () => {
    expect(['trip/cat.png', 'cat', '.png', 'a.b.jpeg'].map(labelledName)).toEqual(['cat-labels.jpg', 'cat-labels.jpg', 'picture-labels.jpg', 'a.b-labels.jpg']);
  });
});
