import { makeZip } from 'client-zip';
import { chunksOf } from '../../../base/worker/async';
import type { ZipContent } from '../../shared/dataset/formats/format';
import type { OutputFile } from './output-file';

/** Bytes that are read of a file at a time. */
const CHUNK = 1 << 18;

/** Buffers that are lent for a chunk and come back when it is written. */
class Buffers {
  readonly #free: ArrayBuffer[] = [];
  /** A read gives the same memory as another object. */
  readonly #lent = new WeakSet<ArrayBuffer>();

  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(CHUNK);
  }

  lent(buffer: ArrayBuffer): void {
    this.#lent.add(buffer);
  }

  /** Takes back what was lent, once; what is anybody else's is left alone. */
  giveBack(buffer: ArrayBuffer): void {
    if (this.#lent.delete(buffer)) this.#free.push(buffer);
  }
}

/** The bytes of a file, into buffers that were written already where there are any, so that ten gigabytes leave no garbage. */
async function* bytesOf(blob: Blob, buffers: Buffers): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = blob.stream().getReader({ mode: 'byob' });
  } catch {
    // Browsers whose streams of files bring their own buffers.
    yield* chunksOf(blob.stream());
    return;
  }
  try {
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(buffers.take()));
      if (value) buffers.lent(value.buffer);
      if (done) {
        // The end hands the buffer back empty.
        if (value) buffers.giveBack(value.buffer);
        return;
      }
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Zips what comes, one file after the other, uncompressed: videos and images are so already. */
export async function writeZip(file: OutputFile, contents: AsyncIterable<ZipContent> | Iterable<ZipContent>, modified: Date): Promise<void> {
  const buffers = new Buffers();
  const inputs = async function* () {
    for await (const { name, input } of contents) {
      // A folder of its own, for classes without a picture.
      if (name.endsWith('/')) yield { name, lastModified: modified };
      else if (input instanceof Blob) yield { name, lastModified: modified, size: input.size, input: bytesOf(input, buffers) };
      else yield { name, lastModified: modified, input };
    }
  };
  for await (const chunk of chunksOf(makeZip(inputs()) as ReadableStream<Uint8Array<ArrayBuffer>>)) {
    await file.write(chunk);
    // Nothing else holds it once it is written.
    buffers.giveBack(chunk.buffer);
  }
}
