import { EngineError } from '../engine-error.ts';
import type { Thread } from '../host.ts';
import type { HelpRequest } from './kernels.ts';

/** A thread that has not come up by then will not, milliseconds. */
const THREAD_START_MS = 10_000;

/** Starts a thread and waits for its word. */
async function startThread(spawn: () => Thread, request: HelpRequest): Promise<Thread> {
  const worker = spawn();
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      worker.terminate();
      reject(new EngineError('threads-failed', `Thread ${request.help[3]} of the SIMD engine: ${reason}`));
    };
    const timer = setTimeout(() => fail('no answer'), THREAD_START_MS);
    worker.addEventListener('error', (event) => fail(event.message || 'could not be started'));
    worker.addEventListener('message', () => {
      clearTimeout(timer);
      resolve(worker);
    });
    worker.postMessage(request);
  });
}

/** The threads that help the leading one: started where they are first wanted, asleep while they are not. */
export class ThreadTeam {
  readonly #helpers: Thread[] = [];

  /**
   * @param spawn starts a thread
   * @param requests what each is sent, in their order
   */
  constructor(
    private readonly spawn: () => Thread,
    private readonly requests: readonly HelpRequest[],
  ) {}

  /** Starts those that are missing of the first `count`, all or none. @throws EngineError `threads-failed` where one does not start */
  async start(count: number): Promise<void> {
    const missing = this.requests.slice(this.#helpers.length, count);
    const started = await Promise.allSettled(missing.map((request) => startThread(this.spawn, request)));
    const helpers = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
    const failed = started.find((s) => s.status === 'rejected');
    if (failed) {
      for (const helper of helpers) helper.terminate();
      throw EngineError.from(failed.reason, 'threads-failed');
    }
    this.#helpers.push(...helpers);
  }

  end(): void {
    for (const helper of this.#helpers.splice(0)) helper.terminate();
  }
}
