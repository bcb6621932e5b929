import { ALL_FORMATS, BufferSource, BufferTarget, EncodedPacket, EncodedPacketSink, EncodedVideoPacketSource, Input, Mp4OutputFormat, Output } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import type { ByteSource, VideoCut } from '../../src/sessions/shared/video/video-cut';
import { cutMp4 } from '../../src/sessions/shared/video/mp4-cut';
import { checkMp4Counts } from '../../src/sessions/shared/video/mp4-counts';
import { cutWebm, isWebm } from '../../src/sessions/shared/video/webm-cut';
import { fileAfter, syntheticVideo } from '../support/synthetic-video';

/** Five seconds of a camera that is not quite even. */
const TIMES = Array.from({ length: 150 }, (_, i) => Math.round((i * 1000) / 30 + (i % 3)) * 1000);

function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (at, length) => bytes.subarray(Math.min(at, bytes.length), Math.min(at + length, bytes.length)) };
}

function cutFile(bytes: Uint8Array, cut: VideoCut): Uint8Array<ArrayBuffer> {
  const file = bytes.slice(0, cut.bytes);
  for (const patch of cut.patches) file.set(patch.bytes, patch.at);
  return file;
}

/** What another reader finds in a file: times of its frames, microseconds. */
async function timesIn(bytes: Uint8Array<ArrayBuffer>): Promise<{ times: number[]; codec: string | undefined; size: number[] }> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes.buffer) });
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('There is no film in it.');
  const times: number[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) times.push(Math.round(packet.timestamp * 1000) * 1000);
  return { times, codec: (await track.getCodec()) ?? undefined, size: [await track.getDisplayWidth(), await track.getDisplayHeight()] };
}

describe.each([
  ['mp4', cutMp4, 1_000_000],
  ['webm', cutWebm, 50_000],
] as const)('a %s film that was broken off', (container, cut, mostLost) => {
  it('is found whole where it was finished', async () => {
    const video = await syntheticVideo(container, TIMES, 29);
    const bytes = fileAfter(video, video.writes.length);
    const times: number[] = [];
    expect(cut(sourceOf(bytes), times)).toMatchObject({ frames: 150, lastUs: TIMES.at(-1), width: 640, height: 480 });
    expect(times).toEqual(TIMES);
    expect(isWebm(sourceOf(bytes))).toBe(container === 'webm');
  });

  it('is whole again after each write that may have been the last, and has lost little', async () => {
    const video = await syntheticVideo(container, TIMES, 29);
    let before = -1;
    let checked = 0;
    for (let count = 0; count <= video.unfinished; count += container === 'mp4' ? 1 : 5) {
      const bytes = fileAfter(video, count);
      const found = cut(sourceOf(bytes));
      // Nothing that was whole after fewer writes is lost after more.
      expect(found.frames).toBeGreaterThanOrEqual(before);
      before = found.frames;
      if (found.frames === 0) continue;
      checked++;
      const { times } = await timesIn(cutFile(bytes, found));
      expect(times).toEqual(TIMES.slice(0, found.frames));
      expect(found.lastUs).toBe(times.at(-1));
      expect(found.durationUs).toBeGreaterThan(found.lastUs);
      expect(found.durationUs - found.lastUs).toBeLessThan(50_000);
    }
    expect(checked).toBeGreaterThan(3);
    expect((TIMES.at(-1) ?? 0) - (TIMES[before - 1] ?? 0)).toBeLessThanOrEqual(mostLost);
  });

  it('is whole again where the last write was torn at any byte', async () => {
    const video = await syntheticVideo(container, TIMES, 29);
    const all = fileAfter(video, video.unfinished);
    let frames = 0;
    for (let size = 0; size <= all.length; size += 997) {
      const bytes = all.slice(0, size);
      const found = cut(sourceOf(bytes));
      expect(found.bytes).toBeLessThanOrEqual(size);
      if (found.frames === 0 || found.frames === frames) continue;
      frames = found.frames;
      const { times, codec, size: shown } = await timesIn(cutFile(bytes, found));
      expect(times).toEqual(TIMES.slice(0, frames));
      expect(codec).toBe('vp9');
      expect(shown).toEqual([640, 480]);
    }
    expect(frames).toBeGreaterThan(100);
  });

  it('is nothing where there is no whole fragment, or where it is no film', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(7), new Uint8Array(4000).fill(255), new TextEncoder().encode('<!doctype html>'.repeat(50))]) {
      expect(cut(sourceOf(bytes))).toMatchObject({ frames: 0, bytes: 0, lastUs: -1 });
    }
  });
});

