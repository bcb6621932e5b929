import { proxy, transfer, wrap, type Remote } from 'comlink';
import { Fault } from '../../../base/shared/fault';
import type {
  FrameInput,
  LoadedModel,
  LoadRequest,
  Recognition,
  RecogniseOptions,
  RecogniserApi,
  StoredModel,
} from '../../shared/recogniser';
import type { LoadProgress } from '../../../base/shared/model';
import type { WorkerCapabilities } from '../../../engine/capabilities';
import type { SmootherOptions } from '../../shared/label-smoother';

/** Time limits, milliseconds. Generous: a slow phone under load must not be told that its worker is broken. */
export interface ClientTimeouts {
  /** From the worker's creation to its first answer. */
  readonly start: number;
  /** From the last sign of progress of a load to the next. */
  readonly load: number;
  /** One recognition. */
  readonly recognise: number;
}

export const DEFAULT_TIMEOUTS: ClientTimeouts = { start: 20_000, load: 90_000, recognise: 30_000 };

/** Starts the recogniser's worker. The app gives it, as its worker joins what several features do. */
export type WorkerFactory = () => Worker;

function transferablesOf(frame: FrameInput): Transferable[] {
  return 'data' in frame ? [frame.data.buffer as ArrayBuffer] : [frame];
}

interface Watch {
  /** Milliseconds until the call counts as lost. */
  readonly limit: number;
  readonly late: Fault;
  /** Is given a function that starts the limit anew. */
  readonly onArmed?: (restart: () => void) => void;
}

/**
 * One recogniser worker, from start to end. Every call ends: with the answer, with the worker's fault, or with
 * `worker-crashed` or `worker-hung`. After a crash the client is dead: dispose of it and make another.
 */
export class RecogniserClient {
  readonly #worker: Worker;
  readonly #remote: Remote<RecogniserApi>;
  readonly #died: Promise<never>;
  #die: (fault: Fault) => void = () => undefined;
  #dead: Fault | undefined;

  private constructor(
    worker: Worker,
    private readonly timeouts: ClientTimeouts,
  ) {
    this.#worker = worker;
    this.#remote = wrap<RecogniserApi>(worker);
    this.#died = new Promise<never>((_, reject) => {
      this.#die = (fault) => {
        this.#dead ??= fault;
        reject(fault);
      };
    });
    // Nobody may be waiting when it dies.
    this.#died.catch(() => undefined);
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die(Fault.from(new Error(event.message || 'The worker script could not be run.'), 'worker-crashed'));
    });
    worker.addEventListener('messageerror', () => {
      this.#die(new Fault('worker-crashed', 'A message from the worker could not be read.'));
    });
  }

  /**
   * Starts a worker and waits for its first answer.
   * @throws Fault `worker-crashed` or `start-timeout`
   */
  static async start(
    spawn: WorkerFactory,
    timeouts: ClientTimeouts = DEFAULT_TIMEOUTS,
  ): Promise<{ client: RecogniserClient; capabilities: WorkerCapabilities }> {
    const client = new RecogniserClient(spawn(), timeouts);
    try {
      const capabilities = await client.#call(() => client.#remote.capabilities(), {
        limit: timeouts.start,
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
    return this.#dead;
  }

  /** Calls back once, when the worker ends, by itself or by `dispose`. */
  onDeath(callback: (fault: Fault) => void): void {
    this.#died.catch((error: unknown) => callback(Fault.from(error, 'worker-crashed')));
  }

  /** See {@link RecogniserApi.quickIntegers}. */
  quickIntegers(): Promise<boolean> {
    return this.#call(() => this.#remote.quickIntegers(), {
      limit: this.timeouts.start,
      late: new Fault('worker-hung', 'The worker gave no answer when the processor was timed.'),
    });
  }

  load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    return this.#withProgress(onProgress, (report) => this.#remote.load(request, report));
  }

  /** @param frame is transferred: gone for the caller whatever happens */
  recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    return this.#call(() => this.#remote.recognise(transfer(frame, transferablesOf(frame)), options), {
      limit: this.timeouts.recognise,
      late: new Fault('worker-hung', `The worker gave no answer for a frame within ${this.timeouts.recognise} ms.`),
    });
  }

  /** Times the network alone, see {@link RecogniserApi.measure}; milliseconds of each run. */
  measure(runs: number, limitMs: number): Promise<number[]> {
    return this.#call(() => this.#remote.measure(runs, limitMs), {
      limit: this.timeouts.recognise + limitMs,
      late: new Fault('worker-hung', 'The worker gave no answer when the network was timed.'),
    });
  }

  configure(options: SmootherOptions): Promise<void> {
    return this.#call(() => this.#remote.configure(options));
  }

  adopt(file: File, onProgress: (progress: LoadProgress) => void): Promise<StoredModel> {
    return this.#withProgress(onProgress, (report) => this.#remote.adopt(file, report));
  }

  storedModels(): Promise<StoredModel[]> {
    return this.#call(() => this.#remote.storedModels());
  }

  deleteStoredModel(id: string): Promise<void> {
    return this.#call(() => this.#remote.deleteStoredModel(id));
  }

  /** Ends the worker; all that it held, WASM memory included, goes back. Calls in flight end with `worker-crashed`. */
  dispose(): void {
    this.#worker.terminate();
    this.#die(new Fault('worker-crashed', 'The worker was ended.'));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #withProgress<T>(
    onProgress: (progress: LoadProgress) => void,
    call: (report: (progress: LoadProgress) => void) => Promise<T>,
  ): Promise<T> {
    let restart = (): void => undefined;
    const report = proxy((progress: LoadProgress) => {
      restart();
      onProgress(progress);
    });
    return this.#call(() => call(report), {
      limit: this.timeouts.load,
      late: new Fault('worker-hung', `Loading the model made no progress for ${this.timeouts.load} ms.`),
      onArmed: (arm) => (restart = arm),
    });
  }

  async #call<T>(call: () => Promise<T>, watch?: Watch): Promise<T> {
    if (this.#dead) throw this.#dead;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const contenders: Promise<T>[] = [this.#died];
    if (watch) {
      contenders.push(
        new Promise<never>((_, reject) => {
          const arm = (): void => {
            clearTimeout(timer);
            timer = setTimeout(() => {
              this.#die(watch.late);
              reject(watch.late);
            }, watch.limit);
          };
          arm();
          watch.onArmed?.(arm);
        }),
      );
    }
    try {
      return await Promise.race([call(), ...contenders]);
    } catch (error) {
      throw Fault.from(error, 'engine-failed');
    } finally {
      clearTimeout(timer);
    }
  }
}
