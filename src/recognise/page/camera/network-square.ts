/** Side of kept pictures, pixels: what the network's own resizing to 256 and crop to 224 leave as it is. */
const SIDE = 256;
const QUALITY = 0.85;

/** The middle square of a picture, which the network sees, as a small JPEG. */
export async function squarePicture(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const side = Math.min(width, height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be written as JPEG.'))), 'image/jpeg', QUALITY);
  });
}
