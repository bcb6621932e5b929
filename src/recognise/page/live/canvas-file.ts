const QUALITY = 0.92;

/** What a canvas shows, as a file. @throws Error where the browser writes none */
export function fileOf(canvas: HTMLCanvasElement, name: string, type: 'image/jpeg' | 'image/png'): Promise<File> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(new File([blob], name, { type })) : reject(new Error('The picture could not be written.'))), type, QUALITY);
  });
}
