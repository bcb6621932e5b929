/**
 * Puts an image and a text for it on the clipboard; the text alone where the browser copies no images. Call it at once in a press of a button:
 * the image may come later.
 *
 * @param png makes it
 * @returns what is on the clipboard now, `unmade` for the text alone as the image could not be made; undefined where the browser refused
 */
export async function copyImage(png: () => Promise<Blob>, text: string): Promise<'image' | 'text' | 'unmade' | undefined> {
  let made = true;
  const image = async (): Promise<Blob> => {
    try {
      return await png();
    } catch (error) {
      made = false;
      throw error;
    }
  };
  const clipboard = navigator.clipboard as Partial<Clipboard> | undefined;
  try {
    if (typeof ClipboardItem !== 'undefined' && clipboard?.write) {
      await clipboard.write([new ClipboardItem({ 'image/png': image(), 'text/plain': new Blob([text], { type: 'text/plain' }) })]);
      return 'image';
    }
  } catch {
    // Refused, or no images: the words may be taken.
  }
  try {
    if (!clipboard?.writeText) return undefined;
    await clipboard.writeText(text);
    return made ? 'text' : 'unmade';
  } catch {
    return undefined;
  }
}
