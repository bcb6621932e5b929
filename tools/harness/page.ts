// A page that drives the built app's worker for accuracy, parity and benchmarks; never part of the built app.
import { wrap, type Remote } from 'comlink';
import { decodeImage } from '../../src/base/page/decode-image';
import { RecogniserClient } from '../../src/recognise/page/model/recogniser-client';
import { fetchSiteModels } from '../../src/recognise/page/model/model-catalogue';
import type { EngineId } from '../../src/engine/engine';
import type { KnownAnswer, Precision } from '../../src/engine/model';
import type { LoadedModel, LookOptions, Recognition } from '../../src/recognise/shared/recogniser';
import { playScenes, type Scene, type SceneRun, type Shown } from './scenes';

/** Which model to load, and how. */
export interface HarnessLoad {
  /** Name of the worker, so that several can be kept side by side; '' if left out. */
  readonly key?: string;
  readonly workerUrl: string;
  readonly modelId: string;
  readonly precision: Precision;
  readonly engine: EngineId;
  readonly threads: number;
  /** As many as `measure` may be asked for; as `threads` if left out. */
  readonly mostThreads?: number;
  /** Another file than the manifest's own, for experiments with formats. */
  readonly file?: {
    readonly url: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly selfTest?: KnownAnswer | undefined;
    /** Side of its pictures, pixels; the manifest's if left out. */
    readonly size?: number;
  };
}

/** Bytes by which two decoded images differ. */
export interface PixelDifference {
  /** Pixels of the browser's image, upright. */
  readonly width: number;
  readonly height: number;
  /** Length of the other image. */
  readonly bytes: number;
  /** Largest and mean difference of a colour byte, 0..255, and the share of those that differ. */
  readonly largest: number;
  readonly mean: number;
  readonly share: number;
}

/** What the worker of a rival library does (tools/bench/rivals), through Comlink. */
export interface RivalApi {
  /** @returns milliseconds from the request to the first answer */
  load(options: { readonly threads: number; readonly modelUrl: string; readonly wasmUrl: string; readonly input: Float32Array }): Promise<number>;
  /** @returns milliseconds of each run: input handed over, network, logits read */
  time(runs: number): Promise<number[]>;
  /** @returns the last run's scores, shape [1000] */
  logits(): Float32Array;
}

const clients = new Map<string, RecogniserClient>();
const rivals = new Map<string, Remote<RivalApi>>();

function clientOf(key: string): RecogniserClient {
  const client = clients.get(key);
  if (!client) throw new Error('Load a model first.');
  return client;
}

function rivalOf(key: string): Remote<RivalApi> {
  const rival = rivals.get(key);
  if (!rival) throw new Error('Load a rival first.');
  return rival;
}

