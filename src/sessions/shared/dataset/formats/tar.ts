/** Blocks of a tar file, bytes. */
const BLOCK = 512;
const encoder = new TextEncoder();

/** The header of a file in a tar (POSIX.1-1988, ustar). @param name at most 100 bytes in UTF-8 @param bytes below 8 GiB */
export function tarHeader(name: string, bytes: number, modified: Date): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => header.set(encoder.encode(text), at);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  if (encoder.encode(name).length > 100) throw new RangeError(`${name} is too long for a tar file.`);
  put(0, name);
  put(100, octal(0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(bytes, 12));
  put(136, octal(Math.max(0, Math.floor(modified.getTime() / 1000)), 12));
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\u000000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** What fills a file's last block. */
export const tarPadding = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK);

/** The end of a tar: two empty blocks. */
export const tarEnd = (): Uint8Array<ArrayBuffer> => new Uint8Array(2 * BLOCK);
