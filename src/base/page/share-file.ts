import { downloadFile } from './save-file';

/** Whether this browser can hand a file to other programs of the device (Web Share, level 2). */
export function canShare(file: File): boolean {
  const { canShare: can } = navigator as Partial<Navigator>;
  return can !== undefined && navigator.canShare({ files: [file] });
}

/** What became of a file; `cancelled` where a person chose nothing, or chooses still. */
export type Handed = 'shared' | 'saved' | 'cancelled';

/**
 * Hands a file to what a person chooses, or saves it where the browser cannot share. Call it at once in a press of a button.
 * @param late what to do where the browser does not allow it, as after too long a time; gives undefined to have it saved
 */
export async function shareFile(file: File, late?: (file: File) => Promise<Handed | undefined>): Promise<Handed> {
  if (canShare(file)) {
    try {
      await navigator.share({ files: [file] });
      return 'shared';
    } catch (error) {
      const { name } = error as Partial<DOMException>;
      // Closed, or asked twice: the first choice is still open.
      if (name === 'AbortError' || name === 'InvalidStateError') return 'cancelled';
      const handed = name === 'NotAllowedError' && (await late?.(file));
      if (handed) return handed;
      // Refused otherwise: a download may still do.
    }
  }
  downloadFile(file, file.name, { onlyCopy: false });
  return 'saved';
}
