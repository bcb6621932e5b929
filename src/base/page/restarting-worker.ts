import { wrap, type Remote } from 'comlink';
import { Fault } from '../shared/fault';

/**
 * The page's end of a worker that keeps things: started by the first call, and again by the next one after a crash. A call in
 * flight when the worker ends, ends with its fault.
 */
export class RestartingWorker<Api> {
  #worker: Worker | undefined;
  #remote: Remote<Api> | undefined;
  #fail: (fault: Fault) => void = () => undefined;
  #died: Promise<never> = new Promise(() => undefined);

  /** @param crashed the fault of a worker that failed with this message */
  constructor(
    private readonly spawn: () => Worker,
    private readonly crashed: (message: string) => Fault,
  ) {}

  /** @throws Fault what the worker threw (`storage-failed` unless it is a fault of its own), or why it ended */
  async call<T>(call: (remote: Remote<Api>) => Promise<T>): Promise<T> {
    const remote = this.#remote ?? this.#start();
    try {
      return await Promise.race([call(remote), this.#died]);
    } catch (error) {
      throw Fault.from(error, 'storage-failed');
    }
  }

  /** Ends the worker, if one runs; calls in flight end with the fault. */
  end(fault: Fault): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#remote = undefined;
    this.#fail(fault);
  }

  #start(): Remote<Api> {
    const worker = this.spawn();
    this.#died = new Promise<never>((_, reject) => (this.#fail = reject));
    // Nobody may be waiting when it dies.
    this.#died.catch(() => undefined);
    const failed = (event: Event): void => {
      event.preventDefault();
      const message = event instanceof ErrorEvent ? event.message : event.type;
      if (this.#worker === worker) this.end(this.crashed(message));
    };
    worker.addEventListener('error', failed);
    worker.addEventListener('messageerror', failed);
    this.#worker = worker;
    this.#remote = wrap<Api>(worker);
    return this.#remote;
  }
}
