import type { OfflineProgress, OfflineRequest } from '../../../base/shared/offline';

/** Starts the worker that keeps the large files on the device. @returns a function that ends it, where it has not ended */
export function keepOffline(request: OfflineRequest, report: (progress: OfflineProgress) => void): () => void {
  const worker = new Worker(new URL('../../worker/keep-offline.worker.ts', import.meta.url), { type: 'module', name: 'keep-offline' });
  const end = (): void => worker.terminate();
  worker.addEventListener('message', ({ data }: MessageEvent<OfflineProgress>) => {
    if (data.phase !== 'keeping') end();
    report(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end();
    report({ phase: 'stopped', reason: 'failed', kept: 0, total: 0, rest: 0 });
  });
  worker.postMessage(request);
  return end;
}
