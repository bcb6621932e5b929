import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { finalizer } from 'comlink';
import { describe, expect, it, vi } from 'vitest';
import { RestartingLink, WorkerLink, type LinkFaults } from '../../src/base/page/worker-link';
import { Fault } from '../../src/base/shared/fault';
import { spawn, workers } from '../support/fake-worker';

interface Api {
  add(a: number, b: number): number;
  wait(): Promise<never>;
}

const FAULTS: LinkFaults = { name: 'The adder', crashed: 'worker-crashed', failed: 'storage-failed' };
const API = { add: (a: number, b: number) => a + b, wait: () => new Promise<never>(() => undefined) };

describe('WorkerLink', () => {
  it('passes answers on', async () => {
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    expect(await link.call((remote) => remote.add(1, 2))).toBe(3);
    link.end();
  });

  it('tells what the worker threw: its own fault, else the one that is meant', async () => {
    const throwing = (error: Error): WorkerLink<Api> =>
      new WorkerLink<Api>(
        spawn({
          add: () => {
            throw error;
          },
        }),
        FAULTS,
      );
    const add = (link: WorkerLink<Api>): Promise<number> => link.call((remote) => remote.add(1, 2));
    await expect(add(throwing(new Fault('storage-full', 'no room')))).rejects.toMatchObject({ code: 'storage-full', message: 'no room' });
    await expect(add(throwing(new Error('odd')))).rejects.toMatchObject({ code: 'storage-failed', message: 'odd' });
  });

  it('ends the calls in flight when the worker crashes, and those after', async () => {
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    const died = vi.fn();
    link.onDeath(died);
    const call = link.call((remote) => remote.wait());
    workers[0].crash('gone');
    await expect(call).rejects.toMatchObject({ code: 'worker-crashed', message: 'The adder failed: gone' });
    await expect(link.call((remote) => remote.add(1, 2))).rejects.toMatchObject({ code: 'worker-crashed' });
    expect(died).toHaveBeenCalledOnce();
    expect(link.dead?.code).toBe('worker-crashed');
    link.end();
    expect(workers[0].terminated).toBe(true);
  });

  it('knows a crash for want of memory', async () => {
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    const call = link.call((remote) => remote.wait());
    workers[0].crash('Uncaught RangeError: Array buffer allocation failed');
    await expect(call).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it.each([true, false])('ends a call that is late; fatal: %s', async (fatal) => {
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    const late = new Fault('worker-hung', 'late');
    await expect(link.call((remote) => remote.wait(), { ms: 20, late, fatal })).rejects.toBe(late);
    expect(link.dead).toBe(fatal ? late : undefined);
    if (!fatal) expect(await link.call((remote) => remote.add(1, 2))).toBe(3);
    link.end();
  });

  it('does not count the time in which the page itself was asleep', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const link = new WorkerLink<Api>(spawn(API), FAULTS);
      const late = new Fault('worker-hung', 'late');
      link.call((remote) => remote.wait(), { ms: 30_000, late, fatal: true }).catch(() => undefined);
      vi.advanceTimersByTime(1000);
      // Frozen for 75 s: no timer runs meanwhile.
      const now = performance.now.bind(performance);
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 75_000);
      vi.advanceTimersByTime(27_000);
      expect(link.dead).toBeUndefined();
      vi.advanceTimersByTime(3000);
      expect(link.dead).toBe(late);
      link.end();
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });

  it('is not late any more once it has answered, whatever progress comes behind', async () => {
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    const late = new Fault('worker-hung', 'late');
    let restart: () => void = () => undefined;
    const limit = { ms: 500, late, fatal: true, onArmed: (arm: () => void) => (restart = arm) };
    expect(await link.call((remote) => remote.add(1, 2), limit)).toBe(3);
    vi.useFakeTimers();
    restart();
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    expect(link.dead).toBeUndefined();
    link.end();
  });

  it('holds nothing of a call that was answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const link = new WorkerLink<Api>(spawn(API), FAULTS);
    const late = new Fault('worker-hung', 'late');
    // What a call was for is in reach of its answer alone.
    const answered = await Promise.all(Array.from({ length: 50 }, async () => {
      const answer = { of: 'a call' };
      await link.call(() => Promise.resolve(answer), { ms: 60_000, late });
      return new WeakRef(answer);
    }));
    // A task on: what is dereferenced in one is held to its end.
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    expect(answered.filter((answer) => answer.deref() !== undefined)).toEqual([]);
    link.end();
  });

  it('lets go of what Comlink holds, once', async () => {
    const released = vi.fn();
    const link = new WorkerLink<Api>(spawn({ ...API, [finalizer]: released }), FAULTS);
    await link.call((remote) => remote.add(1, 2));
    const terminate = workers[0].terminate.bind(workers[0]);
    // The message must get through before the fake worker's channel closes.
    workers[0].terminate = () => undefined;
    link.end();
    link.end();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
    terminate();
  });
});

describe('RestartingLink', () => {
  it('starts at the first call, and again after a crash', async () => {
    const link = new RestartingLink<Api>(spawn(API), FAULTS);
    expect(workers).toHaveLength(0);
    const call = link.call((remote) => remote.wait());
    expect(workers).toHaveLength(1);
    workers[0].crash('gone');
    await expect(call).rejects.toMatchObject({ code: 'worker-crashed' });
    // At once: it may hold locks.
    expect(workers[0].terminated).toBe(true);
    expect(await link.call((remote) => remote.add(2, 3))).toBe(5);
    expect(workers).toHaveLength(2);
    link.end();
    expect(workers[1].terminated).toBe(true);
  });
});
