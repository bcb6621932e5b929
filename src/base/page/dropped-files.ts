import { MOST_DROPPED, type ImageProblem } from '../shared/image-problem';

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

/** What a drop or a paste has, taken within the event: its data is gone afterwards. */
export interface HandedFiles {
  /** null for what is no file. */
  readonly entries: readonly (FileSystemEntry | null)[];
  readonly files: readonly File[];
}

/** All files of a drop or a paste, those in folders included. What cannot be read is listed with the reason, and so is the first of too many. */
export async function droppedFiles({ entries: all, files: plain }: HandedFiles): Promise<DroppedFile[]> {
  const entries = all.filter((entry) => entry !== null);
  if (!entries.some((entry) => entry.isDirectory)) return plain.map((file) => ({ file, name: file.name }));
  const files: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}
