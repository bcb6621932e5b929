import { makeZip } from 'client-zip';
import { chunksOf } from '../../../base/worker/async';
import type { ZipContent } from '../../shared/dataset/formats/format';
import type { OutputFile } from './output-file';

/** Bytes that are read of a file at a time. */
const CHUNK = 1 << 18;

/** The bytes of a file, into buffers that were written already where there are any, so that ten gigabytes leave no garbage. */
async function* bytesOf(blob: Blob, written: ArrayBuffer[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
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
      const { value, done } = await reader.read(new Uint8Array(written.pop() ?? new ArrayBuffer(CHUNK)));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Zips what comes, one file after the other, uncompressed: videos and images are so already. */
export async function writeZip(file: OutputFile, contents: AsyncIterable<ZipContent> | Iterable<ZipContent>, modified: Date): Promise<void> {
  const written: ArrayBuffer[] = [];
  const inputs = async function* () {
    for await (const { name, input } of contents) {
      // A folder of its own, for classes without a picture.
      if (name.endsWith('/')) yield { name, lastModified: modified };
      else if (input instanceof Blob) yield { name, lastModified: modified, size: input.size, input: bytesOf(input, written) };
      else yield { name, lastModified: modified, input };
    }
  };
  for await (const chunk of chunksOf(makeZip(inputs()) as ReadableStream<Uint8Array<ArrayBuffer>>)) {
    await file.write(chunk);
    // Nothing else holds it once it is written.
    if (chunk.buffer.byteLength === CHUNK) written.push(chunk.buffer);
  }
}
