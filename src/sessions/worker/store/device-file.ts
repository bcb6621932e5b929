import { writeAll } from '../../../base/worker/private-files';
import type { ByteSource } from '../../shared/video/video-cut';

/** A file that grows and may be written over. */
export interface GrowingFile extends ByteSource {
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
  /** @throws DOMException `QuotaExceededError` where there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /** Gives back room that was taken for what is still to be written. */
  release(): void;
  /** Makes what was written safe. */
  flush(): void;
  close(): void;
}

/** Room is taken in pieces of this size, bytes: a disk that is full may have less than the next piece. */
const PIECE = 1 << 18;
/** No more than this is written at a time to take room, bytes: frames wait for it. */
const AT_ONCE = 1 << 22;
/**
 * Left free where the device has no more, bytes: browsers keep track of files in databases, and one that cannot be written on a full disk
 * (seen in Chromium 156) loses all files of the site.
 */
const SPARE = 1 << 20;
/** A device that gave no more is asked again so much later, milliseconds. */
const AGAIN_MS = 10_000;
/** What is read at a time where a file is handed over, bytes. */
const READ = 1 << 22;

/** What a file has taken of the device for what is still to be written. */
export interface HeldRoom {
  /** Bytes by which it can grow. */
  readonly bytes: number;
  /** Whether the device or the browser gave no more, though more was wanted. */
  readonly refused: boolean;
}

/** A file of the private file system, held open. */
export class DeviceFile implements GrowingFile {
  size: number;
  /** Where the file ends on the device: behind `size` there are zeros, which hold room. */
  #end: number;
  #refusedAt = -Infinity;

  private constructor(private readonly access: FileSystemSyncAccessHandle) {
    this.size = access.getSize();
    this.#end = this.size;
  }

  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<DeviceFile> {
    return new DeviceFile(await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle());
  }

  /** How long the file is on the device, with the room that it holds. */
  get end(): number {
    return this.#end;
  }

  /**
   * Takes room behind what was written: zeros, which nobody else can have then. To make the file longer only asks the browser's quota, and
   * neither that nor `navigator.storage.estimate()` tells how much the disk has (in Chromium the estimate always says that 10 GiB are left).
   * @param wanted bytes by which it is to be able to grow; a part of that at a time
   */
  hold(wanted: number): HeldRoom {
    const goal = this.size + Math.ceil(wanted);
    const stop = Math.min(goal, this.#end + AT_ONCE);
    let refused = this.#end < goal && performance.now() < this.#refusedAt + AGAIN_MS;
    while (this.#end < stop && !refused) {
      const zeros = new Uint8Array(Math.min(PIECE, stop - this.#end));
      const written = this.#fill(zeros);
      this.#end += written;
      if (written === zeros.length) continue;
      refused = true;
      this.#refusedAt = performance.now();
      this.#leave(SPARE);
    }
    return { bytes: this.#end - this.size, refused };
  }

  /**
   * Gives up room that is held, for another file beside this one.
   * @param bytes of the other file; what is always left free comes on top
   * @param least bytes that stay held
   * @returns whether there was as much
   */
  giveUp(bytes: number, least: number): boolean {
    if (this.#end - this.size < bytes + SPARE + least) return false;
    // Not to be taken back before the other file has it.
    this.#refusedAt = performance.now();
    return this.#leave(bytes + SPARE);
  }

  release(): void {
    if (this.#end > this.size) this.#shorten(this.size);
  }

  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    return bytes.subarray(0, this.access.read(bytes, { at }));
  }

  truncate(size: number): void {
    this.#shorten(size);
    this.size = size;
  }

  write(bytes: Uint8Array, at: number): void {
    writeAll(this.access, bytes, at);
    this.size = Math.max(this.size, at + bytes.length);
    this.#end = Math.max(this.#end, this.size);
  }

  flush(): void {
    this.access.flush();
  }

  close(): void {
    this.release();
    this.access.close();
  }

  /** All that was written, read back. It works as well where the file itself is gone from its folder. */
  blob(type: string | undefined): Blob {
    const pieces: Blob[] = [];
    for (let at = 0; at < this.size; ) {
      const bytes = this.read(at, READ);
      if (bytes.length === 0) break;
      pieces.push(new Blob([bytes]));
      at += bytes.length;
    }
    return new Blob(pieces, { type });
  }

  /** @returns whether the device took it back: where it does not, it stays held */
  #leave(bytes: number): boolean {
    try {
      this.#shorten(Math.max(this.size, this.#end - bytes));
      return true;
    } catch {
      return false;
    }
  }

  #shorten(end: number): void {
    this.access.truncate(end);
    this.#end = end;
  }

  /** @returns how much of it the device took: a full disk is told by Chromium as an error of another name than a full quota */
  #fill(zeros: Uint8Array): number {
    try {
      return this.access.write(zeros, { at: this.#end });
    } catch {
      return 0;
    }
  }
}
