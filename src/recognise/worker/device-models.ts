import { Fault } from '../../base/shared/fault';
import type { ModelManifest } from '../../base/shared/model';
import { hasPrivateFiles, writeAll } from '../../base/worker/private-files';
import { isModelManifest } from '../../base/shared/manifest-check';
import { freeName, isTaken } from '../shared/model-names';
import { MODEL_FILE, MODELS_FOLDER, type KeptModels, type StoredModel, type TakenModel } from '../shared/recogniser';

const MANIFEST_FILE = 'manifest.json';
/** Holds the manifest that is being put in place of another one: one of the two is whole at any time. */
const NEXT_MANIFEST_FILE = 'manifest-next.json';
/** Of a kept file in memory at a time when it is compared, bytes. */
const COMPARED_BYTES = 4 * 2 ** 20;

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
    writeAll(access, bytes, 0);
    // Not before: on a device with no room what was there would be gone, and nothing in its place.
    access.truncate(bytes.length);
    access.flush();
  } finally {
    access.close();
  }
}

async function readJson(folder: FileSystemDirectoryHandle, name: string): Promise<unknown> {
  try {
    return JSON.parse(await (await (await folder.getFileHandle(name)).getFile()).text());
  } catch {
    return undefined;
  }
}

type Told = Partial<Record<keyof StoredModel, unknown>> | null | undefined;

/** What a folder's manifest tells; undefined where it has none that can be read, or one of another model. */
async function readStored(folder: FileSystemDirectoryHandle): Promise<StoredModel | undefined> {
  for (const name of [MANIFEST_FILE, NEXT_MANIFEST_FILE]) {
    const { manifest, storedAt } = ((await readJson(folder, name)) as Told) ?? {};
    if (isModelManifest(manifest) && manifest.id === folder.name && typeof storedAt === 'number') return { manifest, storedAt };
  }
  return undefined;
}

/** The name in a manifest that tells no more than that. */
async function readName(folder: FileSystemDirectoryHandle): Promise<string | undefined> {
  const { manifest } = ((await readJson(folder, MANIFEST_FILE)) as Told) ?? {};
  const { name } = (manifest ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? name : undefined;
}

async function writeManifest(folder: FileSystemDirectoryHandle, stored: StoredModel): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(stored));
  await writeFile(folder, NEXT_MANIFEST_FILE, bytes);
  await writeFile(folder, MANIFEST_FILE, bytes);
  await folder.removeEntry(NEXT_MANIFEST_FILE);
}

/** Whether a folder has the model already, byte for byte. */
async function holds(folder: FileSystemDirectoryHandle, model: Uint8Array): Promise<boolean> {
  const file = await folder.getFileHandle(MODEL_FILE).then((handle) => handle.getFile()).catch(() => undefined);
  if (file?.size !== model.length) return false;
  for (let at = 0; at < model.length; at += COMPARED_BYTES) {
    const part = new Uint8Array(await file.slice(at, at + COMPARED_BYTES).arrayBuffer());
    if (!part.every((byte, i) => byte === model[at + i])) return false;
  }
  return true;
}

/** Earlier versions kept two models under one name: of these the later one is numbered, for good, as a new one is. Newest first, both. */
async function withNamesOfTheirOwn(models: readonly StoredModel[]): Promise<StoredModel[]> {
  const folder = await modelsFolder();
  const taken = models.map(({ manifest }) => manifest.name);
  const named: StoredModel[] = [];
  for (const { manifest, storedAt } of models.toReversed()) {
    const earlier = named.map((each) => each.manifest.name);
    const name = isTaken(manifest.name, earlier) ? freeName(manifest.name, [...taken, ...earlier]) : manifest.name;
    const stored = { manifest: { ...manifest, name }, storedAt };
    // Where there is no room for it, it is called so until there is; another tab may have removed it meanwhile.
    if (name !== manifest.name) await folder.getDirectoryHandle(manifest.id).then((own) => writeManifest(own, stored)).catch(() => undefined);
    named.unshift(stored);
  }
  return named;
}

/**
 * Models that a person put on the device, in OPFS: a folder each, whose manifest is written last. A folder that cannot be read, as an
 * interrupted write leaves it, is told of and kept: only a person removes it.
 */
export const deviceModels = {
  /**
   * Keeps a model, or gives it back where the browser keeps no files at all: in private windows Firefox has a private file system, and refuses
   * each call of it.
   * @throws Fault as `store` does
   */
  async take(manifest: ModelManifest, model: Uint8Array): Promise<TakenModel> {
    const keeps = hasPrivateFiles() && (await navigator.storage.getDirectory().then(() => true, () => false));
    if (!keeps) return { manifest, file: new Blob([model as Uint8Array<ArrayBuffer>]) };
    await this.store(manifest, model);
    return { manifest, file: undefined };
  },

  /**
   * Keeps a model, or corrects and repairs what is kept of it: its id is its file's checksum.
   * @throws Fault `storage-failed` where the device has no room or no private file system; what was kept before still is, and nothing else
   */
  async store(manifest: ModelManifest, model: Uint8Array): Promise<StoredModel> {
    const folder = await modelsFolder();
    const stored: StoredModel = { manifest, storedAt: Date.now() };
    const before = await folder.getDirectoryHandle(manifest.id).catch(() => undefined);
    try {
      const own = before ?? (await folder.getDirectoryHandle(manifest.id, { create: true }));
      if (!(await holds(own, model))) await writeFile(own, MODEL_FILE, model);
      await writeManifest(own, stored);
    } catch (error) {
      if (!before) await folder.removeEntry(manifest.id, { recursive: true }).catch(() => undefined);
      throw new Fault('storage-failed', `The model could not be kept: ${String(error)}`, { cause: error });
    }
    return stored;
  },

  /** Newest first; empty where there is no private file system. */
  async list(): Promise<KeptModels> {
    const kept = { models: [] as StoredModel[], damaged: [] as { id: string; name: string | undefined }[] };
    if (!hasPrivateFiles()) return kept;
    for await (const [id, handle] of (await modelsFolder()).entries()) {
      if (handle.kind !== 'directory') continue;
      const stored = await readStored(handle);
      if (stored) kept.models.push(stored);
      else kept.damaged.push({ id, name: await readName(handle) });
    }
    kept.models.sort((a, b) => b.storedAt - a.storedAt);
    return { ...kept, models: await withNamesOfTheirOwn(kept.models) };
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
