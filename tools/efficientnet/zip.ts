import { inflateRawSync } from 'node:zlib';

/** A zip file is cut off, damaged, or lacks what was asked for. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

// Record signatures and offsets: PKWARE APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16.
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;

/**
 * One file out of a zip (stored or deflated, no zip64).
 * @throws ZipError where the zip is damaged or has no such file
 */
export function readZipEntry(zip: Buffer, wanted: (name: string) => boolean): { readonly name: string; readonly bytes: Buffer } {
  let end = zip.length - END_BYTES;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new ZipError('The zip file has no directory: it is cut off or no zip file.');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new ZipError('The directory of the zip file is damaged.');
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const nameBytes = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    if (wanted(name)) {
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + packed);
      if (method === 0) return { name, bytes: data };
      if (method === 8) return { name, bytes: inflateRawSync(data) };
      throw new ZipError(`${name} is packed with the unknown method ${method}.`);
    }
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new ZipError('The zip file lacks the file that was asked for.');
}
