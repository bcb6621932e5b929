import { Fault } from '../shared/fault';
import type { LoadProgress, ModelPart } from '../shared/model';
import { chunksOf } from './async';

/** Lower-case hex SHA-256, undefined where the page is no secure context and the browser therefore has none. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  // Typed as always there, but missing on plain http.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
}

async function readInto(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  target: Uint8Array,
  onProgress: (progress: LoadProgress) => void,
): Promise<number> {
  let loaded = 0;
  for await (const chunk of chunksOf(body)) {
    if (loaded + chunk.length > target.length) return loaded + chunk.length;
    target.set(chunk, loaded);
    loaded += chunk.length;
    onProgress({ phase: 'download', loaded, total: target.length });
  }
  return loaded;
}

/**
 * Fetches a model's file, or a part of it, with progress, and checks length and SHA-256.
 *
 * @throws Fault `model-download` where it cannot be fetched, `model-corrupt` where it is not what the manifest says
 */
export async function downloadModel(
  url: string,
  part: ModelPart,
  onProgress: (progress: LoadProgress) => void,
  fetcher: typeof fetch = fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes: due } = part;
  const bytes = new Uint8Array(due);
  let loaded: number;
  try {
    const response = await fetcher(url);
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
    loaded = await readInto(response.body, bytes, onProgress);
  } catch (error) {
    throw new Fault('model-download', error instanceof Error ? error.message : String(error), { cause: error });
  }
  onProgress({ phase: 'verify', loaded, total: due });
  await checkFile(part, bytes, loaded);
  return bytes;
}

/** @throws Fault `model-corrupt` where a file's length or SHA-256 is not what the manifest says */
export async function checkFile({ file, bytes: due, sha256: wanted }: ModelPart, bytes: Uint8Array<ArrayBuffer>, length = bytes.length): Promise<void> {
  if (length !== due) throw new Fault('model-corrupt', `${file} has ${length} bytes where ${due} are due.`);
  const found = await sha256(bytes);
  if (found !== undefined && found !== wanted) throw new Fault('model-corrupt', `${file} has the SHA-256 ${found}, not ${wanted}.`);
}
