import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { webpOrientation } from '../../src/base/page/webp-orientation';

describe("a WebP file's orientation", () => {
  const image = (orientation?: number): Sharp => {
    const plain = sharp({ create: { width: 31, height: 20, channels: 3, background: '#a52' } });
    return orientation === undefined ? plain : plain.withMetadata({ orientation });
  };
  const blob = (bytes: Buffer): Blob => new Blob([new Uint8Array(bytes)]);

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is read: %i', async (orientation) => {
    for (const lossless of [true, false]) expect(await webpOrientation(blob(await image(orientation).webp({ lossless }).toBuffer()))).toBe(orientation);
  });

  it('is read behind the signature that some writers put in front', async () => {
    const bytes = await image(6).webp().toBuffer();
    const at = bytes.indexOf('EXIF', 0, 'latin1');
    const length = bytes.readUInt32LE(at + 4);
    const signature = Buffer.from('Exif\0\0', 'latin1');
    const data = Buffer.concat([bytes.subarray(0, at + 8), bytes.subarray(at + 8).subarray(0, 6).equals(signature) ? Buffer.alloc(0) : signature, bytes.subarray(at + 8, at + 8 + length)]);
    data.writeUInt32LE(data.length - at - 8, at + 4);
    data.writeUInt32LE(data.length - 8, 4);
    expect(await webpOrientation(blob(data))).toBe(6);
  });

  it('is 1 where there is none, and in every file that is cut or is none', async () => {
    expect(await webpOrientation(blob(await image().webp().toBuffer()))).toBe(1);
    expect(await webpOrientation(blob(await image(6).jpeg().toBuffer()))).toBe(1);
    expect(await webpOrientation(new Blob([]))).toBe(1);
    const whole = await image(6).webp().toBuffer();
    const exif = whole.indexOf('EXIF', 0, 'latin1');
    for (let length = 0; length < exif + 16; length++) expect(await webpOrientation(blob(whole.subarray(0, length))), `${length} bytes`).toBe(1);
  });
});
