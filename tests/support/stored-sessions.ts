import type { Page } from 'playwright-core';
import type { HumanEdit, RecognitionEntry, SessionManifest } from '../../src/sessions/shared/session';

/** A session as it lies in the browser's private file system, read past the app. */
export interface StoredSession {
  readonly manifest: SessionManifest;
  readonly video: Buffer;
  readonly labels: readonly RecognitionEntry[];
  readonly human: readonly HumanEdit[];
  /** By name. */
  readonly snapshots: ReadonlyMap<string, Buffer>;
}

/** All files of the private file system under `sessions/`, by path. */
async function privateFiles(page: Page): Promise<Map<string, Buffer>> {
  const files = await page.evaluate(async () => {
    const found: [string, string][] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind === 'directory') {
          await walk(handle, `${path}${name}/`);
          continue;
        }
        const file = await handle.getFile();
        const url = await new Promise<string>((resolve) => {
          const reader = new FileReader();
          reader.onload = () => resolve(reader.result as string);
          reader.readAsDataURL(file);
        });
        found.push([path + name, url.slice(url.indexOf(',') + 1)]);
      }
    };
    const root = await navigator.storage.getDirectory();
    const sessions = await root.getDirectoryHandle('sessions').catch(() => undefined);
    if (sessions) await walk(sessions, '');
    return found;
  });
  return new Map(files.map(([path, base64]) => [path, Buffer.from(base64, 'base64')]));
}

function lines<T>(text: Buffer | undefined): T[] {
  return (text?.toString('utf8') ?? '').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

/** All sessions, the oldest first. @throws Error where a line or a manifest is no JSON */
export async function storedSessions(page: Page): Promise<StoredSession[]> {
  const files = await privateFiles(page);
  const ids = [...new Set([...files.keys()].map((path) => path.split('/')[0]))].sort();
  return ids.map((id) => {
    const manifest = JSON.parse(files.get(`${id}/session.json`)?.toString('utf8') ?? '') as SessionManifest;
    const snapshots = [...files].filter(([path]) => path.startsWith(`${id}/snapshots/`));
    return {
      manifest,
      video: files.get(`${id}/${manifest.film.file}`) ?? Buffer.alloc(0),
      labels: lines<RecognitionEntry>(files.get(`${id}/labels.jsonl`)),
      human: lines<HumanEdit>(files.get(`${id}/human.jsonl`)),
      snapshots: new Map(snapshots.map(([path, bytes]) => [path.slice(path.lastIndexOf('/') + 1), bytes])),
    };
  });
}
