// What the page does with kept models without a worker: how one is removed, and which one is being started.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removeKeptModel } from '../../src/recognise/page/model/kept-models';
import { StartMark } from '../../src/recognise/page/model/start-mark';
import { memoryFiles } from '../support/memory-files';

describe('removal of a kept model', () => {
  const disk = memoryFiles();
  beforeEach(() => disk.clear());

  it('removes it, and is content where it is gone already', async () => {
    const models = await disk.root.getDirectoryHandle('models', { create: true });
    await (await models.getDirectoryHandle('device-1', { create: true })).getFileHandle('model.onnx', { create: true });
    await removeKeptModel('device-1');
    expect(models.paths()).toEqual([]);
    await removeKeptModel('device-1');
  });

  it('says so where the browser does not let it go', async () => {
    const models = await disk.root.getDirectoryHandle('models', { create: true });
    vi.spyOn(models, 'removeEntry').mockRejectedValue(new DOMException('It is locked.', 'NoModificationAllowedError'));
    await expect(removeKeptModel('device-1')).rejects.toMatchObject({ code: 'model-stays', message: expect.stringContaining('It is locked.') as string });
  });
});

describe('the mark of a model that is being started', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('does without a place where the page\'s storage is full', async () => {
    vi.stubGlobal('localStorage', {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('The quota is exceeded.', 'QuotaExceededError');
      },
      removeItem: () => undefined,
    });
    const mark = new StartMark();
    expect(() => mark.begin('device-1')).not.toThrow();
    expect(await mark.left('device-1')).toBe(false);
    expect(() => mark.end()).not.toThrow();
  });
});
