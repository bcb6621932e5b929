import { downloadFile } from './save-file';

/** Whether this browser can hand a file to other programs of the device (Web Share, level 2). */
export function canShare(file: File): boolean {
  const { canShare: can } = navigator as Partial<Navigator>;
  return can !== undefined && navigator.canShare({ files: [file] });
}

/**
 * Hands a file to what a person chooses, or saves it where the browser cannot share. Call it at once in a press of a button.
 * @returns what became of it; `cancelled` where a person chose nothing
 */
export async function shareFile(file: File): Promise<'shared' | 'saved' | 'cancelled'> {
  if (canShare(file)) {
    try {
      await navigator.share({ files: [file] });
      return 'shared';
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return 'cancelled';
      // Refused otherwise: a download may still do.
    }
  }
  downloadFile(file, file.name, { onlyCopy: false });
  return 'saved';
}