describe('a fragmented MP4 of another writer', () => {
  it('is read by its track defaults, with 64-bit times and frames out of order', () => {
    const box = (type: string, ...parts: (number[] | Uint8Array)[]): Uint8Array => {
      const body = parts.flatMap((part) => [...part]);
      const size = body.length + 8;
      return new Uint8Array([size >> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255, ...new TextEncoder().encode(type), ...body]);
    };
    const u32 = (v: number): number[] => [(v >>> 24) & 255, (v >> 16) & 255, (v >> 8) & 255, v & 255];
    const entry = box('av01', Array(24).fill(0) as number[], [320 >> 8, 320 & 255, 0, 240], Array(50).fill(0) as number[]);
    const moov = box('moov', box('trak', box('mdia',
      box('mdhd', [1, 0, 0, 0], u32(0), u32(0), u32(0), u32(0), u32(90_000), u32(0), u32(0), u32(0)),
      box('minf', box('stbl', box('stsd', u32(0), u32(1), entry))))),
      box('mvex', box('trex', u32(0), u32(1), u32(1), u32(3000), u32(0), u32(0))));
    // Two frames of the default length, shown the other way round; the second trun tells each length itself.
    const moof = box('moof', box('traf',
      box('tfhd', u32(0x20000), u32(1)),
      box('tfdt', [1, 0, 0, 0], u32(1), u32(0)),
      box('trun', u32(0x01000800), u32(2), u32(3000), u32(-3000)),
      box('trun', u32(0x100), u32(1), u32(4500))));
    const bytes = new Uint8Array([...box('ftyp', u32(0)), ...moov, ...moof, ...box('mdat', Array(50).fill(1) as number[]), 0, 0, 9]);
    const start = Math.round((2 ** 32 * 1e6) / 90_000);
    expect(cutMp4(sourceOf(bytes))).toMatchObject({
      frames: 3, bytes: bytes.length - 3, width: 320, height: 240, codec: 'av01',
      lastUs: start + Math.round((6000 * 1e6) / 90_000), durationUs: start + Math.round((10_500 * 1e6) / 90_000),
    });
    // The mdat is torn: its fragment does not count.
    expect(cutMp4(sourceOf(bytes.subarray(0, bytes.length - 4))).frames).toBe(0);
  });
});

/** Where a box's or element's mark stands in a file. */
const indexOf = (bytes: Uint8Array, mark: readonly number[], from = 0): number =>
  bytes.findIndex((_, i) => i >= from && mark.every((byte, k) => bytes[i + k] === byte));
const letters = (type: string): number[] => [...new TextEncoder().encode(type)];

