import type { ByteSource } from './video-cut';

/** A box of an MP4 file (ISO/IEC 14496-12, section 4.2): 4 bytes size, 4 letters type, or 8 more bytes of size. */
export interface Box {
  readonly type: string;
  /** Where its content begins and ends, bytes from the file's start. */
  readonly start: number;
  readonly end: number;
}

/** Boxes larger than this are media, never a header that is read. */
const LARGEST_HEADER = 1 << 24;
export const LONG_SIZE = 2 ** 32;

export function boxAt(source: ByteSource, at: number, end: number): Box | undefined {
  const head = source.read(at, 16);
  if (head.length < 8) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const type = String.fromCharCode(...head.subarray(4, 8));
  let size = view.getUint32(0);
  let start = at + 8;
  if (size === 1) {
    if (head.length < 16) return undefined;
    size = view.getUint32(8) * LONG_SIZE + view.getUint32(12);
    start = at + 16;
  } else if (size === 0) {
    size = end - at;
  }
  if (at + size > end || at + size < start) return undefined;
  return { type, start, end: at + size };
}

export function* boxes(source: ByteSource, start: number, end: number): Generator<Box> {
  for (let at = start; at < end; ) {
    const box = boxAt(source, at, end);
    if (!box) return;
    yield box;
    at = box.end;
  }
}

/** The first box at the end of a path of types. */
export function find(source: ByteSource, start: number, end: number, [type, ...rest]: readonly string[]): Box | undefined {
  for (const box of boxes(source, start, end)) {
    if (box.type === type) return rest.length === 0 ? box : find(source, box.start, box.end, rest);
  }
  return undefined;
}

export function view(source: ByteSource, box: Box): DataView {
  const bytes = source.read(box.start, Math.min(box.end - box.start, LARGEST_HEADER));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Flags of trun (ISO/IEC 14496-12, section 8.8.8). */
export const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, offset: 0x800 };

/** A run of frames in a fragment. */
export interface Run {
  readonly flags: number;
  readonly count: number;
  /** Where the first frame's fields stand, and how many bytes each frame has of them. */
  readonly at: number;
  readonly step: number;
}

/**
 * Reads the head of a trun box.
 * @param most bytes that the frames can have at most: each has one or more
 * @throws RangeError where it counts more frames than the box or the file can hold, so that nobody reserves room for them
 */
export function readRun(run: DataView, most: number): Run {
  const flags = run.getUint32(0) & 0xffffff;
  const count = run.getUint32(4);
  const at = 8 + (flags & TRUN.dataOffset ? 4 : 0) + (flags & TRUN.firstFlags ? 4 : 0);
  const step = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.offset].filter((flag) => flags & flag).length * 4;
  if (count * step > run.byteLength - at || count > most) throw new RangeError(`A fragment counts ${count} frames in ${run.byteLength} bytes.`);
  return { flags, count, at, step };
}
