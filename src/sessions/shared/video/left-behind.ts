import type { ByteSource } from './video-cut';

/** What a fragment begins with: the type of an MP4's moof box, the id of a WebM's cluster. */
const MARKS = { mp4: [0x6d, 0x6f, 0x6f, 0x66], webm: [0x1f, 0x43, 0xb6, 0x75] } as const;
const BLOCK = 1 << 20;

/** How often a fragment begins in a film from a place on, counted to `most`. */
export function fragmentsFrom(source: ByteSource, container: keyof typeof MARKS, from: number, most: number): number {
  const mark = MARKS[container];
  let found = 0;
  // Blocks reach over one another by what a mark may be torn by.
  for (let at = from; at < source.size && found < most; at += BLOCK) {
    const bytes = source.read(at, BLOCK + mark.length - 1);
    for (let i = bytes.indexOf(mark[0]); i >= 0 && found < most; i = bytes.indexOf(mark[0], i + 1)) {
      if (i < BLOCK && mark.every((byte, k) => bytes[i + k] === byte)) found++;
    }
  }
  return found;
}

/** Whether a file has nothing but zeros, as room that was taken and not written to. */
export function isBlank(source: ByteSource): boolean {
  for (let at = 0; at < source.size; at += BLOCK) if (source.read(at, BLOCK).some((byte) => byte !== 0)) return false;
  return true;
}
