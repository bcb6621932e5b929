import type { Thread } from './host.ts';

/** What a worker sends its page for each thread; the page's end of the thread's channel comes with it. */
interface ThreadRequest {
  readonly simdThread: MessagePort;
}

/** To the page: what the thread is to hear, or nothing where it is to end. */
interface ToThread {
  readonly message?: unknown;
}

/** From the page: that the thread spoke, or why it could not be run. */
interface FromThread {
  readonly error?: string;
}

function isThreadRequest(data: unknown): data is ThreadRequest {
  return typeof data === 'object' && data !== null && 'simdThread' in data && data.simdThread instanceof MessagePort;
}

/**
 * A further thread that the page starts, for a worker that {@link serveThreads} watches. Of Firefox 153 workers were seen that never came back from
 * starting one by themselves (one start of some fifty beside a busy machine), and with them neither did the page's next visit.
 */
export function pageThread(): Thread {
  const { port1, port2 } = new MessageChannel();
  const request: ThreadRequest = { simdThread: port2 };
  self.postMessage(request, { transfer: [port2] });
  return {
    addEventListener(type, heard) {
      port1.addEventListener('message', ({ data }: MessageEvent<FromThread>) => {
        if ((data.error === undefined) === (type === 'message')) heard(data.error === undefined ? {} : { message: data.error });
      });
      port1.start();
    },
    postMessage: (message) => port1.postMessage({ message } satisfies ToThread),
    terminate() {
      port1.postMessage({} satisfies ToThread);
      port1.close();
    },
  };
}

/** Starts the threads that a worker of this page asks for by {@link pageThread}, and ends them with it. @returns the worker */
export function serveThreads(worker: Worker): Worker {
  const threads = new Set<Worker>();
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isThreadRequest(data)) return;
    const port = data.simdThread;
    const tell = (answer: FromThread): void => port.postMessage(answer);
    let thread: Worker;
    try {
      thread = new Worker(new URL('./simd/thread.worker.ts', import.meta.url), { type: 'module', name: 'simd-thread' });
    } catch (error) {
      tell({ error: String(error) });
      return;
    }
    threads.add(thread);
    thread.addEventListener('message', () => tell({}));
    thread.addEventListener('error', (event) => {
      event.preventDefault();
      tell({ error: event.message || 'could not be started' });
    });
    port.addEventListener('message', (event: MessageEvent<ToThread>) => {
      if ('message' in event.data) {
        thread.postMessage(event.data.message);
        return;
      }
      thread.terminate();
      threads.delete(thread);
      port.close();
    });
    port.start();
  });
  const end = worker.terminate.bind(worker);
  worker.terminate = () => {
    end();
    for (const thread of threads) thread.terminate();
    threads.clear();
  };
  return worker;
}
