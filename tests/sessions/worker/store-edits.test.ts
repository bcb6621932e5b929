import { beforeEach, describe, expect, it } from 'vitest';
import type { HumanEdit } from '../../../src/sessions/shared/session';
import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import { SessionStoreService } from '../../../src/sessions/worker/store/session-store-service';
import { memoryFiles } from '../../support/memory-files';
import { CAT, manifestOf } from '../../support/session-fixture';

const device = memoryFiles();
const put = (id: string): HumanEdit => ({ kind: 'put-span', span: { id, startUs: 0, endUs: 10, label: CAT } });

async function write(name: string, text: string): Promise<void> {
  const folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions', { create: true })).getDirectoryHandle('one', { create: true });
  const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
  const bytes = new TextEncoder().encode(text);
  access.write(bytes, { at: access.getSize() });
  access.close();
}

describe('edits of a session on the device', () => {
  let store: SessionStoreService;
  const counted = async (): Promise<[spans: number, bytes: number]> => {
    const { manifest } = await store.open('one');
    return [manifest.spans, manifest.bytes];
  };
  /** How often the file of edits was read. */
  let reads = 0;

  beforeEach(async () => {
    device.clear();
    await write('session.json', JSON.stringify(manifestOf({ id: 'one' })));
    await write('human.jsonl', toJsonLines([put('a'), put('b')]));
    store = new SessionStoreService();
    reads = 0;
    const history = store.history.bind(store);
    store.history = (id) => {
      reads++;
      return history(id);
    };
  });

  it('are counted without the file being read again', async () => {
    await store.edit('one', [put('c')]);
    const [spans, bytes] = await counted();
    expect(spans).toBe(3);
    await store.edit('one', [put('c'), { kind: 'delete-span', id: 'a' }]);
    const line = toJsonLines([put('c'), { kind: 'delete-span', id: 'a' }]).length;
    expect(await counted()).toEqual([2, bytes + line]);
    expect(reads).toBe(1);
  });

  it('are counted anew where somebody else wrote meanwhile', async () => {
    await store.edit('one', [put('c')]);
    await write('human.jsonl', toJsonLines([put('of another tab')]));
    await store.edit('one', [put('d')]);
    expect((await counted())[0]).toBe(5);
    expect(reads).toBe(2);
  });
});
