import {
  capabilities, type ClassMap, type Engine, type EngineId, type EngineOptions, fillSelfTestInput, type LastBlock, type Prediction,
  Preprocessor, quickInt8, type Region, selfTestProblem, softmax, squareAt, topK, visibleSquare,
} from '../../engine/index';
import { Fault } from '../../base/shared/fault';
import type { ModelManifest, ModelVariant, LoadProgress } from '../../base/shared/model';
import type {
  FrameInput,
  LoadedModel,
  LoadRequest,
  LookMap,
  Recognition,
  RecogniseOptions,
  RecogniserApi,
  StoredModel,
  WorkerCapabilities,
} from '../shared/recogniser';
import { LabelSmoother, type SmootherOptions } from '../shared/label-smoother';
import { SceneChangeDetector } from '../shared/scene-change';
import { adoptModelFile } from './adopt-model';
import { NO_EXTRA_CLASSES, type ExtraClasses, type ExtraClassesSource } from '../shared/extra-classes';
import { featureModelOf, toHalves, type FeatureModel, type StoredBlock } from '../shared/feature-model';
import { deviceModels } from './device-models';
import { closeFrame, FrameReader, frameSize } from './frame-reader';
import { SerialQueue } from '../../base/worker/async';
import { siteModel } from './site-model';

const CLASSES = 1000;

/** Starts an engine on a model's bytes. */
export type EngineFactory = (id: EngineId, model: Uint8Array, options: EngineOptions) => Promise<Engine>;

interface Running {
  readonly engine: Engine;
  readonly reader: FrameReader;
  readonly loaded: LoadedModel;
  /** Undefined where the model gives no features. */
  readonly features: FeatureModel | undefined;
}

/** The recogniser behind the worker's messages; knows nothing of Comlink, so tests drive it without a worker. */
export class RecogniserService implements RecogniserApi {
  readonly #queue = new SerialQueue();
  #smoother = new LabelSmoother(CLASSES);
  readonly #scenes = new SceneChangeDetector();
  readonly #probabilities = new Float32Array(CLASSES);
  #running: Running | undefined;
  #naming: ExtraClasses | undefined;

  /** @param taught what is named beside the network's own labels, looked at before each frame */
  constructor(
    private readonly createEngine: EngineFactory,
    private readonly taught: ExtraClassesSource = NO_EXTRA_CLASSES,
  ) {}

  capabilities(): WorkerCapabilities {
    return {
      ...capabilities(),
      offscreenCanvas: typeof OffscreenCanvas !== 'undefined',
      privateFileSystem: typeof navigator.storage?.getDirectory === 'function',
    };
  }

  quickInt8(): Promise<boolean> {
    return this.#queue.run(quickInt8);
  }

  configure(options: SmootherOptions): void {
    this.#smoother.configure(options);
  }

