import { describe, expect, it, vi } from 'vitest';
import { spawn, workers } from '../support/fake-worker';
import { RecogniserClient, type ClientTimeouts } from '../../src/recognise/page/model/recogniser-client';
import { Fault } from '../../src/base/shared/fault';
import type { PixelFrame } from '../../src/recognise/shared/recogniser';

const TIMEOUTS: ClientTimeouts = { start: 200, load: 200, recognise: 200 };
/** A new one each time, as it is transferred. */
const frame = (): PixelFrame => ({ data: new Uint8ClampedArray(4), width: 1, height: 1 });
const OPTIONS = { id: 1, capturedAt: 0, count: 3 };

const CAPABLE = { capabilities: () => ({ wasmSimd: true }) };
const codeOf = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', (e: unknown) => Fault.from(e, 'no-camera').code);

describe('RecogniserClient', () => {
  it('starts, and passes answers on', async () => {
    const recognise = vi.fn(() => ({ id: 1, top: [] }));
    const { client, capabilities } = await RecogniserClient.start(spawn({ ...CAPABLE, recognise }), TIMEOUTS);
    expect(capabilities.wasmSimd).toBe(true);
    expect(await client.recognise(frame(), OPTIONS)).toMatchObject({ id: 1 });
    client.dispose();
  });

  it('tells a worker that never starts', async () => {
    expect(await codeOf(RecogniserClient.start(spawn(undefined), TIMEOUTS))).toBe('start-timeout');
    expect(workers[0].terminated).toBe(true);
  });

  it('keeps the code of a fault that the worker throws', async () => {
    const load = (): never => {
      throw new Fault('model-corrupt', 'has the wrong length');
    };
    const { client } = await RecogniserClient.start(spawn({ ...CAPABLE, load }), TIMEOUTS);
    await expect(client.load({} as never, () => undefined)).rejects.toMatchObject({ code: 'model-corrupt', message: 'has the wrong length' });
    client.dispose();
  });

  it('ends a call in flight when the worker crashes, and every later one', async () => {
    const { client } = await RecogniserClient.start(spawn({ ...CAPABLE, recognise: () => new Promise(() => undefined) }), TIMEOUTS);
    const died = vi.fn();
    client.onDeath(died);
    const call = codeOf(client.recognise(frame(), OPTIONS));
    workers[0].crash('Uncaught RangeError: boom');
    expect(await call).toBe('worker-crashed');
    expect(await codeOf(client.recognise(frame(), OPTIONS))).toBe('worker-crashed');
    expect(died).toHaveBeenCalledOnce();
  });

  it('knows running out of memory by its words', async () => {
    const { client } = await RecogniserClient.start(spawn({ ...CAPABLE, recognise: () => new Promise(() => undefined) }), TIMEOUTS);
    const call = codeOf(client.recognise(frame(), OPTIONS));
    workers[0].crash('Uncaught RangeError: Array buffer allocation failed');
    expect(await call).toBe('out-of-memory');
  });

  it('gives up on a worker that no longer answers', async () => {
    const { client } = await RecogniserClient.start(spawn({ ...CAPABLE, recognise: () => new Promise(() => undefined) }), TIMEOUTS);
    expect(await codeOf(client.recognise(frame(), OPTIONS))).toBe('worker-hung');
    expect(client.dead?.code).toBe('worker-hung');
  });

  it('lets a slow load go on as long as it makes progress', async () => {
    const load = async (_: unknown, report: (p: object) => Promise<void>): Promise<string> => {
      for (let i = 0; i < 8; i++) {
        await new Promise((resolve) => setTimeout(resolve, 80));
        await report({ phase: 'download', loaded: i, total: 8 });
      }
      return 'loaded';
    };
    const { client } = await RecogniserClient.start(spawn({ ...CAPABLE, load }), { ...TIMEOUTS, start: 20_000, load: 500 });
    const progress: unknown[] = [];
    expect(await client.load({} as never, (p) => progress.push(p))).toBe('loaded');
    expect(progress).toHaveLength(8);
    client.dispose();
  });
});
