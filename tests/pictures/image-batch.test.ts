import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageBatch } from '../../src/pictures/page/image-batch';
import type { KeptImage } from '../../src/pictures/page/kept-images';
import type { DoneImage } from '../../src/pictures/shared/image';
import type { RecogniserController } from '../../src/recognise/page/index';
import type { Recognition } from '../../src/recognise/shared/recogniser';
import { FakeHost, FakePage, Later, settled } from '../support/fake-page';

const TABBY = [{ index: 281, probability: 0.9 }];

describe('pictures that were kept', () => {
  let batch: ImageBatch;
  let labelled: [number, DoneImage][];
  /** Settles when the next images may be decoded. */
  let decoding: Promise<void>;

  beforeEach(() => {
    [labelled, decoding] = [[], Promise.resolve()];
    const canvas = { getContext: () => ({ drawImage: () => undefined }), toBlob: (give: (blob: Blob) => void) => give(new Blob(['x'])) };
    Object.assign(new FakePage(), { createElement: () => canvas });
    vi.stubGlobal('createImageBitmap', async (file: File) => {
      await decoding;
      if (file.name.startsWith('damaged')) throw new Error('no picture');
      return { width: 4, height: 3, close: () => undefined };
    });
    const recognise = () => Promise.resolve({ top: TABBY, quality: { light: 0.5, sharpness: 1, contrast: 0.5 } } as unknown as Recognition);
    const loaded = { manifest: { id: 'resnet18' }, precision: 'int8' } as RecogniserController['loaded'];
    batch = new ImageBatch(new FakeHost(), () => ({ recognise, state: 'ready', loaded }), (key, image) => {
      labelled.push([key, image]);
      return Promise.resolve();
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const kept = (key: number, name: string, top: KeptImage['top'] = TABBY): KeptImage & { readonly key: number } =>
    ({ key, file: new File(['x'], name), top, width: 4, height: 3, modelId: top.length > 0 ? 'resnet18' : '', precision: 'fp32' });
  const restore = (...images: ReturnType<typeof kept>[]): Promise<void> => batch.restore(Promise.resolve(images));
  const names = (): string[] => batch.items.map(({ name, state }) => `${name} ${state}`);

  it('come back with their labels; one that has none is recognised, and its labels are kept', async () => {
    await restore(kept(1, 'a.jpg'), kept(2, 'b.jpg', []));
    await settled();
    expect(names()).toEqual(['a.jpg done', 'b.jpg done']);
    expect(batch.items[1]).toMatchObject({ top: TABBY, modelId: 'resnet18', precision: 'int8', key: 2 });
    expect(labelled).toEqual([[2, batch.items[1]]]);
  });

  it('come back once each, damaged ones too', async () => {
    const images = [kept(1, 'a.jpg'), kept(2, 'damaged.jpg'), kept(3, 'damaged without labels.jpg', [])];
    for (let visit = 0; visit < 2; visit++) {
      await restore(...images);
      await settled();
      expect(names()).toEqual(['a.jpg done', 'damaged.jpg failed', 'damaged without labels.jpg failed']);
    }
  });

  it('stay away where all were taken away while they came back', async () => {
    const decoded = new Later<void>();
    decoding = decoded.promise;
    const restoring = restore(kept(1, 'a.jpg'), kept(2, 'b.jpg'));
    await settled();
    expect(batch.keepsSome).toBe(true);
    batch.clear();
    expect(batch.keepsSome).toBe(false);
    decoded.resolve();
    await restoring;
    expect(names()).toEqual([]);
    // What is kept afterwards is shown.
    await restore(kept(3, 'c.jpg'));
    expect(names()).toEqual(['c.jpg done']);
  });

  it('can be taken away one by one, and a list that was read before does not bring it back', async () => {
    const [a, b] = [kept(1, 'a.jpg'), kept(2, 'b.jpg')];
    await restore(a, b);
    batch.remove(batch.items[0] as DoneImage);
    expect(names()).toEqual(['b.jpg done']);
    await restore(a, b);
    expect(names()).toEqual(['b.jpg done']);
    expect(batch.finished).toBe(1);
  });
});
