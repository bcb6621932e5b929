import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageBatch } from '../../src/pictures/page/image-batch';
import { ImageKeeper } from '../../src/pictures/page/image-keeper';
import { RemovedImages, UNDO_SHOWN } from '../../src/pictures/page/removed-images';
import type { KeptImage } from '../../src/pictures/page/kept-images';
import type { DoneImage } from '../../src/pictures/shared/image';
import type { RecogniserController } from '../../src/recognise/page/index';
import type { Recognition } from '../../src/recognise/shared/recogniser';
import { Fault } from '../../src/base/shared/fault';
import { FakeHost, FakePage, Later, settled } from '../support/fake-page';

const TABBY = [{ index: 281, probability: 0.9 }];
const SQUARE = { x: 1, y: 0, width: 3, height: 3 };

/** What a device keeps, as kept-images.ts does in a browser. */
class FakeDevice {
  readonly kept = new Map<number, KeptImage>();
  readonly removed = new Map<number, number>();
  /** Which code keeping ends with; undefined where it does not. */
  refusal: 'storage-full' | 'storage-failed' | undefined;
  /** Whether removing is refused. */
  stays = false;
  /** Settles when the next images are kept. */
  keeping: Promise<void> = Promise.resolve();
  #next = 1;

  async keepImage(image: KeptImage): Promise<number> {
    await this.keeping;
    if (this.refusal) throw new Fault(this.refusal, 'refused');
    this.kept.set(this.#next, image);
    return this.#next++;
  }

  keepLabels(key: number, { top, square, modelId, precision }: Pick<KeptImage, 'top' | 'square' | 'modelId' | 'precision'>): Promise<void> {
    const image = this.kept.get(key);
    if (image) this.kept.set(key, { ...image, top, square, modelId, precision });
    return Promise.resolve();
  }

  keptImages(): Promise<(KeptImage & { readonly key: number })[]> {
    return Promise.resolve([...this.kept].filter(([key]) => !this.removed.has(key)).map(([key, image]) => ({ ...image, key })));
  }

  removeKeptImages(keys: readonly number[] = [...this.kept.keys()]): Promise<readonly number[]> {
    if (this.stays) return Promise.reject(new Fault('storage-failed', 'refused'));
    const found = keys.filter((key) => !this.removed.has(key));
    for (const key of found) this.removed.set(key, Date.now());
    return Promise.resolve(found);
  }

  bringBackImages(keys: readonly number[]): Promise<number> {
    return Promise.resolve(keys.filter((key) => this.removed.delete(key)).length);
  }

  forgetImages(before: number): Promise<void> {
    for (const [key, time] of [...this.removed]) if (time < before && this.removed.delete(key)) this.kept.delete(key);
    return Promise.resolve();
  }
}

describe('pictures', () => {
  let host: FakeHost;
  let batch: ImageBatch;
  let keeper: ImageKeeper;
  let removed: RemovedImages;
  let device: FakeDevice;
  /** Settles when the next images may be decoded. */
  let decoding: Promise<void>;
  let read: boolean;

  beforeEach(() => {
    [device, host, decoding, read] = [new FakeDevice(), new FakeHost(), Promise.resolve(), false];
    const canvas = { getContext: () => ({ drawImage: () => undefined }), toBlob: (give: (blob: Blob) => void) => give(new Blob(['t'], { type: 'image/jpeg' })) };
    Object.assign(new FakePage(), { createElement: () => canvas });
    vi.stubGlobal('createImageBitmap', async (file: File) => {
      await decoding;
      if (file.name.startsWith('damaged')) throw new Error('no picture');
      return { width: 4, height: 3, close: () => undefined };
    });
    begin();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** Another visit, with what the device keeps. */
  function begin(bounds = { most: 3, bytes: 100 }): void {
    const recognise = () => Promise.resolve({ top: TABBY, square: SQUARE, quality: { light: 0.5, sharpness: 1, contrast: 0.5 } } as unknown as Recognition);
    const loaded = { manifest: { id: 'resnet18' }, precision: 'int8' } as RecogniserController['loaded'];
    keeper = new ImageKeeper(() => undefined, device, bounds);
    batch = new ImageBatch(host, () => ({ recognise, state: 'ready', loaded }), keeper);
    removed = new RemovedImages(host, batch, keeper, () => read);
  }
  const file = (name: string, bytes = 1): File => new File(['x'.repeat(bytes)], name);
  const keep = (name: string, top: KeptImage['top'] = TABBY): Promise<number> =>
    device.keepImage({ file: file(name), top, width: 4, height: 3, modelId: top.length > 0 ? 'resnet18' : '', precision: 'fp32' });
  const add = async (...files: File[]): Promise<void> => {
    batch.add(files.map((each) => ({ file: each, name: `folder/${each.name}` })));
    await settled();
  };
  const restored = async (): Promise<string[]> => {
    await batch.restore();
    await settled();
    return names();
  };
  const names = (): string[] => batch.items.map(({ name, state }) => `${name} ${state}`);
  const done = (index: number): DoneImage => batch.items[index] as DoneImage;

  it('that the shutter took come back with their labels; one that has none is recognised, and its labels are kept', async () => {
    await keep('a.jpg');
    await keep('b.jpg', []);
    expect(await restored()).toEqual(['a.jpg done', 'b.jpg done']);
    expect(batch.items[1]).toMatchObject({ top: TABBY, square: SQUARE, modelId: 'resnet18', precision: 'int8', key: 2 });
    expect(device.kept.get(2)).toMatchObject({ top: TABBY, square: SQUARE, modelId: 'resnet18' });
  });

  it('that were dropped or chosen come back too, with file, small image, labels and square, once each', async () => {
    await add(file('a.jpg'), file('damaged.jpg'));
    expect(device.kept.get(1)).toMatchObject({ name: 'folder/a.jpg', top: TABBY, square: SQUARE, width: 4, height: 3, modelId: 'resnet18', precision: 'int8' });
    expect(await restored()).toEqual(['folder/a.jpg done', 'folder/damaged.jpg failed']);
    begin();
    expect(await restored()).toEqual(['folder/a.jpg done']);
    expect(done(0)).toMatchObject({ top: TABBY, square: SQUARE, key: 1 });
    expect(await done(0).thumbnail.text()).toBe('t');
    expect(await restored()).toEqual(['folder/a.jpg done']);
  });

  it('come back once each, damaged ones too', async () => {
    for (const name of ['a.jpg', 'damaged.jpg']) await keep(name);
    await keep('damaged without labels.jpg', []);
    for (let visit = 0; visit < 2; visit++) expect(await restored()).toEqual(['a.jpg done', 'damaged.jpg failed', 'damaged without labels.jpg failed']);
  });

  it('are kept within bounds: small images where files have no room, so many, and none on a full device; which is said', async () => {
    begin({ most: 3, bytes: 10 });
    await add(file('a.jpg', 8), file('large.jpg', 8));
    expect([...device.kept.values()].map(({ file: { size, name }, small }) => [name, size, small])).toEqual([['a.jpg', 8, undefined], ['large.jpg', 1, true]]);
    expect(keeper.lack).toBeUndefined();
    await add(file('c.jpg'), file('d.jpg'), file('e.jpg'));
    expect([device.kept.size, keeper.lack, keeper.unkept]).toEqual([3, 'most', 2]);
    expect(names()).toHaveLength(5);
    keeper.dismiss();
    await removed.remove([done(0)]);
    device.refusal = 'storage-full';
    await add(file('f.jpg'));
    expect([device.kept.size, keeper.lack, keeper.unkept]).toEqual([3, 'storage-full', 1]);
  });

  it('stay away where all were taken away while they came back', async () => {
    await keep('a.jpg');
    await keep('b.jpg');
    const decoded = new Later<void>();
    decoding = decoded.promise;
    const restoring = batch.restore();
    await settled();
    await removed.remove();
    decoded.resolve();
    await restoring;
    expect(names()).toEqual([]);
    // What is kept afterwards is shown.
    await keep('c.jpg');
    expect(await restored()).toEqual(['c.jpg done']);
  });

  it('that are taken away can be had back, one or all, as they were and where they were', async () => {
    await add(file('a.jpg'), file('damaged.jpg'), file('b.jpg'));
    await removed.remove([done(0)]);
    expect(names()).toEqual(['folder/damaged.jpg failed', 'folder/b.jpg done']);
    expect(await restored()).toEqual(['folder/damaged.jpg failed', 'folder/b.jpg done']);
    await removed.undo();
    expect(names()).toEqual(['folder/a.jpg done', 'folder/damaged.jpg failed', 'folder/b.jpg done']);
    await removed.remove();
    expect([names(), removed.items.length]).toEqual([[], 3]);
    await removed.undo();
    expect([names(), removed.items.length]).toEqual([['folder/a.jpg done', 'folder/damaged.jpg failed', 'folder/b.jpg done'], 0]);
    begin();
    expect(await restored()).toEqual(['folder/a.jpg done', 'folder/b.jpg done']);
  });

  it('are gone for good once they cannot be had back any more; not while a person is at the button', async () => {
    await add(file('a.jpg'), file('b.jpg'));
    vi.useFakeTimers();
    read = true;
    await removed.remove([done(0)]);
    await vi.advanceTimersByTimeAsync(UNDO_SHOWN);
    expect([removed.items.length, device.kept.size]).toEqual([1, 2]);
    read = false;
    await vi.advanceTimersByTimeAsync(UNDO_SHOWN);
    expect([removed.items.length, [...device.kept.keys()]]).toEqual([0, [2]]);
  });

  it('that are taken away stay away over a reload, before and after that', async () => {
    await add(file('a.jpg'), file('b.jpg'));
    await removed.remove();
    begin();
    expect(await restored()).toEqual([]);
  });

  it('that are being kept just then are neither kept behind a person\'s back nor lost to what is had back', async () => {
    const kept = new Later<void>();
    device.keeping = kept.promise;
    await add(file('a.jpg'));
    const removing = removed.remove([done(0)]);
    kept.resolve();
    await removing;
    await settled();
    expect(await device.keptImages()).toEqual([]);
    await removed.undo();
    await settled();
    expect(names()).toEqual(['folder/a.jpg done']);
    expect((await device.keptImages()).map(({ name }) => name)).toEqual(['folder/a.jpg']);
    begin();
    expect(await restored()).toEqual(['folder/a.jpg done']);
  });

  it('stay where the device refuses to take them away', async () => {
    await add(file('a.jpg'));
    device.stays = true;
    await removed.remove();
    expect([removed.refused, removed.items.length, names()]).toEqual([true, 0, ['folder/a.jpg done']]);
    device.stays = false;
    await removed.remove();
    expect([removed.refused, removed.items.length]).toEqual([false, 1]);
  });
});
