import type { Page } from 'playwright-core';

/** A file as the system hands it to a browser. */
export interface HandedFile {
  readonly name: string;
  /** '' where the system knows no type. */
  readonly mimeType: string;
  readonly buffer: Buffer;
  /** When it was changed last, milliseconds since 1970; now if left out. */
  readonly lastModified?: number;
}

/** Lets files go over an element, as a drag out of the system's file manager does; the first one of a selector. */
export async function dropFiles(page: Page, files: readonly HandedFile[], over = 'sg-app'): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer, lastModified = Date.now() }) => ({ name, mimeType, lastModified, base64: buffer.toString('base64') }));
  await page.locator(over).first().evaluate((element, handed) => {
    const dataTransfer = new DataTransfer();
    for (const { name, mimeType, lastModified, base64 } of handed) {
      dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name, { type: mimeType, lastModified }));
    }
    for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }));
  }, plain);
}
