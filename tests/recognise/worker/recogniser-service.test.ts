import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClassMap, Engine } from '../../../src/engine/engine';
import type { ModelManifest } from '../../../src/base/shared/model';
import { TORCHVISION_PREPROCESSING } from '../../../src/engine/model';
import type { LoadRequest, PixelFrame, RecogniseOptions } from '../../../src/recognise/shared/recogniser';
import { namingFor } from '../../../src/teach/worker/live-naming';
import type { FeatureModel } from '../../../src/recognise/shared/feature-model';
import type { LiveClasses } from '../../../src/teach/shared/teach';
import { trainHead } from '../../../src/teach/shared/train-head';
import { finish } from '../../support/taught-examples';
import { RecogniserService } from '../../../src/recognise/worker/recogniser-service';

const SIZE = 224;
const BYTES = new Uint8Array([1, 2, 3, 4]);
const SHA = '9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a';

/** An engine whose class tells how bright the image is. */
class BrightnessEngine implements Engine {
  readonly id = 'ort';
  readonly threads = 1;
  readonly input = new Float32Array(3 * SIZE * SIZE);
  disposed = false;
  inFlight = 0;
  most = 0;

  async run(): Promise<{ logits: Float32Array; features: Float32Array }> {
    this.most = Math.max(this.most, ++this.inFlight);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.inFlight--;
    const logits = new Float32Array(1000);
    logits[this.input[0] > 0 ? 7 : 9] = 10;
    return { logits, features: new Float32Array(512).fill(0.5) };
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** One that can also tell where it looked: always at the upper left. */
class MappingEngine extends BrightnessEngine {
  classMap(): ClassMap {
    return { width: 7, height: 7, values: Float32Array.from({ length: 49 }, (_, i) => (i === 0 ? 1 : 0)) };
  }
}

function manifest(change: Partial<ModelManifest['variants'][number]> = {}): ModelManifest {
  return {
    id: 'test', name: 'Test', architecture: 'resnet18', licence: 'CC0-1.0', source: 'test', preprocessing: TORCHVISION_PREPROCESSING,
    variants: [{ precision: 'fp32', file: 'test.onnx', bytes: BYTES.length, sha256: SHA, ...change }],
  };
}
function request(change: Partial<ModelManifest['variants'][number]> = {}): LoadRequest {
  return { manifest: manifest(change), precision: 'fp32', location: { kind: 'site', baseUrl: 'http://test/models/' }, engine: 'ort', threads: 1 };
}
function frame(value: number): PixelFrame {
  return { data: new Uint8ClampedArray(300 * 260 * 4).fill(value), width: 300, height: 260 };
}

describe('RecogniserService', () => {
  let engines: BrightnessEngine[];
  let service: RecogniserService;
  let response: () => Response;

  beforeEach(() => {
    engines = [];
    service = new RecogniserService(() => {
      const engine = new BrightnessEngine();
      engines.push(engine);
      return Promise.resolve(engine);
    });
    response = () => new Response(BYTES);
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(response())));
  });

  it('loads with progress, then recognises', async () => {
    const phases: string[] = [];
    const loaded = await service.load(request(), (p) => phases.push(p.phase));
    expect(phases).toEqual(['download', 'verify', 'session', 'self-test']);
    expect(loaded).toMatchObject({ engine: 'ort', threads: 1, selfTest: 'sane' });
    const bright = await service.recognise(frame(255), { id: 1, capturedAt: 0, count: 2, features: true });
    expect(bright.top[0].index).toBe(7);
    expect(bright.top[0].probability).toBeCloseTo(Math.exp(10) / (Math.exp(10) + 999), 6);
    expect(bright.features).toHaveLength(512);
    const dark = await service.recognise(frame(0), { id: 2, capturedAt: 100, count: 2 });
    expect(dark.top[0].index).toBe(9);
    expect(dark.features).toBeUndefined();
  });

  it('compares the first part of a file with what that part must answer, and says that it is coarse', async () => {
    const bytes = new Uint8Array(gzipSync(BYTES));
    const part = { file: 'first.bin', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    const parts = (logit: number) => ({ first: { ...part, selfTest: { logits: [logit], tolerance: 0.1 } }, rest: part });
    const later = new Promise<Response>(() => undefined);
    let fetches = 0;
    vi.stubGlobal('fetch', () => (fetches++ % 2 === 0 ? Promise.resolve(new Response(bytes)) : later));
    vi.stubGlobal('caches', { open: () => Promise.resolve({ match: () => Promise.resolve(undefined) }) });
    vi.stubGlobal('navigator', { locks: { request: (_name: string, run: () => unknown) => run() } });
    const early = (logit: number): LoadRequest => ({ ...request({ selfTest: { logits: [99], tolerance: 0.1 }, parts: parts(logit) }), early: true });
    try {
      expect(await service.load(early(0), () => undefined)).toMatchObject({ selfTest: 'matched', coarse: true });
      await expect(service.load(early(5), () => undefined)).rejects.toMatchObject({ code: 'self-test-failed' });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('looks at mirrored frames where the network gains by them alone: not EfficientNet-Lite0', async () => {
    /** Dark on its left, bright on its right. */
    const halves = (): PixelFrame => ({ ...frame(0), data: new Uint8ClampedArray(300 * 260 * 4).map((_, i) => ((i >> 2) % 300 < 150 ? 100 : 200)) });
    const lefts = async (architecture: ModelManifest['architecture']): Promise<number> => {
      await service.load({ ...request(), manifest: { ...manifest(), architecture } }, () => undefined);
      const seen = new Set<number>();
      for (let id = 0; id < 6; id++) {
        await service.recognise(halves(), { id, capturedAt: id * 33, count: 1 });
        seen.add(Math.round(100 * engines[engines.length - 1].input[0]));
      }
      return seen.size;
    };
    expect(await lefts('resnet18')).toBe(2);
    expect(await lefts('efficientnet-lite0')).toBe(1);
  });

  it('shows dim frames brighter to a network that ImageNet taught, and as they are to all else', async () => {
    await service.load(request(), () => undefined);
    let id = 0;
    const luminance = async (options: Partial<RecogniseOptions>): Promise<number> => {
      await service.recognise(frame(26), { id: ++id, capturedAt: id, count: 1, ...options });
      const { input } = engines[engines.length - 1];
      const [mean, std] = [TORCHVISION_PREPROCESSING.mean[1], TORCHVISION_PREPROCESSING.std[1]];
      return mean + std * input[SIZE * SIZE + 1234];
    };
    expect(await luminance({})).toBeCloseTo(0.45, 2);
    // A picture, and what is taught of what the camera sees.
    expect(await luminance({ live: false })).toBeCloseTo(26 / 255, 3);
    expect(await luminance({ features: true })).toBeCloseTo(26 / 255, 3);
    // Someone's own classes may be of dark images.
    const own = request();
    await service.load({ ...own, manifest: { ...own.manifest, classNames: Array.from({ length: 1000 }, (_, i) => `cell ${i}`) } }, () => undefined);
    expect(await luminance({})).toBeCloseTo(26 / 255, 3);
  });

  it('never runs two inferences at once, and answers in order', async () => {
    await service.load(request(), () => undefined);
    const answers = await Promise.all([255, 0, 255, 0].map((v, i) => service.recognise(frame(v), { id: i, capturedAt: i * 1000, count: 1, live: false })));
    expect(answers.map((a) => [a.id, a.top[0].index])).toEqual([[0, 7], [1, 9], [2, 7], [3, 9]]);
    expect(engines[0].most).toBe(1);
  });

  it('times the network alone, as often as asked or as there is time for', async () => {
    await expect(service.measure(1, 10)).rejects.toMatchObject({ code: 'no-model' });
    await service.load(request(), () => undefined);
    const times = await service.measure(3, 10_000);
    expect(times).toHaveLength(3);
    expect(Math.min(...times)).toBeGreaterThan(3);
    expect(await service.measure(3, 0)).toHaveLength(1);
    const [measured, recognised] = await Promise.all([service.measure(2, 1000), service.recognise(frame(255), { id: 1, capturedAt: 0, count: 1 })]);
    expect(measured).toHaveLength(2);
    expect(recognised.top[0].index).toBe(7);
    expect(engines[0].most).toBe(1);
  });

  it('does not let a still picture disturb the live labels', async () => {
    await service.load(request(), () => undefined);
    await service.recognise(frame(255), { id: 1, capturedAt: 0, count: 1 });
    await service.recognise(frame(0), { id: 2, capturedAt: 50, count: 1, live: false });
    const next = await service.recognise(frame(255), { id: 3, capturedAt: 100, count: 1 });
    expect(next.sceneChanged).toBe(false);
    expect(next.steady[0].index).toBe(7);
  });

  describe('with taught things', () => {
    const taught = {
      live: undefined as LiveClasses | undefined,
      for: (model: FeatureModel | undefined) => namingFor(taught.live, model),
    };
    const model = { id: 'test', name: 'Test', precision: 'fp32', sha256: SHA, width: 512 };

    /** A head of one thing that is typical where all features are alike, as the engine's are. */
    function classes(change: Partial<LiveClasses> = {}): LiveClasses {
      const examples = Array.from({ length: 6 }, (_, i) => ({ features: new Float32Array(512).fill(0.4 + i / 10), label: 0, group: `g${i}` }));
      return { model, head: finish(trainHead({ names: ['my mug'], examples })).head, ...change };
    }

    it('looks at the whole square alone, as examples are of that; else closely in turn', async () => {
      service = new RecogniserService(() => Promise.resolve(new MappingEngine()), taught);
      await service.load(request(), () => undefined);
      const sides = async (from: number): Promise<number[]> => {
        const found: number[] = [];
        for (let id = from; id < from + 4; id++) {
          const { look } = await service.recognise(frame(255), { id, capturedAt: id * 30, count: 1, map: true });
          found.push(Math.round(look?.square.height ?? 0));
        }
        return found;
      };
      // 7/8 of 260 pixels, half of them, and 0.4.
      expect(await sides(0)).toEqual([228, 130, 228, 104]);
      taught.live = classes();
      await service.recognise(frame(255), { id: 10, capturedAt: 300, count: 1 });
      expect(await sides(11)).toEqual([228, 228, 228, 228]);
    });

    beforeEach(async () => {
      taught.live = undefined;
      service = new RecogniserService(() => Promise.resolve(new BrightnessEngine()), taught);
      await service.load(request(), () => undefined);
    });

    it('names them at once beside its own labels, and no more once they are gone', async () => {
      const options = { capturedAt: 0, count: 2 };
      expect((await service.recognise(frame(255), { ...options, id: 1 })).top[0]).toMatchObject({ index: 7 });
      taught.live = classes();
      const { top, steady } = await service.recognise(frame(255), { ...options, id: 2, capturedAt: 50 });
      expect(top[0]).toMatchObject({ index: 1000, name: 'my mug' });
      expect(top[0].probability).toBeGreaterThan(0.9);
      expect(top[1].index).toBe(7);
      expect(top[1].name).toBeUndefined();
      expect(steady[0]).toMatchObject({ index: 1000, name: 'my mug' });
      taught.live = undefined;
      const after = await service.recognise(frame(255), { ...options, id: 3, capturedAt: 100 });
      expect(after.steady[0].index).toBe(7);
      expect(after.top.every((p) => p.index < 1000)).toBe(true);
    });

    it('are all that a network without a classifier names: its answer are features', async () => {
      class Backbone extends MappingEngine {
        override run = (): Promise<{ logits: Float32Array; features: Float32Array }> =>
          Promise.resolve({ logits: Float32Array.from({ length: 512 }, (_, i) => 0.4 + (i % 7) / 10), features: undefined as unknown as Float32Array });
      }
      service = new RecogniserService(() => Promise.resolve(new Backbone()), taught);
      const { manifest: own, ...rest } = request();
      const ports = { input: 'input', layout: 'nchw', numbers: 'float32', size: SIZE, scores: 'features', answers: 'features' } as const;
      const kept = { ...own, architecture: 'classifier', classNames: [], ports, kernels: { runs: true, features: 512 } } as const;
      expect(await service.load({ ...rest, manifest: kept }, () => undefined)).toMatchObject({ classes: 0 });
      const options = { capturedAt: 0, count: 3, features: true, map: true };
      for (const live of [true, false]) {
        const { top, steady, features, look } = await service.recognise(frame(255), { ...options, id: 1, live });
        expect([top, steady]).toEqual([[], []]);
        expect(look).toBeUndefined();
        expect(features?.[3]).toBeCloseTo(0.7, 5);
      }
      const examples = Array.from({ length: 6 }, (_, i) => ({ features: Float32Array.from({ length: 512 }, (__, j) => 0.4 + (j % 7) / 10 + i / 100), label: 0, group: `g${i}` }));
      taught.live = classes({ head: finish(trainHead({ names: ['my mug'], examples })).head });
      const { top, steady } = await service.recognise(frame(255), { ...options, id: 2, capturedAt: 50 });
      expect(top).toMatchObject([{ index: 0, name: 'my mug' }]);
      expect(top[0].ofNetwork).toBeUndefined();
      expect(steady[0].probability).toBeGreaterThan(0.9);
    });

    it('names none that another network learned', async () => {
      taught.live = classes({ model: { ...model, sha256: 'other' } });
      const { top } = await service.recognise(frame(255), { id: 1, capturedAt: 0, count: 1 });
      expect(top[0].index).toBe(7);
    });
  });

  it('closes a frame even where no model is there', async () => {
    const close = vi.fn();
    const bitmap = { width: 10, height: 10, close } as unknown as ImageBitmap;
    await expect(service.recognise(bitmap, { id: 1, capturedAt: 0, count: 1 })).rejects.toMatchObject({ code: 'no-model' });
    expect(close).toHaveBeenCalled();
  });

  it.each([
    ['a length', { bytes: 5 }, 'model-corrupt'],
    ['a hash', { sha256: SHA.replace('9f', 'aa') }, 'model-corrupt'],
    ['a known answer', { selfTest: { logits: [99], tolerance: 0.1 } }, 'self-test-failed'],
  ])('refuses a model with %s that is not its own', async (_, change, code) => {
    await expect(service.load(request(change), () => undefined)).rejects.toMatchObject({ code });
    expect(engines.every((e) => e.disposed)).toBe(true);
  });

  it('tells a download that fails', async () => {
    response = () => new Response('no', { status: 404, statusText: 'Not Found' });
    await expect(service.load(request(), () => undefined)).rejects.toMatchObject({ code: 'model-download' });
  });

  it('gives the engine before back when another model is loaded', async () => {
    await service.load(request(), () => undefined);
    await service.load(request(), () => undefined);
    expect(engines.map((e) => e.disposed)).toEqual([true, false]);
  });
});
