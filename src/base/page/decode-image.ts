import { imageSize } from 'image-size';
import type { ImageProblem } from '../shared/image-problem';
import { upright, webpOrientation } from './webp-orientation';

/** Bytes of a file, and pixels of an image, that are read at most: what a phone's memory takes (4 bytes a pixel). */
const MAX_BYTES = 100 * 2 ** 20;
const MAX_PIXELS = 100_000_000;
/** Enough for the sizes in the head of any camera's image; thumbnails in EXIF come before them. */
const HEAD_BYTES = 512 * 1024;

/** An image that could not be read, and why. */
export class ImageError extends Error {
  constructor(
    readonly problem: ImageProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ImageError';
  }
}

/** ISO base media brands of HEIC (ISO/IEC 23008-12, annex B); AVIF has others, which browsers read. */
function isHeic(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(4, 40));
  return text.startsWith('ftyp') && /hei[cmsx]|hev[cmsx]|mif1|msf1/.test(text) && !text.includes('avif');
}

/** Size in a BMP's header of OS/2, which has 16 bits for a side: image-size takes all for Windows'. */
function os2BitmapSize(head: Uint8Array): ReturnType<typeof imageSize> | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 22 || view.getUint16(0) !== 0x424d || view.getUint32(14, true) !== 12) return undefined;
  return { type: 'bmp', width: view.getUint16(18, true), height: view.getUint16(20, true) };
}

function sizeOf(head: Uint8Array): ReturnType<typeof imageSize> | undefined {
  const os2 = os2BitmapSize(head);
  if (os2) return os2;
  try {
    return imageSize(head);
  } catch {
    // A kind that it does not know, or a head longer than ours: the browser may read it all the same.
    return undefined;
  }
}

/**
 * Decodes an image file upright (EXIF).
 *
 * @param colours `none` for its pixels' own values, as the network wants them; `default` for its colours as they are shown (ICC)
 * @returns a bitmap that the caller closes or transfers
 * @throws ImageError with the reason
 */
export async function decodeImage(file: Blob, colours: ColorSpaceConversion = 'none'): Promise<ImageBitmap> {
  if (file.size === 0) throw new ImageError('empty', 'The file has no bytes.');
  if (file.size > MAX_BYTES) throw new ImageError('too-large', `The file has ${Math.round(file.size / 2 ** 20)} MiB, more than ${MAX_BYTES / 2 ** 20}.`);
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const size = sizeOf(head);
  if (file.type === 'image/svg+xml' || size?.type === 'svg') throw new ImageError('drawing', 'SVG has no pixels.');
  // Before anything is decoded: a few kilobytes can claim pixels that take all memory.
  if (size && size.width * size.height > MAX_PIXELS) throw new ImageError('too-large', `${size.width} x ${size.height} pixels are more than ${MAX_PIXELS / 1e6} million.`);
  try {
    const orientation = await webpOrientation(file);
    if (orientation === 1) return await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: colours });
    return upright(await createImageBitmap(file, { imageOrientation: 'none', colorSpaceConversion: colours }), orientation);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ImageError(isHeic(head) ? 'heic' : 'unreadable', detail, { cause: error });
  }
}
