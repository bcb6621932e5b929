// What becomes of a person's kept models where their folders are damaged, or the device has no room.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelManifest } from '../../../src/base/shared/model';
import { deviceModels } from '../../../src/recognise/worker/device-models';
import { memoryFiles, type MemoryFolder } from '../../support/memory-files';

const disk = memoryFiles();
const MODEL = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const manifest: ModelManifest = {
  id: 'device-0123456789abcdef', name: 'Äpfel', architecture: 'classifier', licence: 'MIT', source: 'apples.onnx, dropped onto the page',
  preprocessing: { resize: 256, crop: 224, interpolation: 'bilinear', mean: [0, 0, 0], std: [1, 1, 1] },
  ports: { input: 'x', layout: 'nchw', numbers: 'float32', size: 224, scores: 'y', answers: 'scores' },
  classNames: ['a', 'b'],
  variants: [{ precision: 'fp32', file: 'model.onnx', bytes: MODEL.length, sha256: '0'.repeat(64) }],
};

const models = (): Promise<MemoryFolder> => disk.root.getDirectoryHandle('models', { create: true });
const own = async (): Promise<MemoryFolder> => (await models()).getDirectoryHandle(manifest.id, { create: true });
const put = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  (await (await own()).getFileHandle(name, { create: true })).bytes = bytes;
};
const putText = (name: string, text: string): Promise<void> => put(name, new TextEncoder().encode(text));

/** The device takes no more of a file from now on. */
async function fill(name: string): Promise<void> {
  const file = await (await own()).getFileHandle(name, { create: true });
  const open = file.createSyncAccessHandle.bind(file);
  vi.spyOn(file, 'createSyncAccessHandle').mockImplementation(async () => ({ ...(await open()), write: () => 0 }));
}

