import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS, SettingsStore } from '../../src/base/page/settings';
import { Fault } from '../../src/base/shared/fault';
import type { LoadedModel, LoadRequest, PixelFrame, Recognition, RecogniseOptions } from '../../src/recognise/shared/recogniser';
import type { ModelManifest } from '../../src/base/shared/model';
import type { ModelTrial } from '../../src/recognise/page/model/model-trial';
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

describe('a recogniser that begins with the first part of a model', () => {
  let controller: RecogniserController;
  let page: FakePage;
  /** What was loaded, in turn, and what is owed for what is to be whole. */
  let requests: LoadRequest[];
  let whole: Later<void>;
  let recognised: boolean[];

  beforeEach(async () => {
    requests = [];
    whole = new Later();
    recognised = [];
    page = new FakePage();
    Object.assign(page, { baseURI: 'https://sightglass.test/' });
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json([MANIFEST])));
    const settings = new SettingsStore({ getItem: () => JSON.stringify({ ...DEFAULT_SETTINGS, precision: 'fp32' }), setItem: () => undefined });
    controller = new RecogniserController(new FakeHost(), settings, () => {
      let coarse = false;
      return spawn({
        capabilities: () => ({ wasmSimd: true, wasmThreads: false, wasmRelaxedSimd: false }),
        storedModels: () => ({ models: [], damaged: [] }),
        load: async (request: LoadRequest): Promise<Partial<LoadedModel>> => {
          requests.push(request);
          coarse = request.early === true;
          if (!coarse) await whole.promise;
          const { manifest, precision, engine, threads } = request;
          return { manifest, precision, engine, threads, ...(coarse ? { coarse } : {}) };
        },
        configure: () => undefined,
        recognise: () => {
          recognised.push(coarse);
          return { id: 1, top: [] };
        },
      })();
    });
    await controller.start();
  });
  afterEach(() => {
    controller.hostDisconnected();
    vi.unstubAllGlobals();
  });
  const recognise = (options: Partial<RecogniseOptions>): Promise<Recognition> => controller.recognise(frame(), { id: 1, capturedAt: 0, count: 3, ...options });

  it('recognises with it at once, and lets the whole take over in a worker of its own', async () => {
    expect([controller.state, controller.loaded?.coarse]).toEqual(['ready', true]);
    await recognise({});
    whole.resolve();
    await until(() => controller.loaded?.coarse !== true);
    await recognise({});
    expect(recognised).toEqual([true, false]);
    expect(requests.map(({ early }) => early)).toEqual([true, false]);
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  });

  it('looks at pictures, and at what is taught, with the whole alone', async () => {
    const answers = Promise.all([recognise({ live: false }), recognise({ features: true })]);
    await recognise({});
    expect(recognised).toEqual([true]);
    whole.resolve();
    await answers;
    expect(recognised).toEqual([true, false, false]);
  });

  it('goes on where the whole cannot be had, teaches nothing of it, and tries again with a network', async () => {
    const picture = recognise({ live: false });
    await until(() => requests.length === 2);
    whole.reject(new Fault('model-download', 'no network'));
    await picture;
    await expect(recognise({ features: true })).rejects.toMatchObject({ code: 'model-download' });
    expect(recognised).toEqual([true]);
    // What is to be taught asks for it at once.
    expect(requests.map(({ early }) => early)).toEqual([true, false, false]);
    await until(() => workers.every(({ terminated }, i) => terminated === i > 0));
    whole = new Later();
    whole.resolve();
    page.window.dispatchEvent(new Event('online'));
    await until(() => controller.loaded?.coarse !== true);
    expect(controller.state).toBe('ready');
  });

  it('lets go of both where another model is chosen meanwhile', async () => {
    await until(() => workers.length === 2);
    await controller.choose('resnet18', 'fp32');
    expect(workers.slice(0, 2).map(({ terminated }) => terminated)).toEqual([true, true]);
    expect(controller.state).toBe('ready');
  });
});

describe('a person\'s model where the browser keeps no files', () => {
  const own = { id: 'device-1', name: 'Apples', architecture: 'classifier', variants: [{ precision: 'fp32' }] } as unknown as ModelManifest;
  const file = new Blob(['model']);
  let controller: RecogniserController;
  let loads: LoadRequest[];

  beforeEach(async () => {
    loads = [];
    Object.assign(new FakePage(), { baseURI: 'https://sightglass.test/' });
    const refused = (): Promise<never> => Promise.reject(new DOMException('Security error when calling GetDirectory', 'SecurityError'));
    vi.stubGlobal('navigator', { storage: { getDirectory: refused } });
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json([MANIFEST])));
    const api = {
      capabilities: () => ({ wasmSimd: true, wasmThreads: false, wasmRelaxedSimd: false }),
      storedModels: refused,
      load: (request: LoadRequest): Partial<LoadedModel> => {
        loads.push(request);
        return { manifest: request.manifest, precision: request.precision, engine: request.engine, threads: request.threads };
      },
      configure: () => undefined,
    };
    controller = new RecogniserController(new FakeHost(), new SettingsStore(undefined), spawn(api));
    await controller.start();
    const trial = { keep: () => Promise.resolve({ manifest: own, location: { kind: 'memory', file } }), dispose: () => undefined };
    await controller.adopt(trial as unknown as ModelTrial);
  });
  afterEach(() => {
    controller.hostDisconnected();
    vi.unstubAllGlobals();
  });

  it('runs from memory, again after another one, and can be had as a file', async () => {
    expect([controller.state, controller.loaded?.manifest.id]).toEqual(['ready', own.id]);
    expect(loads.at(-1)?.location).toMatchObject({ kind: 'memory' });
    await controller.choose('resnet18');
    expect(controller.catalogue.map(({ manifest }) => manifest.id)).toEqual(['resnet18', own.id]);
    await controller.choose(own.id);
    expect([controller.state, controller.loaded?.manifest.id]).toEqual(['ready', own.id]);
    const given = await controller.exported(own.id);
    expect((await given.text()).startsWith('model')).toBe(true);
    expect(given.name).toBe('Apples.onnx');
  });

  it('goes where a person removes it, though the browser refuses each call', async () => {
    await controller.remove(own.id);
    expect(controller.catalogue.map(({ manifest }) => manifest.id)).toEqual(['resnet18']);
    expect(controller.loaded?.manifest.id).toBe('resnet18');
    await controller.start();
    expect(controller.catalogue.map(({ manifest }) => manifest.id)).toEqual(['resnet18']);
  });
});

