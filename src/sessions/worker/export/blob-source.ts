import type { ByteSource } from '../../shared/video/video-cut';

/** What is read at a time, bytes: boxes stand close together. */
const BLOCK = 1 << 16;

/** A file that is read where it lies, piece by piece and at once, as workers alone may. */
export class BlobBytes implements ByteSource {
  readonly #reader = new FileReaderSync();
  #block = new Uint8Array();
  #at = 0;

  constructor(private readonly blob: Blob) {}

  get size(): number {
    return this.blob.size;
  }

  read(at: number, length: number): Uint8Array {
    if (at < this.#at || at + length > this.#at + this.#block.length) {
      this.#block = new Uint8Array(this.#reader.readAsArrayBuffer(this.blob.slice(at, at + Math.max(length, BLOCK))));
      this.#at = at;
    }
    return this.#block.subarray(at - this.#at, at - this.#at + length);
  }
}