describe('counts in an MP4 that its bytes cannot hold', () => {
  it('are not believed: what came before is whole, and nothing is reserved for them', async () => {
    const video = await syntheticVideo('mp4', TIMES, 29);
    const good = fileAfter(video, video.writes.length);
    const fragments: number[] = [];
    for (let at = indexOf(good, letters('trun')); at >= 0; at = indexOf(good, letters('trun'), at + 1)) fragments.push(at);
    expect(fragments.length).toBeGreaterThan(2);
    expect(() => checkMp4Counts(sourceOf(good))).not.toThrow();
    for (const count of [0xffffffff, 20_000_000, 100_000, 31]) {
      for (const [n, at] of fragments.entries()) {
        const bytes = good.slice();
        const view = new DataView(bytes.buffer);
        view.setUint32(at + 8, count);
        const times: number[] = [];
        const found = cutMp4(sourceOf(bytes), times);
        expect(found.frames, `${count} in fragment ${n}`).toBe(times.length);
        expect(times).toEqual(TIMES.slice(0, times.length));
        expect(n === 0 ? times.length === 0 : times.length > 0 && times.length < TIMES.length).toBe(true);
        expect(() => checkMp4Counts(sourceOf(bytes))).toThrow(/counts/);
        // The same with fields of no frame: nothing but the media tells how many there can be.
        view.setUint32(at + 4, 0);
        if (count > bytes.length) {
          expect(cutMp4(sourceOf(bytes)).frames).toBe(times.length);
          expect(() => checkMp4Counts(sourceOf(bytes))).toThrow(/counts/);
        }
      }
    }
  });

  it('are found in the tables of one that is not fragmented', async () => {
    const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target: new BufferTarget() });
    const source = new EncodedVideoPacketSource('vp9');
    output.addVideoTrack(source);
    await output.start();
    const meta = { decoderConfig: { codec: 'vp09.00.10.08', codedWidth: 64, codedHeight: 64 } };
    for (let i = 0; i < 10; i++) await source.add(new EncodedPacket(new Uint8Array(20 + i), i === 0 ? 'key' : 'delta', i / 10, 0.1), meta);
    await output.finalize();
    const good = new Uint8Array(output.target.buffer ?? new ArrayBuffer(0));
    expect(() => checkMp4Counts(sourceOf(good))).not.toThrow();
    const broken = (type: string, offset: number, value: number): Uint8Array => {
      const bytes = good.slice();
      const at = indexOf(bytes, letters(type));
      expect(at, type).toBeGreaterThan(0);
      new DataView(bytes.buffer).setUint32(at + offset, value);
      return bytes;
    };
    for (const type of ['stts', 'stsc', 'stss']) expect(() => checkMp4Counts(sourceOf(broken(type, 8, 0xfffffff))), type).toThrow(type);
    expect(() => checkMp4Counts(sourceOf(broken('stsz', 12, 0xffffffff)))).toThrow('stsz');
    expect(() => checkMp4Counts(sourceOf(broken('stts', 12, 0xffffffff)))).toThrow('stts');
  });

  it('have times that are none where the timescale is 0: nothing is whole', async () => {
    const video = await syntheticVideo('mp4', TIMES, 29);
    const bytes = fileAfter(video, video.writes.length);
    const at = indexOf(bytes, letters('mdhd'));
    new DataView(bytes.buffer).setUint32(at + (bytes[at + 4] === 1 ? 24 : 16), 0);
    expect(cutMp4(sourceOf(bytes))).toMatchObject({ frames: 0, durationUs: 0 });
  });
});

describe('a WebM whose numbers are damaged', () => {
  it('gives no time that is none, below zero or beyond all counting', async () => {
    const video = await syntheticVideo('webm', TIMES, 29);
    const good = fileAfter(video, video.unfinished);
    let changed = 0;
    const check = (bytes: Uint8Array): void => {
      const times: number[] = [];
      const found = cutWebm(sourceOf(bytes), times);
      for (const us of [...times, found.durationUs]) expect(Number.isSafeInteger(us) && us >= 0, String(us)).toBe(true);
      expect(found.lastUs).toBeGreaterThanOrEqual(-1);
      expect(times.length).toBe(found.frames);
      if (found.frames !== 150) changed++;
    };
    // The scale, and the clusters' times, by their elements' ids; blocks of below-zero times at the very start.
    const scale = indexOf(good, [0x2a, 0xd7, 0xb1]);
    for (const value of [0, 255]) {
      const bytes = good.slice();
      bytes.fill(value, scale + 4, scale + 4 + (good[scale + 3] & 0x7f));
      check(bytes);
    }
    for (let at = indexOf(good, [0xe7]); at >= 0 && at < good.length; at = indexOf(good, [0xe7], at + 1)) {
      for (const size of [0x81, 0x84, 0x88, 0x01]) {
        const bytes = good.slice();
        bytes[at + 1] = size;
        bytes.fill(255, at + 2, at + 10);
        check(bytes);
      }
    }
    for (let at = indexOf(good, [0xa3]); at >= 0 && at < good.length; at = indexOf(good, [0xa3], at + 1)) {
      const bytes = good.slice();
      bytes.fill(0x80, at + 4, at + 8);
      check(bytes);
    }
    expect(changed).toBeGreaterThan(3);
  });
});
