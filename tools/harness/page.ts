// A page that drives the built app's worker for accuracy, parity and benchmarks; never part of the built app.
import { RecogniserClient } from '../../src/client/recogniser-client';
import { fetchSiteModels } from '../../src/client/model-catalogue';
import type { EngineId } from '../../src/contract/engine';
import type { Precision } from '../../src/contract/model';
import type { LoadedModel, Recognition } from '../../src/contract/recogniser';

/** Which model to load, and how. */
export interface HarnessLoad {
  readonly workerUrl: string;
  readonly modelId: string;
  readonly precision: Precision;
  readonly engine: EngineId;
  readonly threads: number;
}

let client: RecogniserClient | undefined;

const harness = {
  /** Starts the worker anew and loads a model. */
  async load({ workerUrl, modelId, precision, engine, threads }: HarnessLoad): Promise<LoadedModel> {
    client?.dispose();
    const started = await RecogniserClient.start(() => new Worker(workerUrl, { type: 'module' }));
    client = started.client;
    const entry = (await fetchSiteModels(`${location.origin}/`)).find((e) => e.manifest.id === modelId);
    if (!entry) throw new Error(`There is no model ${modelId}.`);
    return client.load({ manifest: entry.manifest, location: entry.location, precision, engine, threads }, () => undefined);
  },

  /** Recognises a picture file as the app does a still one: decoded by the browser, upright. */
  async recogniseFile(url: string, count: number): Promise<Recognition> {
    const blob = await (await fetch(url)).blob();
    const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
    return harness.recognise(bitmap, count);
  },

  /** Recognises plain RGBA bytes fetched from an address. */
  async recognisePixels(url: string, width: number, height: number, count: number): Promise<Recognition> {
    const bytes = await (await fetch(url)).arrayBuffer();
    return harness.recognise({ data: new Uint8ClampedArray(bytes), width, height }, count);
  },

  recognise(frame: ImageBitmap | { data: Uint8ClampedArray; width: number; height: number }, count: number): Promise<Recognition> {
    if (!client) throw new Error('Load a model first.');
    return client.recognise(frame, { id: 0, capturedAt: performance.now(), count, live: false });
  },
};

export type Harness = typeof harness;

declare global {
  interface Window {
    sightglassHarness: Harness;
  }
}
window.sightglassHarness = harness;
