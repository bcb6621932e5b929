import { ImageError } from '../../base/page/decode-image';

/** Longer side of a thumbnail, pixels: a card at twice its size. */
const THUMBNAIL = 320;

/** A small JPEG of a bitmap, which stays open. @throws ImageError `too-large` where the browser makes none */
export async function makeThumbnail(bitmap: ImageBitmap): Promise<Blob> {
  const scale = Math.min(1, THUMBNAIL / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
  if (!blob) throw new ImageError('too-large', 'No small picture could be made of it.');
  return blob;
}

/** As `makeThumbnail`; the bitmap is closed. */
export async function thumbnailOf(bitmap: ImageBitmap): Promise<Blob> {
  try {
    return await makeThumbnail(bitmap);
  } finally {
    bitmap.close();
  }
}
