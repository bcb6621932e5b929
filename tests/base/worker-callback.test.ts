import { describe, expect, it, vi } from 'vitest';
import { callback, releaseCallback } from '../../src/base/page/worker-callback';
import { WorkerLink } from '../../src/base/page/worker-link';
import { spawn } from '../support/fake-worker';

interface Api {
  count(to: number, tell: (n: number) => void): Promise<number>;
}

const API: Api = {
  async count(to, tell) {
    for (let n = 1; n <= to; n++) await Promise.resolve(tell(n));
    return to;
  },
};
const openPorts = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

describe('a callback that is given to a worker', () => {
  it('is called, and its channel goes with its release, also where the worker has ended', async () => {
    const before = openPorts();
    const link = new WorkerLink<Api>(spawn(API), { name: 'The counter', crashed: 'worker-crashed', failed: 'engine-failed' });
    const heard = vi.fn();
    const tell = callback(heard);
    expect(await link.call((remote) => remote.count(3, tell))).toBe(3);
    expect(heard.mock.calls).toEqual([[1], [2], [3]]);
    link.end();
    // Comlink alone would hold it for ever: the worker that is to say that it is done is gone.
    await new Promise((resolve) => setImmediate(resolve));
    expect(openPorts()).toBeGreaterThan(before);
    releaseCallback(tell);
    await expect.poll(openPorts, { timeout: 2000 }).toBe(before);
  });
});
