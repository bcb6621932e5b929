import { writeAll } from '../../../base/worker/private-files';
import type { ByteSource } from '../../shared/video/video-cut';

/** A file that grows and may be written over. */
export interface GrowingFile extends ByteSource {
  /** @throws DOMException `QuotaExceededError` where there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /** Makes what was written safe. */
  flush(): void;
  close(): void;
}

/** Browsers give quota in steps of about this size, bytes. */
const STEP = 1 << 20;

/** A file of the private file system, held open. */
export class DeviceFile implements GrowingFile {
  size: number;
  /** Size up to which it could grow when that was tried. */
  #capacity: number;

  private constructor(private readonly access: FileSystemSyncAccessHandle) {
    this.size = access.getSize();
    this.#capacity = this.size;
  }

  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<DeviceFile> {
    return new DeviceFile(await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle());
  }

  /**
   * Tries how far it can grow: by `wanted` bytes, or as far as there is room, to a step. Chromium keeps what was granted for
   * an open file until it is closed, also where the file is made short again at once: that room is held back.
   * `navigator.storage.estimate()` does not tell how much there is: in Chromium it always says that 10 GiB are left (its
   * StaticStorageQuota, against fingerprinting), while a write beyond the true limit fails.
   * @returns bytes that it can grow by
   */
  hold(wanted: number): number {
    if (this.#capacity - this.size >= wanted || this.#reach(this.size + wanted + STEP)) return this.#capacity - this.size;
    let low = Math.max(this.#capacity, this.size);
    for (let high = this.size + wanted + STEP; high - low > STEP; ) {
      const middle = Math.round((low + high) / 2);
      if (this.#reach(middle)) low = middle;
      else high = middle;
    }
    return low - this.size;
  }

  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    return bytes.subarray(0, this.access.read(bytes, { at }));
  }

  truncate(size: number): void {
    this.access.truncate(size);
    this.size = size;
  }

  write(bytes: Uint8Array, at: number): void {
    writeAll(this.access, bytes, at);
    this.size = Math.max(this.size, at + bytes.length);
  }

  flush(): void {
    this.access.flush();
  }

  close(): void {
    this.access.close();
  }

  #reach(size: number): boolean {
    try {
      this.access.truncate(size);
      this.#capacity = size;
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'QuotaExceededError') return false;
      throw error;
    } finally {
      this.access.truncate(this.size);
    }
  }
}