describe('a kept model that fails', () => {
  const own = (id: string, name: string): ModelManifest => ({ id, name, architecture: 'classifier', variants: [{ precision: 'fp32' }] }) as unknown as ModelManifest;
  const KEPT = [own('device-a', 'Apples'), own('device-b', 'Birds'), own('device-c', 'Cars')];
  /** Ids of models that fail, and with what. */
  let broken: Map<string, Fault>;
  let loads: string[];
  let site: ModelManifest[] | undefined;
  let settings: SettingsStore;
  let controller: RecogniserController;

  beforeEach(() => {
    broken = new Map();
    loads = [];
    site = [MANIFEST];
    Object.assign(new FakePage(), { baseURI: 'https://sightglass.test/' });
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('fetch', () => (site ? Promise.resolve(Response.json(site)) : Promise.reject(new TypeError('no network'))));
    settings = new SettingsStore(undefined);
    const api = {
      capabilities: () => ({ wasmSimd: true, wasmThreads: false, wasmRelaxedSimd: false }),
      storedModels: () => ({ models: KEPT.map((manifest) => ({ manifest, storedAt: 1 })), damaged: [] }),
      load: ({ manifest, precision, engine, threads }: LoadRequest): Partial<LoadedModel> => {
        loads.push(manifest.id);
        const fault = broken.get(manifest.id);
        if (fault) throw fault;
        return { manifest, precision, engine, threads };
      },
      configure: () => undefined,
    };
    controller = new RecogniserController(new FakeHost(), settings, spawn(api));
  });
  afterEach(() => {
    controller.hostDisconnected();
    vi.unstubAllGlobals();
  });
  const corrupt = (...ids: string[]): void => ids.forEach((id) => broken.set(id, new Fault('model-corrupt', `${id} cannot be read`)));
  const running = (): unknown => [controller.state, controller.loaded?.manifest.id, controller.setback?.name, settings.value.modelId];

  it('is followed by the one that ran last, a person\'s own too', async () => {
    await controller.choose('device-b');
    await controller.choose('device-a');
    corrupt('device-a');
    await controller.start();
    expect(running()).toEqual(['ready', 'device-b', 'Apples', 'device-b']);
    expect(controller.setback?.fault.code).toBe('model-corrupt');
  });

  it('is followed by the page\'s own where none ran before, and by others that are kept where that fails too, each tried once', async () => {
    corrupt('device-a');
    await controller.choose('device-a');
    expect(running()).toEqual(['ready', 'resnet18', 'Apples', 'resnet18']);
    broken.set('resnet18', new Fault('model-download', 'no network'));
    corrupt('device-b');
    loads = [];
    await controller.choose('device-a');
    expect(loads).toEqual(['device-a', 'resnet18', 'device-b', 'device-c']);
    expect(running()).toEqual(['ready', 'device-c', 'Apples, ResNet-18, Birds', 'device-c']);
  });

  it('is followed by another that is kept where the page\'s own cannot even be listed', async () => {
    site = undefined;
    corrupt('device-a');
    await controller.choose('device-a');
    expect(running()).toEqual(['ready', 'device-b', 'Apples', 'device-b']);
  });

  it('is told of where nothing runs', async () => {
    corrupt('device-a', 'device-b', 'device-c', 'resnet18');
    await controller.choose('device-a');
    expect(controller.state).toBe('fault');
    broken.clear();
    await controller.start();
    expect(controller.state).toBe('ready');
  });

  it('stays chosen where it is the device that fails', async () => {
    broken.set('device-a', new Fault('no-simd', 'no SIMD'));
    await controller.choose('device-a');
    expect(running()).toEqual(['fault', undefined, undefined, 'device-a']);
    expect(loads).toEqual(['device-a']);
  });

  it('is not put in the place of the page\'s own, which a person chose', async () => {
    broken.set('resnet18', new Fault('model-download', 'no network'));
    await controller.choose('resnet18');
    expect(running()).toEqual(['fault', undefined, undefined, 'resnet18']);
  });
});