const harness = {
  /** Starts the worker anew and loads a model. */
  async load({ key = '', workerUrl, modelId, precision, engine, threads, mostThreads, file }: HarnessLoad): Promise<LoadedModel> {
    clients.get(key)?.dispose();
    const started = await RecogniserClient.start(() => new Worker(workerUrl, { type: 'module' }));
    const { client } = started;
    clients.set(key, client);
    const entry = (await fetchSiteModels(`${location.origin}/`)).find((e) => e.manifest.id === modelId);
    if (!entry) throw new Error(`There is no model ${modelId}.`);
    let manifest = entry.manifest;
    if (file) {
      const { url, size, ...known } = file;
      const variants = manifest.variants.map((v) => (v.precision === precision ? { ...v, ...known, file: url } : v));
      const { crop, resize } = manifest.preprocessing;
      const sized = size === undefined ? {} : { crop: size, resize: Math.round((size / crop) * resize) };
      manifest = { ...manifest, variants, preprocessing: { ...manifest.preprocessing, ...sized } };
    }
    return client.load({ manifest, location: entry.location, precision, engine, threads, ...(mostThreads === undefined ? {} : { mostThreads }) }, () => undefined);
  },

  /** Recognises an image file as the app does a still one: decoded by the browser, upright. */
  async recogniseFile(url: string, count: number): Promise<Recognition> {
    const blob = await (await fetch(url)).blob();
    return harness.recognise(await decodeImage(blob), count);
  },

  /** How far an image file, decoded by the browser as the app does, is from RGBA bytes at another address; only colours count. */
  async pixelDifference(url: string, rgbaUrl: string): Promise<PixelDifference> {
    const bitmap = await decodeImage(await (await fetch(url)).blob());
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser gives no 2D canvas.');
    context.globalCompositeOperation = 'copy';
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const ours = context.getImageData(0, 0, width, height).data;
    const theirs = new Uint8Array(await (await fetch(rgbaUrl)).arrayBuffer());
    const found = { width, height, bytes: theirs.length, largest: 0, mean: 0, share: 0 };
    const length = Math.min(ours.length, theirs.length);
    for (let i = 0; i < length; i++) {
      if (i % 4 === 3) continue;
      const difference = Math.abs(ours[i] - theirs[i]);
      found.largest = Math.max(found.largest, difference);
      found.mean += difference / (0.75 * length);
      if (difference > 0) found.share += 1 / (0.75 * length);
    }
    return found;
  },

  /** Recognises plain RGBA bytes fetched from an address. */
  async recognisePixels(url: string, width: number, height: number, count: number, key = ''): Promise<Recognition> {
    const bytes = await (await fetch(url)).arrayBuffer();
    return harness.recognise({ data: new Uint8ClampedArray(bytes), width, height }, count, key);
  },

  /** Milliseconds that the network alone takes, for a number of runs in a row on a plain image. */
  async time(key: string, runs: number): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const data = new Uint8ClampedArray(256 * 256 * 4).map((_, at) => (at * 7919 + i * 31) % 256);
      times.push((await harness.recognise({ data, width: 256, height: 256 }, 1, key)).inferenceMs);
    }
    return times;
  },

  /** As the app times its network. */
  measure: (key: string, runs: number, limitMs: number, threads: number): Promise<number[]> => clientOf(key).measure(runs, limitMs, threads),

  /** Recognises frames of a moving pattern, one after another, as a camera's. @returns mean milliseconds of one */
  async timeLooks(count: number, looks: LookOptions, key = ''): Promise<number> {
    const canvas = new OffscreenCanvas(1280, 720);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser gives no 2D canvas.');
    let total = 0;
    for (let i = 0; i < count; i++) {
      for (let x = 0; x < 1280; x += 40) {
        context.fillStyle = `hsl(${(x * 7) % 360} 60% ${30 + ((x / 40 + Math.floor(i / 8)) % 5) * 10}%)`;
        context.fillRect(x, 0, 40, 720);
      }
      const frame = new VideoFrame(canvas, { timestamp: i * 33_000 });
      const started = performance.now();
      await clientOf(key).recognise(frame, { id: i, capturedAt: started, count: 5, looks });
      total += performance.now() - started;
    }
    return total / count;
  },

  /** See {@link playScenes}. */
  playScenes(scenes: readonly Scene[], run: SceneRun, key = ''): Promise<Shown[][]> {
    return playScenes(clientOf(key), scenes, run);
  },

  async loadRival(key: string, workerUrl: string, type: WorkerType, options: Parameters<RivalApi['load']>[0]): Promise<number> {
    const worker = new Worker(workerUrl, { type });
    const rival = wrap<RivalApi>(worker);
    rivals.set(key, rival);
    const broken = new Promise<never>((_, reject) => worker.addEventListener('error', (event) => reject(new Error(event.message || 'The worker could not be run.'))));
    return Promise.race([rival.load(options), broken]);
  },

  timeRival: (key: string, runs: number): Promise<number[]> => rivalOf(key).time(runs),
  rivalLogits: async (key: string): Promise<number[]> => Array.from(await rivalOf(key).logits()),

  recognise(frame: ImageBitmap | { data: Uint8ClampedArray; width: number; height: number }, count: number, key = ''): Promise<Recognition> {
    return clientOf(key).recognise(frame, { id: 0, capturedAt: performance.now(), count, live: false });
  },
};

export type Harness = typeof harness;

declare global {
  interface Window {
    sightglassHarness: Harness;
  }
}
window.sightglassHarness = harness;
