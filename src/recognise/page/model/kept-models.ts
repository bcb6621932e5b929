import { Fault } from '../../../base/shared/fault';
import type { ModelVariant } from '../../../base/shared/model';
import { ownModelTail } from '../../../base/shared/own-model';
import { FILES_CACHE, modelKey } from '../../../base/shared/offline';
import type { CatalogueEntry } from './model-catalogue';
import { MODEL_FILE, MODELS_FOLDER, type LoadedModel } from '../../shared/recogniser';

/** Key under which a file of the page's own models is kept; undefined for a person's own. */
function keptKey({ location }: CatalogueEntry, { file, sha256 }: ModelVariant): string | undefined {
  return location.kind === 'site' ? modelKey(new URL(file, location.baseUrl).href, sha256) : undefined;
}

/** The same of the file that runs; undefined where none does. */
export function runningKey(catalogue: readonly CatalogueEntry[], loaded: LoadedModel | undefined): string | undefined {
  const entry = catalogue.find(({ manifest }) => manifest.id === loaded?.manifest.id);
  const variant = entry?.manifest.variants.find(({ precision }) => precision === loaded?.precision);
  return entry && variant && keptKey(entry, variant);
}

/** Whether a model's file is on the device, so that nothing has to be fetched for it. */
export async function isKept(entry: CatalogueEntry, variant: ModelVariant): Promise<boolean> {
  const key = keptKey(entry, variant);
  if (key === undefined) return true;
  // Missing where the page is no secure context; refused where storage is switched off.
  const found = await (globalThis as { caches?: CacheStorage }).caches?.open(FILES_CACHE).then((files) => files.match(key)).catch(() => undefined);
  return found !== undefined;
}

async function keptModels(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(MODELS_FOLDER, { create: true });
}

/** The ONNX file of a kept model. @throws Fault `model-corrupt` where it cannot be read */
async function keptModelFile(id: string): Promise<File> {
  try {
    const folder = await (await keptModels()).getDirectoryHandle(id);
    return await (await folder.getFileHandle(MODEL_FILE)).getFile();
  } catch (error) {
    throw new Fault('model-corrupt', `The kept model ${id} cannot be read: ${String(error)}`, { cause: error });
  }
}

/**
 * Removes a kept model from the device, with no worker: it may be the one that no worker survives.
 * @throws Fault `model-stays` where the browser does not let it go
 */
export async function removeKeptModel(id: string): Promise<void> {
  try {
    await (await keptModels()).removeEntry(id, { recursive: true });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return;
    throw new Fault('model-stays', `The kept model ${id} could not be removed: ${String(error)}`, { cause: error });
  }
}

/** A person's own model with all that is set of it, as one ONNX file. @throws Fault `model-corrupt` where it cannot be read */
export async function ownModelFile({ manifest, location }: CatalogueEntry): Promise<File> {
  const file = location.kind === 'memory' ? location.file : await keptModelFile(manifest.id);
  return new File([file, ownModelTail(manifest)], `${fileStem(manifest.name)}.onnx`, { type: 'application/octet-stream' });
}

/** A name that every file system takes. */
function fileStem(name: string): string {
  return name.replace(/[^\p{L}\p{N} ._-]+/gu, '-').replace(/^[ .]+|[ .]+$/gu, '').slice(0, 80) || 'model';
}
