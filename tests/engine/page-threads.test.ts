import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pageThread, serveThreads } from '../../src/engine/index';

/** A worker of the page, without a script. */
class FakeWorker extends EventTarget {
  static readonly all: FakeWorker[] = [];
  readonly heard: unknown[] = [];
  ended = false;
  constructor() {
    super();
    FakeWorker.all.push(this);
  }

  postMessage(message: unknown): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  says(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  fails(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}

describe('threads that the page starts for a worker', () => {
  let worker: FakeWorker;
  let served: Worker;

  beforeEach(() => {
    vi.stubGlobal('Worker', FakeWorker);
    FakeWorker.all.length = 0;
    worker = new FakeWorker();
    served = serveThreads(worker as unknown as Worker);
    FakeWorker.all.length = 0;
    // What the worker posts to its page.
    vi.stubGlobal('self', { postMessage: (message: unknown) => worker.says(message) });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('hear what the worker says to them, and are heard', async () => {
    const thread = pageThread();
    const heard = vi.fn();
    const failed = vi.fn();
    thread.addEventListener('message', heard);
    thread.addEventListener('error', failed);
    thread.postMessage({ help: [1, 2] });
    const [started] = FakeWorker.all;
    await expect.poll(() => started.heard).toEqual([{ help: [1, 2] }]);
    started.says('ready');
    await expect.poll(() => heard.mock.calls.length).toBe(1);
    expect(failed).not.toHaveBeenCalled();
    thread.terminate();
    await expect.poll(() => started.ended).toBe(true);
  });

  it('are told to the worker where they cannot be run', async () => {
    const thread = pageThread();
    const failed = vi.fn();
    const heard = vi.fn();
    thread.addEventListener('error', failed);
    thread.addEventListener('message', heard);
    FakeWorker.all[0].fails('no such script');
    await expect.poll(() => failed.mock.calls).toEqual([[{ message: 'no such script' }]]);
    expect(heard).not.toHaveBeenCalled();
    thread.terminate();
  });

  it('are told to the worker where the page may start none', async () => {
    vi.stubGlobal('Worker', class {
      constructor() {
        throw new Error('no workers here');
      }
    });
    const failed = vi.fn();
    const thread = pageThread();
    thread.addEventListener('error', failed);
    await expect.poll(() => failed.mock.calls).toEqual([[{ message: 'Error: no workers here' }]]);
    thread.terminate();
  });

  it('end with their worker, and other messages start none', () => {
    pageThread();
    pageThread();
    worker.says({ id: '1', type: 'RAW', value: 3 });
    worker.says('simdThread');
    expect(FakeWorker.all).toHaveLength(2);
    served.terminate();
    expect(worker.ended).toBe(true);
    expect(FakeWorker.all.map(({ ended }) => ended)).toEqual([true, true]);
  });
});
