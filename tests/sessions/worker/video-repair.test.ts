import { describe, expect, it } from 'vitest';
import type { GrowingFile } from '../../../src/sessions/worker/store/device-file';
import { repairVideo } from '../../../src/sessions/worker/store/video-repair';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';

const TIMES = Array.from({ length: 150 }, (_, i) => i * 33_000);

/** A file whose bytes can be looked at. */
class Bytes implements GrowingFile {
  constructor(public bytes: Uint8Array) {}
  get size(): number {
    return this.bytes.length;
  }
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.slice(at, at + length));
  }
  write(bytes: Uint8Array, at: number): void {
    this.bytes.set(bytes, at);
  }
  truncate(size: number): void {
    this.bytes = this.bytes.slice(0, size);
  }
  release(): void {
    // Nothing is held.
  }
  flush(): void {
    // Nothing is kept back.
  }
  close(): void {
    // Nor held open.
  }
}

describe.each(['mp4', 'webm'] as const)('a %s film that was broken off', (container) => {
  const broken = async (): Promise<Uint8Array> => {
    const video = await syntheticVideo(container, TIMES, 29);
    return fileAfter(video, video.unfinished);
  };

  it('loses the torn fragment at its end, and no more', async () => {
    const film = await broken();
    const file = new Bytes(film.slice(0, film.length - 5));
    const cut = repairVideo(file);
    expect(cut.damaged).toBe(false);
    expect(cut.frames).toBeGreaterThan(90);
    expect(file.size).toBe(cut.bytes);
  });

  it.each<[string, (film: Uint8Array) => void]>([
    ['zeroed first 4 KB', (film) => film.fill(0, 0, 4096)],
    ['one flipped byte at its very head', (film) => (film[0] ^= 0x80)],
    ['the head of its second fragment zeroed', (film) => {
      const mark = container === 'mp4' ? 'moof' : Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
      const second = Buffer.from(film).indexOf(mark, Buffer.from(film).indexOf(mark) + 1);
      film.fill(0, second - 4, second + 16);
    }],
  ])('is left as it was found where it has %s', async (_, damage) => {
    const film = await broken();
    damage(film);
    const file = new Bytes(film.slice());
    expect(repairVideo(file).damaged).toBe(true);
    expect(Buffer.from(file.bytes).equals(Buffer.from(film))).toBe(true);
  });

  it('is not called damaged where nothing was written yet', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100_000)]) expect(repairVideo(new Bytes(bytes))).toMatchObject({ damaged: false, frames: 0 });
  });
});

describe('an MP4 whose fragment counts what cannot be', () => {
  it('is left as it was found', async () => {
    const film = fileAfter(await syntheticVideo('mp4', TIMES, 29), 400);
    const at = Buffer.from(film).indexOf('trun');
    new DataView(film.buffer, film.byteOffset).setUint32(at + 8, 0xffffffff);
    const file = new Bytes(film.slice());
    expect(repairVideo(file)).toMatchObject({ damaged: true, frames: 0 });
    expect(Buffer.from(file.bytes).equals(Buffer.from(film))).toBe(true);
  });
});
