import type { ModelVariant, LoadProgress } from '../../base/shared/model';
import { modelKey } from '../../base/shared/offline';
import { alone, findKept, forget, keep } from '../../base/worker/kept-files';
import { downloadModel } from '../../base/worker/download';

/**
 * The bytes of one of the page's own models: kept on the device, else fetched, and kept in the background for the next time.
 * Length and SHA-256 are checked either way.
 *
 * @throws Fault as {@link downloadModel} does
 */
export function siteModel(url: string, variant: ModelVariant, onProgress: (progress: LoadProgress) => void): Promise<Uint8Array<ArrayBuffer>> {
  const key = modelKey(url, variant.sha256);
  return new Promise((resolve, reject) => {
    const run = async (): Promise<void> => {
      try {
        const kept = await readKept(url, key, variant, onProgress);
        const bytes = kept ?? (await downloadModel(url, variant, onProgress));
        resolve(bytes);
        // Whoever waits for the same file goes on only once it is kept. No room is no reason to do without the model.
        if (!kept) await keep(key, bytes).catch(() => undefined);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const onWaiting = (): void => onProgress({ phase: 'download', loaded: 0, total: variant.bytes });
    alone(key, run, onWaiting).catch(reject);
  });
}

async function readKept(
  url: string,
  key: string,
  variant: ModelVariant,
  onProgress: (progress: LoadProgress) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await findKept(key);
  if (!found) return undefined;
  try {
    return await downloadModel(url, variant, onProgress, () => Promise.resolve(found));
  } catch {
    await forget(key);
    return undefined;
  }
}
