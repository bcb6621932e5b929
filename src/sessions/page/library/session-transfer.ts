import { proxy, wrap } from 'comlink';
import { Fault } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import type { ExportedFile, ExportRequest, FrameTimes, SessionTransferApi, TransferProgress } from '../../shared/session-export';

/** Makes the worker; a parameter so that tests can give another. */
export type TransferWorkerFactory = () => Worker;

function spawnWorker(): Worker {
  return new Worker(new URL('../../worker/session-transfer.worker.ts', import.meta.url), { type: 'module', name: 'session-transfer' });
}

/** An export or import that runs; it ends with its answer, a `Fault`, or undefined when it was cancelled. */
export interface Transfer<T> {
  readonly result: Promise<T | undefined>;
  /** Ends the worker at once. A chosen file stays as it was; nothing of a session is kept. */
  cancel(): void;
}

type OnProgress = (progress: TransferProgress) => void;

/** Exports and imports, each in a worker of its own: ending it gives back all that it held, whatever it was doing. */
export class SessionTransfer {
  /**
   * The workers whose files are still being downloaded: a worker holds the lock that keeps other tabs from removing them.
   */
  #holding: Worker | undefined;

  constructor(private readonly spawn: TransferWorkerFactory = spawnWorker) {}

  /** @param target as `SessionTransferApi.export` */
  export(request: ExportRequest, target: FileSystemFileHandle | undefined, onProgress: OnProgress): Transfer<ExportedFile> {
    // What the last export left on the device is removed by the next.
    this.#holding?.terminate();
    return this.#run((remote, report) => remote.export(request, target, report), onProgress, target === undefined);
  }

  import(zip: File, onProgress: OnProgress): Transfer<SessionManifest> {
    return this.#run((remote, report) => remote.import(zip, report), onProgress, false);
  }

  /** As `SessionTransferApi.frameTimes`. */
  frameTimes(sessionId: string): Transfer<FrameTimes> {
    return this.#run((remote) => remote.frameTimes(sessionId), () => undefined, false);
  }

  dispose(): void {
    this.#holding?.terminate();
    this.#holding = undefined;
  }

  #run<T>(
    call: (remote: SessionTransferApi, report: OnProgress) => Promise<T> | T,
    onProgress: OnProgress,
    keep: boolean,
  ): Transfer<T> {
    const worker = this.spawn();
    let cancelled = false;
    let end: (reason: Fault | undefined) => void = () => undefined;
    const ended = new Promise<undefined>((resolve, reject) => {
      end = (reason) => (reason ? reject(reason) : resolve(undefined));
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      end(new Fault('worker-crashed', event.message || 'The export worker could not be run.'));
    });
    worker.addEventListener('messageerror', () => end(new Fault('worker-crashed', 'A message from the export worker could not be read.')));
    const work = async (): Promise<T | undefined> => {
      try {
        const remote = wrap<SessionTransferApi>(worker);
        const report = proxy((progress: TransferProgress) => {
          if (!cancelled) onProgress(progress);
        });
        const result = await Promise.race([call(remote as unknown as SessionTransferApi, report), ended]);
        if (keep && !cancelled) this.#holding = worker;
        else worker.terminate();
        return result;
      } catch (error) {
        worker.terminate();
        throw Fault.from(error, 'export-failed');
      }
    };
    return {
      result: work(),
      cancel: () => {
        cancelled = true;
        end(undefined);
      },
    };
  }
}
