/** Bytes of a RIFF chunk's type and length. */
const CHUNK_HEAD = 8;
/** TIFF's number of the orientation. */
const ORIENTATION = 0x0112;

/** Columns of the matrices that undo orientations 2 to 8 (EXIF 2.32, 4.6.4 A); the last two in widths and heights of the image. */
const TURNS = [
  [-1, 0, 0, 1, 1, 0], [-1, 0, 0, -1, 1, 1], [1, 0, 0, -1, 0, 1], [0, 1, 1, 0, 0, 0], [0, 1, -1, 0, 1, 0], [0, -1, -1, 0, 1, 1], [0, -1, 1, 0, 0, 1],
] as const;

/** Orientation of a block of EXIF data (TIFF 6.0, its first directory): 1 to 8, 1 where it names none. */
function orientationIn(exif: DataView): number {
  // Some writers put JPEG's signature in front.
  const start = exif.byteLength > 6 && exif.getUint32(0) === 0x45786966 ? 6 : 0;
  if (exif.byteLength < start + 8) return 1;
  const little = exif.getUint16(start) === 0x4949;
  const directory = start + exif.getUint32(start + 4, little);
  if (directory + 2 > exif.byteLength) return 1;
  const entries = exif.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= exif.byteLength; i++, at += 12) {
    if (exif.getUint16(at, little) !== ORIENTATION) continue;
    const value = exif.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

async function viewOf(file: Blob, start: number, length: number): Promise<DataView> {
  return new DataView(await file.slice(start, start + length).arrayBuffer());
}

/**
 * The orientation that a WebP file's EXIF data gives, 1 to 8; 1 where it has none or is no WebP. Browsers turn JPEG and PNG by
 * theirs, and no WebP.
 */
export async function webpOrientation(file: Blob): Promise<number> {
  const head = await viewOf(file, 0, 21);
  // "RIFF", "WEBP", then "VP8X" with the flag of EXIF data, which may stand behind all pixels.
  if (head.byteLength < 21 || head.getUint32(0) !== 0x52494646 || head.getUint32(8) !== 0x57454250) return 1;
  if (head.getUint32(12) !== 0x56503858 || (head.getUint8(20) & 8) === 0) return 1;
  for (let at = 12; at + CHUNK_HEAD <= file.size; ) {
    const chunk = await viewOf(file, at, CHUNK_HEAD);
    const length = chunk.getUint32(4, true);
    if (chunk.getUint32(0) === 0x45584946) return orientationIn(await viewOf(file, at + CHUNK_HEAD, length));
    at += CHUNK_HEAD + length + (length % 2);
  }
  return 1;
}

/**
 * Turns a bitmap by an EXIF orientation, pixel for pixel.
 * @returns a new bitmap; the given one is closed
 */
export async function upright(image: ImageBitmap, orientation: number): Promise<ImageBitmap> {
  const { width, height } = image;
  const turned = orientation >= 5;
  const canvas = Object.assign(document.createElement('canvas'), { width: turned ? height : width, height: turned ? width : height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('There is no canvas to turn the picture on.');
  context.imageSmoothingEnabled = false;
  const [a, b, c, d, x, y] = TURNS[orientation - 2];
  context.setTransform(a, b, c, d, x * canvas.width, y * canvas.height);
  context.drawImage(image, 0, 0);
  image.close();
  return createImageBitmap(canvas);
}
