import { Fault } from '../../../base/shared/fault';
import type { ExportedFile } from '../../shared/session-export';
import { EXPORTS, holdExport, removeExports } from '../store/left-overs';
import { storageFault, writeAll } from '../../../base/worker/private-files';

/** A file that is written from its start to its end, or in places. */
export interface OutputFile {
  readonly bytes: number;
  write(bytes: Uint8Array, at?: number): Promise<void>;
  /** @returns the file, undefined where it is one that a person chose */
  close(): Promise<File | undefined>;
  /** Gives it up and removes what was written. */
  abort(): Promise<void>;
}

async function exportsFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(EXPORTS, { create: true });
}

/** A new file in the private file system, written in place. */
export async function temporaryFile(name: string): Promise<OutputFile> {
  try {
    // A folder of its own, so that the download has the right name.
    const id = crypto.randomUUID();
    await holdExport(id);
    const all = await exportsFolder();
    const folder = await all.getDirectoryHandle(id, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    const access = await handle.createSyncAccessHandle();
    let bytes = 0;
    return {
      get bytes() {
        return bytes;
      },
      write(chunk, at = bytes) {
        try {
          writeAll(access, chunk, at);
        } catch (error) {
          return Promise.reject(storageFault(error, 'The export could not be written'));
        }
        bytes = Math.max(bytes, at + chunk.length);
        return Promise.resolve();
      },
      close() {
        access.flush();
        access.close();
        return handle.getFile();
      },
      async abort() {
        access.close();
        await all.removeEntry(id, { recursive: true }).catch(() => undefined);
      },
    };
  } catch (error) {
    throw storageFault(error, 'The export could not be begun');
  }
}

/** More than this a tab should not hold in memory, bytes: phones end it. */
const MEMORY_LIMIT = 256 * 1024 * 1024;
/** A file in memory begins with room for so much, bytes, and doubles it. */
const FIRST_ROOM = 1 << 16;

/** A new file in memory, written from its start to its end or in places: for what is small, and for a device that is full. */
function memoryFile(name: string): OutputFile {
  let bytes = new Uint8Array(FIRST_ROOM);
  let size = 0;
  return {
    get bytes() {
      return size;
    },
    write(chunk, at = size) {
      const end = at + chunk.length;
      if (end > MEMORY_LIMIT) return Promise.reject(new Fault('storage-full', 'The export is too much for memory.'));
      if (end > bytes.length) {
        const longer = new Uint8Array(Math.min(MEMORY_LIMIT, Math.max(end, 2 * bytes.length)));
        longer.set(bytes);
        bytes = longer;
      }
      bytes.set(chunk, at);
      size = Math.max(size, end);
      return Promise.resolve();
    },
    close: () => Promise.resolve(new File([bytes.subarray(0, size)], name)),
    abort: () => Promise.resolve(),
  };
}

/** The file that a person chose. It is only replaced when it is closed. */
async function chosenFile(handle: FileSystemFileHandle): Promise<OutputFile> {
  let writable: FileSystemWritableFileStream;
  try {
    writable = await handle.createWritable();
  } catch (error) {
    throw storageFault(error, 'The chosen file cannot be written');
  }
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    async write(chunk, at = bytes) {
      try {
        await writable.write({ type: 'write', data: chunk as Uint8Array<ArrayBuffer>, position: at });
      } catch (error) {
        throw storageFault(error, 'The chosen file could not be written');
      }
      bytes = Math.max(bytes, at + chunk.length);
    },
    async close() {
      try {
        await writable.close();
      } catch (error) {
        throw storageFault(error, 'The chosen file could not be written');
      }
      return undefined;
    },
    async abort() {
      await writable.abort().catch(() => undefined);
    },
  };
}

/** Writes a stream to a file. */
export async function writeStream(file: OutputFile, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) await file.write(chunk);
}

/** Runs a job that writes a file; gives the file up where the job fails. */
export async function withFile<T>(file: OutputFile, job: (file: OutputFile) => Promise<T>): Promise<T> {
  try {
    return await job(file);
  } catch (error) {
    await file.abort();
    throw error instanceof Fault ? error : Fault.from(error, 'export-failed');
  }
}

/** Where an export is written to. */
export interface ExportPlace {
  /** The file that a person chose; undefined for one in the private file system. */
  readonly target: FileSystemFileHandle | undefined;
  /** Labels alone are small, and can be had on a device that is full: they stay in memory. */
  readonly small: boolean;
}

/** Writes an export; where the device has no room for it, in memory. What the last one left is removed first. */
export async function writeExport(name: string, { target, small }: ExportPlace, job: (file: OutputFile) => Promise<void>): Promise<ExportedFile> {
  await removeExports(false);
  const into = (output: OutputFile): Promise<ExportedFile> =>
    withFile(output, async (file) => {
      await job(file);
      const bytes = file.bytes;
      return { name, bytes, file: await file.close() };
    });
  if (target) return into(await chosenFile(target));
  if (small) return into(memoryFile(name));
  try {
    return await into(await temporaryFile(name));
  } catch (error) {
    const { code } = Fault.from(error, 'export-failed');
    if (code !== 'storage-full' && code !== 'storage-failed') throw error;
    return into(memoryFile(name));
  }
}
