import { Fault } from '../../base/shared/fault';
import type { LoadProgress, ModelPart, ModelVariant } from '../../base/shared/model';
import { modelKey } from '../../base/shared/offline';
import { checkFile, downloadModel } from '../../base/worker/download';
import { alone, findKept, forget, keep } from '../../base/worker/kept-files';

type Report = (progress: LoadProgress) => void;

/** What a model can be started with. */
export interface ReadModel {
  readonly bytes: Uint8Array;
  /** Whether they are the first part alone: the same network with coarser weights. The whole follows in the background, and is kept. */
  readonly coarse: boolean;
}

/**
 * The bytes of one of the page's own models: kept on the device, else fetched, and kept in the background for the next time.
 * Length and SHA-256 are checked either way.
 *
 * @param early whether the first part of a file that is not kept will do, where it comes in two
 * @throws Fault as {@link downloadModel} does
 */
export function siteModel(url: string, variant: ModelVariant, early: boolean, onProgress: Report): Promise<ReadModel> {
  const key = modelKey(url, variant.sha256);
  return new Promise((resolve, reject) => {
    const run = async (): Promise<void> => {
      try {
        const kept = await readKept(url, key, variant, onProgress);
        if (kept) {
          resolve({ bytes: kept, coarse: false });
          return;
        }
        const parts = early && canJoin() ? variant.parts : undefined;
        const first = parts && (await firstPart(url, parts.first, variant.bytes, onProgress));
        if (first) resolve({ bytes: first, coarse: true });
        const bytes = first ? await joined(url, variant, parts.rest, first) : await downloadModel(url, variant, onProgress);
        resolve({ bytes, coarse: false });
        // Whoever waits for the same file goes on only once it is kept. No room is no reason to do without the model.
        await keep(key, bytes).catch(() => undefined);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const onWaiting = (): void => onProgress({ phase: 'download', loaded: 0, total: variant.bytes });
    alone(key, run, onWaiting).catch(reject);
  });
}

/** Whether a file can be put together of its parts, and another worker waits until it is kept: else the whole would be fetched once more. */
function canJoin(): boolean {
  return 'DecompressionStream' in globalThis && 'caches' in globalThis && 'locks' in navigator;
}

async function inflated(bytes: Uint8Array<ArrayBuffer>, length: number, { file }: ModelPart): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
  if (whole.length !== length) throw new Fault('model-corrupt', `${file} holds ${whole.length} bytes where ${length} are due.`);
  return whole;
}

/** Undefined where it cannot be had: then the whole is fetched, and that says what is wrong. */
async function firstPart(url: string, part: ModelPart, length: number, onProgress: Report): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await inflated(await downloadModel(new URL(part.file, url).href, part, onProgress), length, part);
  } catch {
    return undefined;
  }
}

/** Downloads with nobody watching: a connection that gives nothing for so long is given up, milliseconds. */
const STALL_MS = 30_000;

async function unwatched(url: string, part: ModelPart): Promise<Uint8Array<ArrayBuffer>> {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), STALL_MS);
  };
  wait();
  try {
    return await downloadModel(new URL(part.file, url).href, part, wait, (address) => fetch(address, { signal: stalled.signal }));
  } finally {
    clearTimeout(timer);
  }
}

/** The whole file. @param first stays as it is: a network is made of it meanwhile */
async function joined(url: string, variant: ModelVariant, rest: ModelPart, first: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await inflated(await unwatched(url, rest), variant.bytes, rest);
  for (let i = 0; i < bytes.length; i++) bytes[i] += first[i];
  await checkFile(variant, bytes);
  return bytes;
}

async function readKept(url: string, key: string, variant: ModelVariant, onProgress: Report): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await findKept(key);
  if (!found) return undefined;
  try {
    return await downloadModel(url, variant, onProgress, () => Promise.resolve(found));
  } catch {
    await forget(key);
    return undefined;
  }
}
