import { transfer, type Remote } from 'comlink';
import { callback, releaseCallback } from '../../../base/page/worker-callback';
import { WorkerLink, type WorkerFactory } from '../../../base/page/worker-link';
import { serveThreads } from '../../../engine/index';
import { Fault } from '../../../base/shared/fault';
import type {
  FrameInput,
  KeptModels,
  LoadedModel,
  LoadRequest,
  Recognition,
  RecogniseOptions,
  RecogniserApi,
  TakenModel,
  WorkerCapabilities,
} from '../../shared/recogniser';
import type { ModelDraft } from '../../shared/model-draft';
import type { LoadProgress, ModelManifest } from '../../../base/shared/model';
import type { SmootherOptions } from '../../shared/label-smoother';

/** Time limits, milliseconds. Generous: a slow phone under load must not be told that its worker is broken. */
export interface ClientTimeouts {
  /** From the worker's creation to its first answer. */
  readonly start: number;
  /** From the last sign of progress of a load to the next. */
  readonly load: number;
  /** One recognition. */
  readonly recognise: number;
  /** One recognition, where a worker that hangs is started anew without a word: less generous. Left out, as `recognise`. */
  readonly stall?: number;
}

/** An answer that takes longer is none for a worker that has shown it is quicker, milliseconds. */
export const STALL_MS = 8_000;
const DEFAULT_TIMEOUTS: ClientTimeouts = { start: 20_000, load: 90_000, recognise: 30_000, stall: STALL_MS };

function transferablesOf(frame: FrameInput): Transferable[] {
  return 'data' in frame ? [frame.data.buffer as ArrayBuffer] : [frame];
}

/**
 * One recogniser worker, from start to end. Every call ends: with the answer, with the worker's fault, or with
 * `worker-crashed` or `worker-hung`. After a crash the client is dead: dispose of it and make another.
 */
export class RecogniserClient {
  readonly #link: WorkerLink<RecogniserApi>;

  private constructor(
    spawn: WorkerFactory,
    private readonly timeouts: ClientTimeouts,
  ) {
    this.#link = new WorkerLink(() => serveThreads(spawn()), { name: 'The recogniser', crashed: 'worker-crashed', failed: 'engine-failed' });
  }

  /**
   * Starts a worker and waits for its first answer.
   * @throws Fault `worker-crashed` or `start-timeout`
   */
  static async start(
    spawn: WorkerFactory,
    timeouts: ClientTimeouts = DEFAULT_TIMEOUTS,
  ): Promise<{ client: RecogniserClient; capabilities: WorkerCapabilities }> {
    const client = new RecogniserClient(spawn, timeouts);
    try {
      const capabilities = await client.#link.call((remote) => remote.capabilities(), {
        fatal: true,
        ms: timeouts.start,
        late: new Fault('start-timeout', `The worker gave no answer within ${timeouts.start} ms of its start.`),
      });
      return { client, capabilities };
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  /** The fault that ended the worker, undefined while it lives. */
  get dead(): Fault | undefined {
    return this.#link.dead;
  }

  /** Calls back once, when the worker ends, by itself or by `dispose`. */
  onDeath(callback: (fault: Fault) => void): void {
    this.#link.onDeath(callback);
  }

  /** See {@link RecogniserApi.quickInt8}. */
  quickInt8(): Promise<boolean> {
    return this.#link.call((remote) => remote.quickInt8(), {
      fatal: true,
      ms: this.timeouts.start,
      late: new Fault('worker-hung', 'The worker gave no answer when the processor was timed.'),
    });
  }

  load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    return this.#withProgress(onProgress, (remote, report) => remote.load(request, report));
  }

  /**
   * @param frame is transferred: gone for the caller whatever happens
   * @param patient whether a slow device gets all the time that it may need; else the worker counts as hung sooner
   */
  recognise(frame: FrameInput, options: RecogniseOptions, patient = true): Promise<Recognition> {
    const ms = patient ? this.timeouts.recognise : (this.timeouts.stall ?? this.timeouts.recognise);
    if (this.#link.dead && 'close' in frame) frame.close();
    return this.#link.call((remote) => remote.recognise(transfer(frame, transferablesOf(frame)), options), {
      fatal: true,
      ms,
      late: new Fault('worker-hung', `The worker gave no answer for a frame within ${ms} ms.`),
    });
  }

  /** Times the network alone, see {@link RecogniserApi.measure}; milliseconds of each run. */
  measure(runs: number, limitMs: number, threads?: number): Promise<number[]> {
    return this.#link.call((remote) => remote.measure(runs, limitMs, threads), {
      fatal: true,
      ms: this.timeouts.recognise + limitMs,
      late: new Fault('worker-hung', 'The worker gave no answer when the network was timed.'),
    });
  }

  /** See {@link RecogniserApi.useThreads}. */
  useThreads(threads: number): Promise<void> {
    return this.#link.call((remote) => remote.useThreads(threads));
  }

  configure(options: SmootherOptions): Promise<void> {
    return this.#link.call((remote) => remote.configure(options));
  }

  /** See {@link RecogniserApi.inspect}. */
  inspect(files: readonly File[], onProgress: (progress: LoadProgress) => void): Promise<ModelDraft> {
    return this.#withProgress(onProgress, (remote, report) => remote.inspect(files, report));
  }

  /** See {@link RecogniserApi.reopen}. */
  reopen(manifest: ModelManifest, file?: Blob): Promise<ModelDraft> {
    return this.#link.call((remote) => remote.reopen(manifest, file));
  }

  /** See {@link RecogniserApi.keep}. */
  keep(manifest: ModelManifest): Promise<TakenModel> {
    return this.#link.call((remote) => remote.keep(manifest));
  }

  storedModels(): Promise<KeptModels> {
    return this.#link.call((remote) => remote.storedModels());
  }

  /** Ends the worker; all that it held, WASM memory included, goes back. Calls in flight end with `worker-crashed`. */
  dispose(): void {
    this.#link.end();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #withProgress<T>(
    onProgress: (progress: LoadProgress) => void,
    call: (remote: Remote<RecogniserApi>, report: (progress: LoadProgress) => void) => Promise<T>,
  ): Promise<T> {
    let restart = (): void => undefined;
    const report = callback((progress: LoadProgress) => {
      restart();
      onProgress(progress);
    });
    return this.#link.call((remote) => call(remote, report), {
      fatal: true,
      ms: this.timeouts.load,
      late: new Fault('worker-hung', `Loading the model made no progress for ${this.timeouts.load} ms.`),
      onArmed: (arm) => (restart = arm),
    }).finally(() => releaseCallback(report));
  }
}
