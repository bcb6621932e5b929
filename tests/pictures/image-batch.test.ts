import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageBatch } from '../../src/pictures/page/image-batch';
import { ImageKeeper } from '../../src/pictures/page/image-keeper';
import { RemovedImages, UNDO_SHOWN } from '../../src/pictures/page/removed-images';
import type { Findings, KeptImage, KeptImages } from '../../src/pictures/page/kept-images';
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
  /** Settles when the next images are kept, or taken away. */
  keeping: Promise<void> = Promise.resolve();
  removing: Promise<void> = Promise.resolve();
  #next = 1;

  async keepImage(image: KeptImage): Promise<number> {
    await this.keeping;
    if (this.refusal) throw new Fault(this.refusal, 'refused');
    this.kept.set(this.#next, image);
    return this.#next++;
  }

  keepFindings(key: number, { thumbnail, top, square, shortcoming, width, height, modelId, precision }: Findings): Promise<void> {
    const image = this.kept.get(key);
    if (image) this.kept.set(key, { ...image, thumbnail, top, square, shortcoming, width, height, modelId, precision });
    return Promise.resolve();
  }

  keptImages(): Promise<KeptImages> {
    const images = [...this.kept].filter(([key]) => !this.removed.has(key)).map(([key, image]) => ({ ...image, key }));
    return Promise.resolve({ images, bytes: [...this.kept.values()].reduce((sum, { file }) => sum + file.size, 0) });
  }

  async removeKeptImages(keys: readonly number[] = [...this.kept.keys()]): Promise<readonly number[]> {
    await this.removing;
    if (this.stays) throw new Fault('storage-failed', 'refused');
    const found = keys.filter((key) => this.kept.has(key) && !this.removed.has(key));
    for (const key of found) this.removed.set(key, Date.now());
    return found;
  }

  bringBackImages(keys: readonly number[]): Promise<readonly number[]> {
    return Promise.resolve(keys.filter((key) => this.removed.delete(key)));
  }

  forgetImages(which: (key: number, at: number) => boolean): Promise<number> {
    let bytes = 0;
    for (const [key, at] of [...this.removed]) {
      if (!which(key, at)) continue;
      bytes += this.kept.get(key)?.file.size ?? 0;
      this.removed.delete(key);
      this.kept.delete(key);
    }
    return Promise.resolve(bytes);
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
  let fakePage: FakePage;
  /** How often an image was decoded. */
  let decodes: number;
  /** Settles when the network gives its next answers. */
  let recognising: Promise<void>;
  let answer: { top: Recognition['top']; luminance: number };
  let state: RecogniserController['state'];

  beforeEach(() => {
    [device, host, decoding, read, decodes] = [new FakeDevice(), new FakeHost(), Promise.resolve(), false, 0];
    [recognising, answer, state, fakePage] = [Promise.resolve(), { top: TABBY, luminance: 0.5 }, 'ready', new FakePage()];
    const canvas = { getContext: () => ({ drawImage: () => undefined }), toBlob: (give: (blob: Blob) => void) => give(new Blob(['t'], { type: 'image/jpeg' })) };
    Object.assign(fakePage, { createElement: () => canvas });
    vi.stubGlobal('createImageBitmap', async (file: File) => {
      decodes++;
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
    const recognise = async () => {
      await recognising;
      return { top: answer.top, square: SQUARE, quality: { luminance: answer.luminance, sharpness: 1 } } as unknown as Recognition;
    };
    const loaded = { manifest: { id: 'resnet18' }, precision: 'int8' } as RecogniserController['loaded'];
    keeper = new ImageKeeper(() => undefined, device, bounds);
    batch = new ImageBatch(host, () => ({ recognise, state, loaded }), keeper);
    removed = new RemovedImages(host, batch, keeper, () => read);
  }
  const TAKEN = Date.UTC(2026, 10, 1);
  const file = (name: string, bytes = 1): File => new File(['x'.repeat(bytes)], name, { lastModified: TAKEN });
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
  const lacks = (): string[] => [...keeper.lacks.values()];
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
    // A small one is as old as the file.
    expect([...device.kept.values()].map((one) => one.file.lastModified)).toEqual([TAKEN, TAKEN]);
    expect(lacks()).toEqual(['small']);
    keeper.dismiss();
    await add(file('c.jpg'), file('d.jpg'), file('e.jpg'));
    expect([device.kept.size, lacks()]).toEqual([3, ['most', 'most']]);
    expect(names()).toHaveLength(5);
    keeper.dismiss();
    await removed.remove([done(0)]);
    device.refusal = 'storage-full';
    await add(file('f.jpg'));
    expect([device.kept.size, lacks()]).toEqual([3, ['storage-full']]);
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
    expect((await device.keptImages()).images).toEqual([]);
    await removed.undo();
    await settled();
    expect(names()).toEqual(['folder/a.jpg done']);
    expect((await device.keptImages()).images.map(({ name }) => name)).toEqual(['folder/a.jpg']);
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

  it('come back in the order in which they are shown, also those that are added while they come', async () => {
    await keep('shutter.jpg');
    await keep('without labels.jpg', []);
    begin({ most: 4, bytes: 100 });
    const later = new Later<void>();
    decoding = later.promise;
    const restoring = batch.restore();
    await settled();
    await add(file('a.jpg'), file('b.jpg'));
    later.resolve();
    await restoring;
    await settled();
    expect(names()).toEqual(['folder/a.jpg done', 'folder/b.jpg done', 'shutter.jpg done', 'without labels.jpg done']);
    expect(batch.running).toBe(false);
    begin({ most: 4, bytes: 100 });
    expect(await restored()).toEqual(['shutter.jpg done', 'without labels.jpg done', 'folder/a.jpg done', 'folder/b.jpg done']);
  });

  it('are decoded once for their small image, whoever kept them; what kept one from being recognised stays too', async () => {
    await keep('shutter.jpg');
    await restored();
    answer.luminance = 0;
    await keep('dark.jpg', []);
    await restored();
    expect([decodes, done(1).shortcoming]).toEqual([2, 'dark']);
    begin();
    expect(await restored()).toEqual(['shutter.jpg done', 'dark.jpg done']);
    expect([decodes, done(1).shortcoming]).toEqual([2, 'dark']);
  });

  it('stay also where a reload comes before they are recognised, or the network has no label for them', async () => {
    state = 'loading';
    await add(file('a.jpg'), file('damaged.jpg'));
    [state, answer.top] = ['ready', []];
    begin();
    expect(await restored()).toEqual(['folder/a.jpg done', 'folder/damaged.jpg failed']);
    expect(done(0)).toMatchObject({ width: 4, height: 3, top: [] });
    answer.top = TABBY;
    begin();
    expect(await restored()).toContain('folder/a.jpg done');
    expect(device.kept.get(1)).toMatchObject({ top: TABBY, width: 4, height: 3, modelId: 'resnet18', file: { size: 1 } });
    expect(await device.kept.get(1)?.thumbnail?.text()).toBe('t');
  });

  it('that are too many to wait as files are kept small when they are recognised', async () => {
    begin({ most: 3, bytes: 10 });
    state = 'loading';
    await add(file('a.jpg', 8), file('large.jpg', 8));
    expect([device.kept.size, lacks()]).toEqual([1, []]);
    state = 'ready';
    batch.pump();
    await settled();
    expect([[...device.kept.values()].map(({ small }) => small), lacks()]).toEqual([[undefined, true], ['small']]);
  });

  it('that wait are taken away by Cancel, and can be had back; those of an earlier visit stay on the device', async () => {
    await keep('shutter.jpg', []);
    state = 'loading';
    await restored();
    await add(file('a.jpg'));
    await removed.remove(batch.cancel());
    expect([names(), (await device.keptImages()).images.map(({ file: { name } }) => name)]).toEqual([[], ['shutter.jpg']]);
    await removed.undo();
    expect(names()).toEqual(['folder/a.jpg waiting']);
    begin();
    expect(await restored()).toEqual(['shutter.jpg waiting', 'folder/a.jpg waiting']);
  });

  it('that are had back while the network is at them are recognised once, and kept once', async () => {
    const [made, given] = [vi.spyOn(URL, 'createObjectURL'), vi.spyOn(URL, 'revokeObjectURL')];
    const first = new Later<void>();
    recognising = first.promise;
    await add(file('a.jpg'), file('b.jpg'));
    await removed.remove();
    recognising = new Promise(() => undefined);
    await removed.undo();
    await settled();
    // The first run ends after the second has begun.
    recognising = Promise.resolve();
    first.resolve();
    await settled();
    expect(made.mock.results.length - given.mock.calls.length).toBe(batch.finished);
    expect((await device.keptImages()).images.map(({ name }) => name).sort()).toEqual(['folder/a.jpg', 'folder/b.jpg']);
    begin();
    expect((await restored()).sort()).toEqual(['folder/a.jpg done', 'folder/b.jpg done']);
    vi.restoreAllMocks();
  });

  it('have room as files again once those before are gone for good', async () => {
    begin({ most: 3, bytes: 10 });
    await add(file('a.jpg', 8));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await removed.remove();
    await vi.advanceTimersByTimeAsync(UNDO_SHOWN);
    await add(file('b.jpg', 8));
    expect([[...device.kept.values()].map(({ name, file: { size } }) => [name, size]), lacks()]).toEqual([[['folder/b.jpg', 8]], []]);
  });

  it('that another tab took away stay to be had back there; what another deleted is kept anew', async () => {
    await keep('a.jpg');
    await keep('b.jpg');
    await restored();
    await removed.remove([done(0)]);
    const first = { batch, removed };
    // Another tab takes another one away, and gives it up.
    begin();
    await restored();
    await removed.remove();
    await removed.remove();
    await settled();
    expect([...device.kept.keys()]).toEqual([1]);
    // One more deletes what its own time is over of.
    keeper.forgetBefore(Date.now() + 1);
    await settled();
    expect(device.kept.size).toBe(0);
    await first.removed.undo();
    await settled();
    expect(first.batch.items.map(({ name, key }) => [name, key])).toEqual([['a.jpg', 3], ['b.jpg', 2]]);
    begin();
    expect(await restored()).toEqual(['a.jpg done']);
  });

  it('that are taken away in quick succession are given up one after the other, each in its time', async () => {
    await add(file('a.jpg'), file('b.jpg'), file('c.jpg'));
    const [a, b, c] = batch.items;
    const given = vi.spyOn(URL, 'revokeObjectURL');
    const later = new Later<void>();
    device.removing = later.promise;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const removing = [removed.remove([a]), removed.remove([b])];
    expect(removed.items).toEqual([b]);
    later.resolve();
    await Promise.all(removing);
    await settled();
    expect([given.mock.calls.length, [...device.kept.keys()]]).toEqual([1, [2, 3]]);
    await vi.advanceTimersByTimeAsync(UNDO_SHOWN / 2);
    await removed.remove([c]);
    await vi.advanceTimersByTimeAsync(UNDO_SHOWN / 2);
    expect(removed.items).toEqual([c]);
    await removed.undo();
    expect(names()).toEqual(['folder/c.jpg done']);
    vi.restoreAllMocks();
  });

  it('that the device refuses to take away come back, also where others were taken away since', async () => {
    await add(file('a.jpg'), file('b.jpg'));
    device.stays = true;
    const [a, b] = batch.items;
    await Promise.all([removed.remove([a]), removed.remove([b])]);
    expect([removed.refused, names()]).toEqual([true, ['folder/a.jpg done', 'folder/b.jpg done']]);
  });

  it('are gone for good where the page is left', async () => {
    host.connect();
    await add(file('a.jpg'));
    await removed.remove();
    fakePage.window.dispatchEvent(new Event('pagehide'));
    await settled();
    expect([removed.items.length, device.kept.size]).toEqual([0, 0]);
    host.disconnect();
  });
});
