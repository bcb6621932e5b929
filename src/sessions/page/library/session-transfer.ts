import { callback, releaseCallback } from '../../../base/page/worker-callback';
import { WorkerLink, type WorkerFactory } from '../../../base/page/worker-link';
import type { SessionManifest } from '../../shared/session';
import type { DatasetDefinition, Side } from '../../shared/dataset/dataset';
import { stillsOf, type Still } from '../../shared/dataset/still';
import { StillReader } from '../still-source';
import type { AnnotationReport, DatasetPlan, DatasetRequest, ExportedFile, ExportRequest, FeatureLook, FeaturesRequest, FrameTimes, SessionsRequest, SessionTransferApi, SidePicture, TakenPicture, TransferProgress } from '../../shared/session-export';

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
  #holding: WorkerLink<SessionTransferApi> | undefined;

  /** The pictures of no session that are kept; none where nobody says. */
  stills = new StillReader(() => Promise.resolve({ keptPictures: () => Promise.resolve([]) }), () => []);

  constructor(private readonly spawn: WorkerFactory = spawnWorker) {}

  /** @param target as `SessionTransferApi.export` */
  export(request: ExportRequest | DatasetRequest | SessionsRequest, target: FileSystemFileHandle | undefined, onProgress: OnProgress): Transfer<ExportedFile> {
    // What the last export left on the device is removed by the next.
    this.#holding?.end();
    const call = async (remote: SessionTransferApi, report: OnProgress): Promise<ExportedFile> =>
      'dataset' in request
        ? remote.exportDataset(request, await this.#stillsOf(request.dataset), target, report)
        : 'sessionIds' in request ? remote.exportSessions(request, target, report) : remote.export(request, target, report);
    return this.#run(call, onProgress, target === undefined);
  }

  /** As `SessionTransferApi.exportFeatures`. */
  exportFeatures(request: FeaturesRequest, look: FeatureLook, target: FileSystemFileHandle | undefined, onProgress: OnProgress): Transfer<ExportedFile> {
    this.#holding?.end();
    const looking = callback(look);
    const transfer = this.#run(async (remote, report) => remote.exportFeatures(request, 'dataset' in request.of ? await this.#stillsOf(request.of.dataset) : [], target, looking, report), onProgress, target === undefined);
    return { ...transfer, result: transfer.result.finally(() => releaseCallback(looking)) };
  }

  /** As `SessionTransferApi.planDataset`. */
  planDataset(dataset: DatasetDefinition): Transfer<DatasetPlan> {
    return this.#run(async (remote) => remote.planDataset(dataset, await this.#stillsOf(dataset)), () => undefined, false);
  }

  /** As `SessionTransferApi.lookThrough`. */
  lookThrough(dataset: DatasetDefinition, from: number, take: (picture: TakenPicture) => Promise<void>): Transfer<void> {
    const taking = callback(take);
    const transfer = this.#run(async (remote) => remote.lookThrough(dataset, await this.#stillsOf(dataset), from, taking), () => undefined, false);
    return { ...transfer, result: transfer.result.finally(() => releaseCallback(taking)) };
  }

  /** As `SessionTransferApi.sidePictures`. */
  sidePictures(dataset: DatasetDefinition, side: Side, take: (picture: SidePicture) => Promise<void>): Transfer<void> {
    const taking = callback(take);
    const transfer = this.#run(async (remote) => remote.sidePictures(dataset, await this.#stillsOf(dataset), side, taking), () => undefined, false);
    return { ...transfer, result: transfer.result.finally(() => releaseCallback(taking)) };
  }

  import(zip: File, onProgress: OnProgress): Transfer<SessionManifest> {
    return this.#run((remote, report) => remote.import(zip, report), onProgress, false);
  }

  /** As `SessionTransferApi.importAnnotations`. */
  importAnnotations(json: File): Transfer<AnnotationReport> {
    return this.#run((remote) => remote.importAnnotations(json), () => undefined, false);
  }

  /** As `SessionTransferApi.frameTimes`. */
  frameTimes(sessionId: string): Transfer<FrameTimes> {
    return this.#run((remote) => remote.frameTimes(sessionId), () => undefined, false);
  }

  dispose(): void {
    this.#holding?.end();
    this.#holding = undefined;
  }

  async #stillsOf({ stills }: DatasetDefinition): Promise<readonly Still[]> {
    return stills.length === 0 ? [] : stillsOf(stills, await this.stills.all());
  }

  #run<T>(
    call: (remote: SessionTransferApi, report: OnProgress) => Promise<T> | T,
    onProgress: OnProgress,
    keep: boolean,
  ): Transfer<T> {
    const link = new WorkerLink<SessionTransferApi>(this.spawn, {
      name: 'The export worker',
      crashed: 'worker-crashed',
      failed: 'export-failed',
    });
    let cancelled = false;
    const work = async (): Promise<T | undefined> => {
      const report = callback((progress: TransferProgress) => {
        if (!cancelled) onProgress(progress);
      });
      try {
        const result = await link.call(async (remote) => call(remote as unknown as SessionTransferApi, report));
        if (keep) this.#holding = link;
        else link.end();
        return result;
      } catch (error) {
        if (cancelled) return undefined;
        link.end();
        throw error;
      } finally {
        releaseCallback(report);
      }
    };
    return {
      result: work(),
      cancel: () => {
        cancelled = true;
        link.end();
      },
    };
  }
}
