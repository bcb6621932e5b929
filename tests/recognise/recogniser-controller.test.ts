import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS, SettingsStore } from '../../src/base/page/settings';
import { Fault } from '../../src/base/shared/fault';
import type { LoadedModel, LoadRequest, PixelFrame, Recognition } from '../../src/recognise/shared/recogniser';
import type { ModelManifest } from '../../src/base/shared/model';
import { RecogniserController } from '../../src/recognise/page/model/recogniser-controller';
import { FakeHost, FakePage, Later, until } from '../support/fake-page';
import { spawn, workers } from '../support/fake-worker';

const MANIFEST = { id: 'resnet18', name: 'ResNet-18', architecture: 'resnet18', variants: [{ precision: 'fp32' }] } as unknown as ModelManifest;
const frame = (): PixelFrame => ({ data: new Uint8ClampedArray(4), width: 1, height: 1 });

describe('a recogniser whose worker was started anew', () => {
  let controller: RecogniserController;
  /** The answers that workers owe. */
  let owed: Later<Partial<Recognition>>[];

  beforeEach(async () => {
    owed = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    Object.assign(new FakePage(), { baseURI: 'https://sightglass.test/' });
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json([MANIFEST])));
    const api = {
      capabilities: () => ({ wasmSimd: true, wasmThreads: false, wasmRelaxedSimd: false }),
      storedModels: () => ({ models: [], damaged: [] }),
      load: ({ manifest, precision, engine, threads }: LoadRequest): Partial<LoadedModel> => ({ manifest, precision, engine, threads }),
      configure: () => undefined,
      recognise: () => {
        owed.push(new Later());
        return owed[owed.length - 1].promise;
      },
    };
    const settings = new SettingsStore({ getItem: () => JSON.stringify({ ...DEFAULT_SETTINGS, precision: 'fp32' }), setItem: () => undefined });
    controller = new RecogniserController(new FakeHost(), settings, spawn(api));
    await controller.start();
    workers[0].crash('made by a test');
    await until(() => controller.state === 'ready' && workers.length === 2);
  });
  afterEach(() => {
    controller.hostDisconnected();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** Lets a recognition take so long. @returns the code of its fault, or `answered` */
  async function take(ms: number): Promise<string> {
    owed = [];
    const answer = controller.recognise(frame(), { id: 1, capturedAt: 0, count: 3 }).then(() => 'answered', (e: unknown) => Fault.from(e, 'no-model').code);
    await until(() => owed.length === 1);
    await vi.advanceTimersByTimeAsync(ms);
    owed[0].resolve({ id: 1, top: [] });
    return answer;
  }

  it('keeps all its time on a device that is slow, however long it goes on', async () => {
    for (let i = 0; i < 12; i++) expect(await take(15_000)).toBe('answered');
    expect([controller.state, workers.length]).toEqual(['ready', 2]);
  });

  it('may be started anew once more after a minute of answers in time', async () => {
    for (let i = 0; i < 13; i++) expect(await take(5000)).toBe('answered');
    expect(await take(9000)).toBe('worker-hung');
    await until(() => controller.state === 'ready' && workers.length === 3);
  });

  it('is said to have failed where it does so again before', async () => {
    for (let i = 0; i < 11; i++) expect(await take(5000)).toBe('answered');
    expect(await take(10_000)).toBe('answered');
    expect(await take(5000)).toBe('answered');
    workers[1].crash('made by a test');
    await until(() => controller.state === 'fault');
    expect(controller.fault?.code).toBe('worker-crashed');
  });
});
