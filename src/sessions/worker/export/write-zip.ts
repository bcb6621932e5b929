import { makeZip } from 'client-zip';
import { chunksOf } from '../../../base/worker/async';
import type { ZipContent } from '../../shared/dataset/formats/format';
import { writeStream, type OutputFile } from './output-file';

/** Zips what comes, one file after the other, uncompressed: videos and images are so already. */
export async function writeZip(file: OutputFile, contents: AsyncIterable<ZipContent> | Iterable<ZipContent>, modified: Date): Promise<void> {
  const inputs = async function* () {
    for await (const { name, input } of contents) {
      // A folder of its own, for classes without a picture.
      if (name.endsWith('/')) yield { name, lastModified: modified };
      else if (input instanceof Blob) yield { name, lastModified: modified, size: input.size, input: chunksOf(input.stream()) };
      else yield { name, lastModified: modified, input };
    }
  };
  await writeStream(file, chunksOf(makeZip(inputs()) as ReadableStream<Uint8Array<ArrayBuffer>>));
}
