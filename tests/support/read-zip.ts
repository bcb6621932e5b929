import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';

/** The files of a zip by their names; folders are left out. */
export async function readZip(bytes: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(bytes)])));
  const files = new Map<string, Buffer>();
  for (const entry of await reader.getEntries()) {
    if (!entry.directory) files.set(entry.filename, Buffer.from(await entry.getData(new Uint8ArrayWriter())));
  }
  await reader.close();
  return files;
}