  load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    return this.#queue.run(() => this.#load(request, onProgress));
  }

  recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    return this.#queue.run(() => this.#recognise(frame, options)).finally(() => closeFrame(frame));
  }

  measure(runs: number, limitMs: number): Promise<number[]> {
    return this.#queue.run(async () => {
      if (!this.#running) throw new Fault('no-model', 'No model is loaded.');
      return timeEngine(this.#running.engine, runs, limitMs);
    });
  }

  async adopt(file: File, onProgress: (progress: LoadProgress) => void): Promise<StoredModel> {
    const { manifest, model } = await adoptModelFile(file, onProgress);
    // A model that the engine cannot run must not be kept.
    onProgress({ phase: 'self-test', loaded: 0, total: 0 });
    await this.#queue.run(async () => {
      const engine = await this.createEngine('ort', model, { threads: this.#running?.loaded.threads ?? 1 });
      try {
        await checkEngine(engine, manifest.variants[0]);
      } finally {
        engine.dispose();
      }
    });
    return deviceModels.store(manifest, model);
  }

  storedModels(): Promise<StoredModel[]> {
    return deviceModels.list();
  }

  deleteStoredModel(id: string): Promise<void> {
    return deviceModels.remove(id);
  }

  async #load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    const started = performance.now();
    const { manifest, precision, location } = request;
    const variant = variantOf(manifest, precision);
    const bytes =
      location.kind === 'device'
        ? await deviceModels.read(manifest.id)
        : await siteModel(new URL(variant.file, location.baseUrl).href, variant, onProgress);
    this.#running?.engine.dispose();
    this.#running = undefined;
    onProgress({ phase: 'session', loaded: variant.bytes, total: variant.bytes });
    const engine = await this.createEngine(request.engine, bytes, { threads: request.threads });
    try {
      onProgress({ phase: 'self-test', loaded: variant.bytes, total: variant.bytes });
      const { crop } = manifest.preprocessing;
      if (engine.input.length !== 3 * crop * crop) {
        throw new Fault('model-invalid', `The model's input has ${engine.input.length} numbers, not 3 x ${crop} x ${crop}.`);
      }
      await checkEngine(engine, variant);
    } catch (error) {
      engine.dispose();
      throw error;
    }
    this.#smoother.reset();
    this.#scenes.reset();
    const loaded: LoadedModel = {
      manifest,
      precision,
      engine: engine.id,
      threads: engine.threads,
      loadMs: performance.now() - started,
      selfTest: variant.selfTest ? 'matched' : 'sane',
    };
    const reader = new FrameReader(new Preprocessor(manifest.preprocessing));
    this.#running = { engine, reader, loaded, features: featureModelOf(manifest, precision) };
    this.#naming = undefined;
    return loaded;
  }

  async #recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    const running = this.#running;
    if (!running) throw new Fault('no-model', 'No model is loaded.');
    const { engine, reader } = running;
    const started = performance.now();
    const size = frameSize(frame);
    const { aim } = options;
    const square = aim ? squareAt(aim, size.width, size.height) : visibleSquare(size.width, size.height, reader.preprocessor.spec);
    await reader.read(frame, engine.input, () => (aim ? { square } : {}));
    closeFrame(frame);
    const live = options.live ?? true;
    const sceneChanged = live && this.#scenes.update(engine.input, reader.preprocessor.spec.crop);
    const read = performance.now();
    let output;
    try {
      output = await engine.run();
    } catch (error) {
      throw Fault.from(error, 'engine-failed');
    }
    const inferred = performance.now();
    softmax(output.logits, this.#probabilities);
    const naming = this.#follow(running);
    const probabilities = naming?.join(this.#probabilities, output) ?? this.#probabilities;
    const named = (found: Prediction[]): Prediction[] => naming?.name(found, CLASSES) ?? found;
    const top = named(topK(probabilities, options.count));
    return {
      id: options.id,
      capturedAt: options.capturedAt,
      top,
      steady: live ? named(this.#smoother.update(probabilities, options.capturedAt, sceneChanged)) : top,
      sceneChanged,
      preprocessMs: read - started,
      inferenceMs: inferred - read,
      features: options.features ? output.features?.slice() : undefined,
      ...(options.block && engine.lastBlock ? { block: storedBlock(engine.lastBlock()) } : {}),
      frame: size,
      square,
      aimed: aim !== undefined,
      ...(options.map && engine.classMap ? { look: lookMap(engine.classMap.bind(engine), this.#probabilities, square) } : {}),
    };
  }

  /** What names taught classes now; labels begin anew where that has changed. */
  #follow({ engine, features }: Running): ExtraClasses | undefined {
    if (this.#naming?.live === this.taught.live) return this.#naming;
    this.#naming = this.taught.for(features, engine);
    const classes = CLASSES + (this.#naming?.count ?? 0);
    if (this.#naming || this.#smoother.classes !== classes) this.#smoother = new LabelSmoother(classes, this.#smoother.options);
    return this.#naming;
  }
}

function variantOf(manifest: ModelManifest, precision: string): ModelVariant {
  const variant = manifest.variants.find((v) => v.precision === precision);
  if (!variant) throw new Fault('model-invalid', `${manifest.name} has no ${precision} weights.`);
  return variant;
}

async function timeEngine(engine: Engine, runs: number, limitMs: number): Promise<number[]> {
  fillSelfTestInput(engine.input);
  const times: number[] = [];
  const begun = performance.now();
  do {
    const started = performance.now();
    await engine.run();
    times.push(performance.now() - started);
  } while (times.length < runs && performance.now() - begun < limitMs);
  return times;
}

async function checkEngine(engine: Engine, variant: ModelVariant): Promise<void> {
  fillSelfTestInput(engine.input);
  let problem: string | undefined;
  try {
    problem = selfTestProblem((await engine.run()).logits, variant.selfTest);
  } catch (error) {
    throw Fault.from(error, 'engine-failed');
  }
  if (problem) throw new Fault('self-test-failed', `${engine.id} with ${engine.threads} threads: ${problem}`);
}

function storedBlock({ hidden, sum }: LastBlock): StoredBlock {
  return { hidden: toHalves(hidden), sum: toHalves(sum) };
}

/** Where the network looked for its own first class: those that were taught have no weights to ask. */
function lookMap(classMap: (index: number) => ClassMap, probabilities: Float32Array, square: Region): LookMap {
  const [{ index }] = topK(probabilities, 1);
  return { map: classMap(index), index, square };
}
