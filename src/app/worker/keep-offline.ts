import { OFFLINE_LIST, type OfflineFile, type OfflineList, type OfflineProgress, type OfflineRequest } from '../../base/shared/offline';
import { chunksOf } from '../../base/worker/async';
import { alone, findKept, keep } from '../../base/worker/kept-files';
import { sha256 } from '../../base/worker/download';

type Report = (progress: OfflineProgress) => void;

/** Fetches a file at low priority; the whole of it is needed for its SHA-256. @throws Error where it is not what it should be */
async function fetchFile(url: string, file: OfflineFile, onBytes: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { priority: 'low' });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  const bytes = new Uint8Array(file.bytes);
  let loaded = 0;
  for await (const chunk of chunksOf(response.body)) {
    if (loaded + chunk.length > bytes.length) throw new Error(`${url} is longer than ${file.bytes} bytes`);
    bytes.set(chunk, loaded);
    loaded += chunk.length;
    onBytes(loaded);
  }
  if (loaded !== file.bytes || (await sha256(bytes)) !== file.sha256) throw new Error(`${url} is not what its list says`);
  return bytes;
}

function reasonOf(error: unknown): OfflineProgress['reason'] {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'no-room';
  // What fetch throws where the network is gone.
  return error instanceof TypeError ? 'no-network' : 'failed';
}

/**
 * Keeps the large files on the device that run, or all where a person asked for all, as far as they are not there yet, one after another; never
 * throws: the last report says what came of it.
 */
export async function keepOffline({ page, all, model, engine }: OfflineRequest, report: Report): Promise<void> {
  let kept = 0;
  let total = 0;
  let rest = 0;
  const say = (phase: OfflineProgress['phase'], more = 0, reason?: OfflineProgress['reason']): void =>
    report({ phase, kept: kept + more, total, rest, reason });
  try {
    const response = await fetch(new URL(OFFLINE_LIST, page));
    if (!response.ok) throw new Error(`${OFFLINE_LIST} answered ${response.status}`);
    const { files } = (await response.json()) as OfflineList;
    const keyOf = (file: OfflineFile): string => new URL(file.key, page).href;
    const there = await Promise.all(files.map(async (file) => (await findKept(keyOf(file))) !== undefined));
    const runs = (file: OfflineFile): boolean => (file.kind === 'engine' ? engine : keyOf(file) === model);
    const wanted = files.filter((file, i) => there[i] || all || runs(file));
    rest = files.reduce((sum, file) => sum + (wanted.includes(file) ? 0 : file.bytes), 0);
    const missing = files.filter((file, i) => wanted.includes(file) && !there[i]);
    total = wanted.reduce((sum, file) => sum + file.bytes, 0);
    kept = total - missing.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of missing) {
      say('keeping');
      await alone(keyOf(file), async () => {
        // Whoever was waited for may have kept it.
        if (await findKept(keyOf(file))) return;
        await keep(keyOf(file), await fetchFile(new URL(file.url, page).href, file, (bytes) => say('keeping', bytes)));
      });
      kept += file.bytes;
    }
    say('kept');
  } catch (error) {
    say('stopped', 0, reasonOf(error));
  }
}
