import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { PictureController } from '../../src/recognise/page/live/picture-controller';
// What the page fetches when it is first wanted is there.
import '../../src/recognise/page/live/draw-labels';
import type { TakenParts, TakenPicture } from '../../src/recognise/page/live/take-picture';
import { FakeHost, FakePage, FakeVideo, Later, settled } from '../support/fake-page';

const PARTS: TakenParts = { top: [], labels: [], square: undefined, modelId: '', precision: 'fp32' };

describe('PictureController', () => {
  let video: FakeVideo;
  let keeps: Later<void>[];
  let pictures: PictureController;
  let downloads: string[];
  let read: boolean;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    [video, keeps, downloads, read] = [new FakeVideo(), [], [], false];
    const context = { drawImage: () => undefined };
    const canvas = () => ({ getContext: () => context, toBlob: (give: (blob: Blob) => void) => give(new Blob(['x'])) });
    const link = () => ({ download: '', click(): void { downloads.push(this.download); } });
    Object.assign(new FakePage(), { createElement: (name: string) => (name === 'a' ? link() : canvas()) });
    vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 });
    const keep = (): Promise<void> => {
      const later = new Later<void>();
      keeps.push(later);
      return later.promise;
    };
    pictures = new PictureController(new FakeHost(), () => keep, () => read);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function take(): Promise<TakenPicture | undefined> {
    void pictures.take(video.element, PARTS);
    await settled();
    return pictures.taken;
  }

  it('tells of a picture once it is kept, for ten seconds, and longer while a person is at it', async () => {
    expect(await take()).toBeUndefined();
    keeps[0].resolve();
    await settled();
    expect(pictures.taken?.modelId).toBe('');
    read = true;
    vi.advanceTimersByTime(10_000);
    expect(pictures.taken).toBeDefined();
    read = false;
    vi.advanceTimersByTime(10_000);
    expect(pictures.taken).toBeUndefined();
  });

  it('of two in quick succession tells of the newer one, for its whole time', async () => {
    await take();
    vi.advanceTimersByTime(500);
    await take();
    keeps[1].resolve();
    await settled();
    const newer = pictures.taken;
    expect(newer).toBeDefined();
    vi.advanceTimersByTime(5000);
    keeps[0].resolve();
    await settled();
    expect(pictures.taken).toBe(newer);
    vi.advanceTimersByTime(4999);
    expect(pictures.taken).toBe(newer);
    vi.advanceTimersByTime(1);
    expect(pictures.taken).toBeUndefined();
  });

  it('holds what could not be kept until it is saved or put away, over further pictures', async () => {
    await take();
    keeps[0].reject(new Fault('storage-full', 'full'));
    await settled();
    vi.advanceTimersByTime(60_000);
    expect([pictures.fault?.code, pictures.unkept.length]).toEqual(['storage-full', 1]);
    await take();
    keeps[1].reject(new Error('broken'));
    await settled();
    expect([pictures.fault?.code, pictures.unkept.length]).toEqual(['storage-failed', 2]);
    pictures.save();
    expect(downloads).toEqual(pictures.unkept.map(({ file }) => file.name));
    expect(downloads).toHaveLength(2);
    await take();
    expect([pictures.fault, pictures.unkept]).toEqual([undefined, []]);
  });

  it('has nothing to save where no picture could be taken', async () => {
    video.readyState = 1;
    await take();
    expect([pictures.fault?.code, pictures.unkept]).toEqual(['camera-failed', []]);
    video.readyState = 4;
    await take();
    expect(pictures.fault).toBeUndefined();
  });
});
