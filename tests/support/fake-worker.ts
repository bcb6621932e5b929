import { expose } from 'comlink';
import { afterEach } from 'vitest';

/** A worker without a thread: one end of a MessageChannel, with the events and `terminate` of a Worker. */
export class FakeWorker extends EventTarget {
  readonly #channel = new MessageChannel();
  terminated = false;

  constructor(api: object | undefined) {
    super();
    this.#channel.port1.addEventListener('message', (event) => this.dispatchEvent(new MessageEvent('message', { data: event.data as unknown })));
    this.#channel.port1.start();
    // Node's port is an EventTarget as a browser's is.
    if (api) expose(api, this.#channel.port2);
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#channel.port1.postMessage(message, transfer);
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
  }

  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}

/** Those that run now; ended behind each test. */
export const workers: FakeWorker[] = [];
/** Starts a fake worker that answers as `api` does; undefined never answers. */
export function spawn(api: object | undefined): () => Worker {
  return () => {
    const worker = new FakeWorker(api);
    workers.push(worker);
    return worker as unknown as Worker;
  };
}
afterEach(() => {
  for (const worker of workers.splice(0)) if (!worker.terminated) worker.terminate();
});