describe('models kept on the device', () => {
  beforeEach(() => disk.clear());

  it('are listed also where another tab removes one of a name that was kept twice meanwhile', async () => {
    const [first] = [await deviceModels.store(manifest, MODEL), await deviceModels.store({ ...manifest, id: 'device-fedcba9876543210' }, MODEL)];
    const folder = await models();
    const get = folder.getDirectoryHandle.bind(folder);
    const gone = vi.spyOn(folder, 'getDirectoryHandle').mockImplementation((name, options) => (name.startsWith('device-') ? Promise.reject(new DOMException('gone', 'NotFoundError')) : get(name, options)));
    try {
      const { models: listed } = await deviceModels.list();
      expect(listed).toHaveLength(2);
      expect(listed.map((one) => one.manifest.name)).toContain(first.manifest.name);
    } finally {
      gone.mockRestore();
    }
  });

  it('are listed as they were kept, and read', async () => {
    const stored = await deviceModels.store(manifest, MODEL);
    expect(await deviceModels.list()).toEqual({ models: [stored], damaged: [] });
    expect(await deviceModels.read(manifest.id)).toEqual(MODEL);
    expect((await own()).paths()).toEqual(['model.onnx', 'manifest.json']);
  });

  it('are kept where the browser keeps files, and given back where it refuses each call', async () => {
    expect(await deviceModels.take(manifest, MODEL)).toEqual({ manifest, file: undefined });
    expect((await deviceModels.list()).models).toHaveLength(1);
    const refused = vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('Security error', 'SecurityError'));
    try {
      const { file } = await deviceModels.take(manifest, MODEL);
      expect(new Uint8Array(await (file ?? new Blob()).arrayBuffer())).toEqual(MODEL);
    } finally {
      refused.mockRestore();
    }
  });

  it.each(['manifest.json', 'manifest-next.json'])('stay as they were where a correction finds no room for %s', async (name) => {
    const stored = await deviceModels.store(manifest, MODEL);
    await fill(name);
    await expect(deviceModels.store({ ...manifest, name: 'Pears' }, MODEL)).rejects.toMatchObject({ code: 'storage-failed' });
    expect(await deviceModels.list()).toEqual({ models: [stored], damaged: [] });
    expect(await deviceModels.read(manifest.id)).toEqual(MODEL);
  });

  it('are listed by the manifest that was about to be put in place, where the other is cut off', async () => {
    await deviceModels.store(manifest, MODEL);
    await putText('manifest-next.json', JSON.stringify({ manifest: { ...manifest, name: 'Pears' }, storedAt: 1 }));
    await putText('manifest.json', '{"manifest":{"id":"dev');
    expect((await deviceModels.list()).models.map((each) => each.manifest.name)).toEqual(['Pears']);
  });

  it('leave nothing where a new one finds no room', async () => {
    const name = 'model.onnx';
    await fill(name);
    const folder = await own();
    vi.spyOn(await models(), 'getDirectoryHandle').mockImplementation((_, { create } = {}) => (create ? Promise.resolve(folder) : Promise.reject(new DOMException('', 'NotFoundError'))));
    await expect(deviceModels.store(manifest, MODEL)).rejects.toMatchObject({ code: 'storage-failed' });
    expect((await models()).paths()).toEqual([]);
  });

  it.each<[string, string, string | undefined]>([
    ['is empty', '', undefined],
    ['is {}', '{}', undefined],
    ['is null', 'null', undefined],
    ['has no variants', JSON.stringify({ manifest: { ...manifest, variants: [] }, storedAt: 1 }), 'Äpfel'],
    ['is of another folder', JSON.stringify({ manifest: { ...manifest, id: 'device-1' }, storedAt: 1 }), 'Äpfel'],
    ['makes pictures of no size', JSON.stringify({ manifest: { ...manifest, preprocessing: {} }, storedAt: 1 }), 'Äpfel'],
    ['is called by a number', JSON.stringify({ manifest: { ...manifest, name: 3 }, storedAt: 1 }), undefined],
  ])('are told as damaged and kept where the manifest %s, and whole again once the file is given once more', async (_, text, name) => {
    await deviceModels.store(manifest, MODEL);
    await putText('manifest.json', text);
    expect(await deviceModels.list()).toEqual({ models: [], damaged: [{ id: manifest.id, name }] });
    expect(await deviceModels.read(manifest.id)).toEqual(MODEL);
    const stored = await deviceModels.store(manifest, MODEL);
    expect(await deviceModels.list()).toEqual({ models: [stored], damaged: [] });
  });

  it('are kept where a damaged one cannot be repaired for want of room', async () => {
    await deviceModels.store(manifest, MODEL);
    await putText('manifest.json', '');
    await fill('manifest-next.json');
    await expect(deviceModels.store(manifest, MODEL)).rejects.toMatchObject({ code: 'storage-failed' });
    expect(await deviceModels.read(manifest.id)).toEqual(MODEL);
  });

  it.each([
    ['shorter', MODEL.slice(0, 400)],
    ['longer', Uint8Array.from([...MODEL, 1])],
    ['as long, and another', MODEL.map((byte, i) => (i === 999 ? byte + 1 : byte))],
  ])('have their file repaired by the same one where it is %s', async (_, bytes) => {
    await deviceModels.store(manifest, MODEL);
    await put('model.onnx', bytes);
    await deviceModels.store(manifest, MODEL);
    expect(await deviceModels.read(manifest.id)).toEqual(MODEL);
  });

  it('have a whole file left alone', async () => {
    await deviceModels.store(manifest, MODEL);
    await fill('model.onnx');
    expect((await deviceModels.store({ ...manifest, name: 'Pears' }, MODEL)).manifest.name).toBe('Pears');
  });

  it('have names of their own where an earlier version kept two under one: the later ones are numbered, for good', async () => {
    const names = ['mine', 'Mine', 'mine (2)', 'yours'];
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const [i, name] of names.entries()) {
        vi.setSystemTime(1000 + i);
        await deviceModels.store({ ...manifest, id: `device-${i}`, name }, MODEL);
      }
    } finally {
      vi.useRealTimers();
    }
    const named = ['yours', 'mine (2)', 'Mine (3)', 'mine'];
    expect((await deviceModels.list()).models.map((each) => each.manifest.name)).toEqual(named);
    // The first of them is removed: sessions know the other by its number.
    await (await models()).removeEntry('device-0');
    expect((await deviceModels.list()).models.map((each) => [each.manifest.name, each.storedAt])).toEqual([['yours', 1003], ['mine (2)', 1002], ['Mine (3)', 1001]]);
  });
});
