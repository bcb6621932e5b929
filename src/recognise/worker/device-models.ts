import { Fault } from '../../base/shared/fault';
import type { ModelManifest } from '../../base/shared/model';
import { hasPrivateFiles, writeAll } from '../../base/worker/private-files';
import { MODEL_FILE, MODELS_FOLDER, type StoredModel } from '../shared/recogniser';

const MANIFEST_FILE = 'manifest.json';

async function modelsFolder(): Promise<FileSystemDirectoryHandle> {
  if (!hasPrivateFiles()) {
    throw new Fault('storage-failed', 'This browser has no private file system (OPFS), so a model cannot be kept.');
  }
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(MODELS_FOLDER, { create: true });
}

async function writeFile(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const access = await file.createSyncAccessHandle();
  try {
    access.truncate(0);
    writeAll(access, bytes, 0);
    access.flush();
  } finally {
    access.close();
  }
}

async function readStored(folder: FileSystemDirectoryHandle): Promise<StoredModel> {
  const file = await (await folder.getFileHandle(MANIFEST_FILE)).getFile();
  return JSON.parse(await file.text()) as StoredModel;
}

/**
 * Models that a person put on the device, in OPFS: a folder each, whose manifest is written last, so that a folder
 * without one is what an interrupted write left, and is removed.
 */
export const deviceModels = {
  /** @throws Fault `storage-failed` where the device has no room or no private file system; nothing is left behind then */
  async store(manifest: ModelManifest, model: Uint8Array): Promise<StoredModel> {
    const folder = await modelsFolder();
    const stored: StoredModel = { manifest, storedAt: Date.now() };
    const before = await folder.getDirectoryHandle(manifest.id).then(readStored).catch(() => undefined);
    try {
      const own = await folder.getDirectoryHandle(manifest.id, { create: true });
      // What is kept already is corrected: its id is its file's checksum.
      if (!before) await writeFile(own, MODEL_FILE, model);
      await writeFile(own, MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(stored)));
    } catch (error) {
      if (!before) await folder.removeEntry(manifest.id, { recursive: true }).catch(() => undefined);
      throw new Fault('storage-failed', `The model could not be kept: ${String(error)}`, { cause: error });
    }
    return stored;
  },

  /** Newest first; empty where there is no private file system. */
  async list(): Promise<StoredModel[]> {
    if (!hasPrivateFiles()) return [];
    const folder = await modelsFolder();
    const models: StoredModel[] = [];
    const broken: string[] = [];
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind !== 'directory') continue;
      try {
        models.push(await readStored(handle));
      } catch {
        broken.push(name);
      }
    }
    for (const name of broken) await folder.removeEntry(name, { recursive: true }).catch(() => undefined);
    return models.sort((a, b) => b.storedAt - a.storedAt);
  },

  /** @throws Fault `model-corrupt` where it is not there or cannot be read */
  async read(id: string): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const own = await (await modelsFolder()).getDirectoryHandle(id);
      const file = await (await own.getFileHandle(MODEL_FILE)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      throw new Fault('model-corrupt', `The kept model ${id} cannot be read: ${String(error)}`, { cause: error });
    }
  },
};
