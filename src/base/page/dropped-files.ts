import type { ImageProblem } from '../shared/image-problem';

/** Files that are taken at once: more is a disk, not a folder of images. */
export const MOST_DROPPED = 20_000;

/** A file and its path inside what was dropped. */
export interface DroppedFile {
  readonly file: File;
  readonly name: string;
  /** Why there is nothing in `file`; undefined where it is whole. */
  readonly problem?: Extract<ImageProblem, 'not-given' | 'left-out'>;
}

function readEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function collect(entry: FileSystemEntry, into: DroppedFile[]): Promise<void> {
  const name = entry.fullPath.replace(/^\//, '');
  const lacking = (problem: DroppedFile['problem']): void => void into.push({ file: new File([], entry.name), name, problem });
  if (into.length > MOST_DROPPED) return;
  try {
    if (entry.isFile) {
      if (into.length === MOST_DROPPED) lacking('left-out');
      else into.push({ file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)), name });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives its entries in portions (Chromium: 100) until it gives none.
    for (let some = await readEntries(reader); some.length > 0 && into.length <= MOST_DROPPED; some = await readEntries(reader)) {
      for (const child of some) await collect(child, into);
    }
  } catch {
    // Gone meanwhile, or not to be read: the others are taken all the same.
    lacking('not-given');
  }
}

/**
 * All files of a drop or a paste, those in folders included. Call it within the event: its data is gone afterwards. What cannot
 * be read is listed with the reason, and so is the first of too many.
 */
export async function droppedFiles(transfer: Pick<DataTransfer, 'items' | 'files'>): Promise<DroppedFile[]> {
  const entries = Array.from(transfer.items, (item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null)).filter((e) => e !== null);
  const plain = Array.from(transfer.files, (file) => ({ file, name: file.name }));
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  const files: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}
