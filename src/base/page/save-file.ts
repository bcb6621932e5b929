/** The part of the File System Access API that saves; TypeScript's DOM does not know it yet. */
interface SavePicker {
  showSaveFilePicker(options: {
    suggestedName: string;
    types: { accept: Record<string, string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/**
 * Asks a person where to save. Call it at once in a press of a button.
 * @returns the file; `cancelled` where nothing was chosen; undefined where the browser cannot ask, so that the file is
 *   downloaded instead
 */
export async function chooseFile(name: string, type: string): Promise<FileSystemFileHandle | 'cancelled' | undefined> {
  const picker = globalThis as Partial<SavePicker>;
  if (!picker.showSaveFilePicker) return undefined;
  try {
    return await picker.showSaveFilePicker({ suggestedName: name, types: [{ accept: { [type]: [name.slice(name.lastIndexOf('.'))] } }] });
  } catch (error) {
    // Refused otherwise (in a frame, by a policy): a download may still do.
    return error instanceof DOMException && error.name === 'AbortError' ? 'cancelled' : undefined;
  }
}

/** How long a download may take to begin, milliseconds: its address must stay good until then. */
const ADDRESS_LIFE = 10 * 60_000;

/**
 * Has the browser download a file under a name. It is read from where it lies, not copied into memory.
 *
 * @param onlyCopy whether the file is nowhere else: it is then held for as long as the page lives, since no browser tells when a
 *   person has said where to save, or that a download ended
 */
export function downloadFile(file: Blob, name: string, { onlyCopy = false } = {}): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  if (!onlyCopy) setTimeout(() => URL.revokeObjectURL(address), ADDRESS_LIFE);
}
