import { Fault } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import { SNAPSHOTS } from '../store/session-folder';
import type { SessionFiles } from '../store/session-files';
import type { GrowingFile } from '../store/device-file';

/** Memory is given in pieces of this size, bytes, so that a long video needs no copy when it grows. */
const PIECE = 1 << 20;
/** More than this a tab should not hold in memory, bytes: phones end it. */
const MEMORY_LIMIT = 256 * PIECE;

/** A file in memory. */
class MemoryFile implements GrowingFile {
  size = 0;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  constructor(private readonly quota: () => number) {}

  write(bytes: Uint8Array, at: number): void {
    if (at + bytes.length - this.size > this.quota()) throw new DOMException('Too much for memory.', 'QuotaExceededError');
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

  read(at: number, length: number): Uint8Array<ArrayBuffer> {
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

  release(): void {
    // Memory holds no room.
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

  quota(): number {
    return this.#left;
  }

  open(name: string): Promise<GrowingFile> {
    const file = new MemoryFile(() => this.#left);
    this.#files.set(name, file);
    return Promise.resolve(file);
  }

  snapshot(name: string, image: Blob): Promise<void> {
    if (image.size > this.#left) return Promise.reject(new Fault('storage-full', 'The pictures are too much for memory.'));
    this.#blobs.set(`${SNAPSHOTS}/${name}`, image);
    return Promise.resolve();
  }

  stand(): Promise<boolean> {
    return Promise.resolve(true);
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }

  manifest(manifest: SessionManifest): Promise<void> {
    this.#blobs.set('session.json', new Blob([`${JSON.stringify(manifest, undefined, 1)}\n`], { type: 'application/json' }));
    return Promise.resolve();
  }

  blobs(types: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Blob>> {
    return Promise.resolve(this.remembered(types));
  }

  remembered(types: Readonly<Record<string, string>>): ReadonlyMap<string, Blob> {
    const files = [...this.#files].map(([name, file]): [string, Blob] => [name, file.blob(types[name])]);
    return new Map([...files, ...this.#blobs]);
  }

  discard(): Promise<void> {
    this.#files.clear();
    return Promise.resolve();
  }
}
