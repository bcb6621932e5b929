import { Fault } from '../../contract/fault';
import type { SessionManifest } from '../../contract/session';
import type { ByteSource } from '../../domain/film/film-cut';
import { SNAPSHOTS, sessionFolder, sessionsFolder, writeAll, writeManifest } from './session-folder';

/** A file that grows and may be written over. */
export interface GrowingFile extends ByteSource {
  /** @throws DOMException `QuotaExceededError` where there is no room */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /** Makes what was written safe. */
  flush(): void;
  close(): void;
}

/** Where a session's files go while it is recorded. */
export interface SessionFiles {
  readonly keptIn: 'device' | 'memory';
  /** Bytes of all files. */
  readonly bytes: number;
  /** Bytes that may still be written; undefined where nobody knows. */
  bytesLeft(): Promise<number | undefined>;
  open(name: string): Promise<GrowingFile>;
  /** Keeps a snapshot's picture, flushed. */
  snapshot(name: string, picture: Blob): Promise<void>;
  manifest(manifest: SessionManifest): Promise<void>;
  /** All files by path, where they are in memory. */
  blobs(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob> | undefined;
  /** Removes all, where the recording could not even begin. */
  discard(): Promise<void>;
}

/** A file of the private file system, held open. */
export class DeviceFile implements GrowingFile {
  size: number;

  private constructor(private readonly access: FileSystemSyncAccessHandle) {
    this.size = access.getSize();
  }

  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<DeviceFile> {
    return new DeviceFile(await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle());
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
}

/** A session's folder in the private file system. */
export class DeviceFiles implements SessionFiles {
  readonly keptIn = 'device';
  readonly #files: GrowingFile[] = [];
  #snapshotBytes = 0;

  private constructor(
    private readonly id: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  static async create(id: string): Promise<DeviceFiles> {
    return new DeviceFiles(id, await sessionFolder(id, true));
  }

  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.size, this.#snapshotBytes);
  }

  async bytesLeft(): Promise<number | undefined> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage);
  }

  async open(name: string): Promise<GrowingFile> {
    const file = await DeviceFile.open(this.folder, name);
    this.#files.push(file);
    return file;
  }

  async snapshot(name: string, picture: Blob): Promise<void> {
    const folder = await this.folder.getDirectoryHandle(SNAPSHOTS, { create: true });
    const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
    try {
      writeAll(access, new Uint8Array(await picture.arrayBuffer()), 0);
      access.flush();
    } catch (error) {
      // Half a picture is none.
      access.close();
      await folder.removeEntry(name);
      throw error;
    }
    access.close();
    this.#snapshotBytes += picture.size;
  }

  manifest(manifest: SessionManifest): Promise<void> {
    return writeManifest(this.folder, manifest);
  }

  blobs(): undefined {
    return undefined;
  }

  async discard(): Promise<void> {
    for (const file of this.#files) file.close();
    await (await sessionsFolder()).removeEntry(this.id, { recursive: true });
  }
}

/** Memory is given in pieces of this size, bytes, so that a long film needs no copy when it grows. */
const PIECE = 1 << 20;
/** More than this a tab should not hold in memory, bytes: phones end it. */
const MEMORY_LIMIT = 256 * PIECE;

/** A file in memory. */
class MemoryFile implements GrowingFile {
  size = 0;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  constructor(private readonly room: () => number) {}

  write(bytes: Uint8Array, at: number): void {
    if (at + bytes.length - this.size > this.room()) throw new DOMException('Too much for memory.', 'QuotaExceededError');
    while (this.#pieces.length * PIECE < at + bytes.length) this.#pieces.push(new Uint8Array(PIECE));
    for (let done = 0; done < bytes.length; ) {
      const place = at + done;
      const from = place % PIECE;
      const part = bytes.subarray(done, done + PIECE - from);
      this.#pieces[Math.floor(place / PIECE)].set(part, from);
      done += part.length;
    }
    this.size = Math.max(this.size, at + bytes.length);
  }

  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    for (let done = 0; done < bytes.length; ) {
      const from = (at + done) % PIECE;
      const part = this.#pieces[Math.floor((at + done) / PIECE)].subarray(from, from + bytes.length - done);
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  truncate(size: number): void {
    this.#pieces.length = Math.ceil(size / PIECE);
    this.size = size;
  }

  flush(): void {
    // Memory has nothing to make safe.
  }

  close(): void {
    // Its bytes stay until they are handed over.
  }

  blob(type: string | undefined): Blob {
    return new Blob(this.#pieces.map((piece, i) => piece.subarray(0, this.size - i * PIECE)), { type });
  }
}

/** A session's files in memory, for browsers without a private file system. */
export class MemoryFiles implements SessionFiles {
  readonly keptIn = 'memory';
  readonly #files = new Map<string, MemoryFile>();
  readonly #blobs = new Map<string, Blob>();

  get bytes(): number {
    return [...this.#files.values(), ...this.#blobs.values()].reduce((sum, file) => sum + file.size, 0);
  }

  get #left(): number {
    return Math.max(0, MEMORY_LIMIT - this.bytes);
  }

  bytesLeft(): Promise<number> {
    return Promise.resolve(this.#left);
  }

  open(name: string): Promise<GrowingFile> {
    const file = new MemoryFile(() => this.#left);
    this.#files.set(name, file);
    return Promise.resolve(file);
  }

  snapshot(name: string, picture: Blob): Promise<void> {
    if (picture.size > this.#left) return Promise.reject(new Fault('storage-full', 'The pictures are too much for memory.'));
    this.#blobs.set(`${SNAPSHOTS}/${name}`, picture);
    return Promise.resolve();
  }

  manifest(manifest: SessionManifest): Promise<void> {
    this.#blobs.set('session.json', new Blob([`${JSON.stringify(manifest, undefined, 1)}\n`], { type: 'application/json' }));
    return Promise.resolve();
  }

  blobs(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob> {
    const files = [...this.#files].map(([name, file]): [string, Blob] => [name, file.blob(types[name])]);
    return new Map([...files, ...this.#blobs]);
  }

  discard(): Promise<void> {
    this.#files.clear();
    return Promise.resolve();
  }
}
