/** A file that is read piece by piece. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** @returns the bytes from `at`, fewer where the file ends */
  read(at: number, length: number): Uint8Array;
}

/** Where a video that was broken off can be cut so that what is left is whole. */
export interface VideoCut {
  /** Bytes that stay. */
  readonly bytes: number;
  /** Presentation time of the last whole frame, microseconds; -1 where there is none. */
  readonly lastUs: number;
  /** The end of that frame, microseconds. */
  readonly durationUs: number;
  /** Whole frames. */
  readonly frames: number;
  /** Pixels, 0 where there is no header. */
  readonly width: number;
  readonly height: number;
  /** As in a MIME type's `codecs`, for example `avc1.42001f`; '' where it is not known. */
  readonly codec: string;
  /** Sizes in the headers that the crash left open, to be written over what stands there. */
  readonly patches: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

export const NOTHING_WHOLE: VideoCut = { bytes: 0, lastUs: -1, durationUs: 0, frames: 0, width: 0, height: 0, codec: '', patches: [] };

const US_PER_SECOND = 1_000_000;

/** A time in units of a timescale (units a second) as microseconds. */
export function toMicroseconds(value: number, timescale: number): number {
  return Math.round((value * US_PER_SECOND) / timescale);
}

/** No video is as long, microseconds: 142 years. The sum of two times is a whole number still. */
const LONGEST_US = 2 ** 52;

/** Whether microseconds are a time that a video can have; headers that are damaged give others. */
export const isTime = (us: number): boolean => Number.isInteger(us) && us >= 0 && us < LONGEST_US;
