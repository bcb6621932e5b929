import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { copyLabelled, labelledName, labelledText, shareImage, shownImage } from '../../src/pictures/page/share-image';
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

describe('a picture that is handed on', () => {
  const shown = { ...shownImage(image([{ index: 281, probability: 0.8 }]), 0), image: { file: new File(['not decoded here'], 'cat.jpg'), name: 'cat.jpg' } };

  it('has the colours that are shown, not those that its file counts', async () => {
    const decode = vi.fn((_file: Blob, _options: ImageBitmapOptions) => Promise.reject(new Error('no decoder in Node')));
    vi.stubGlobal('createImageBitmap', decode);
    expect(await shareImage(shown)).toBe('The picture could not be read: it was not shared.');
    expect(decode.mock.calls.map(([, { colorSpaceConversion }]) => colorSpaceConversion)).toEqual(['default']);
  });

  it('that cannot be read is copied as words, and the browser is not blamed', async () => {
    vi.stubGlobal('ClipboardItem', class { constructor(readonly content: Record<string, Promise<Blob>>) {} });
    const clipboard = { write: ([{ content }]: { content: Record<string, Promise<Blob>> }[]) => content['image/png'], writeText: vi.fn(() => Promise.resolve()) };
    vi.stubGlobal('navigator', { languages: ['en'], clipboard });
    expect(await copyLabelled(shown)).toBe('The picture could not be read: its labels are copied, as words.');
    expect(clipboard.writeText.mock.calls).toEqual([['tabby 80%']]);
  });
});
