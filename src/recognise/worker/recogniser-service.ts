import {
  type Aim, capabilities, type Engine, type EngineId, type EngineOptions, fillSelfTestInput, type LastBlock, type Prediction,
  type Preprocessing, Preprocessor, quickInt8, type Region, selfTestProblem, softmax, squareAt, topK, type View, visibleSquare,
} from '../../engine/index';
import { Fault } from '../../base/shared/fault';
import type { ModelManifest, ModelVariant, LoadProgress } from '../../base/shared/model';
import type {
  FrameInput,
  LoadedModel,
  LoadRequest,
  Recognition,
  RecogniseOptions,
  RecogniserApi,
  StoredModel,
  WorkerCapabilities,
} from '../shared/recogniser';
import { imageQuality } from '../shared/image-quality';
import { LabelSmoother, type SmootherOptions } from '../shared/label-smoother';
import { adoptModelFile } from './adopt-model';
import { NO_EXTRA_CLASSES, type ExtraClasses, type ExtraClassesSource } from '../shared/extra-classes';
import { featureModelOf, toHalves, type FeatureModel, type StoredBlock } from '../shared/feature-model';
import { deviceModels } from './device-models';
import { closeFrame, FrameReader, frameSize, type FrameSize } from './frame-reader';
import { LiveLooks, lookMap, type PlacedLook } from './live-looks';
import { SerialQueue } from '../../base/worker/async';
import { siteModel } from './site-model';

const CLASSES = 1000;
/** Networks that name more right where they see frames as they are, mirrored and tighter in turn (docs/accuracy.md). */
const GAINS_BY_VIEWS: ReadonlySet<string> = new Set(['resnet18']);

/** Starts an engine on a model's bytes. */
export type EngineFactory = (id: EngineId, model: Uint8Array, options: EngineOptions) => Promise<Engine>;

interface Running {
  readonly engine: Engine;
  readonly reader: FrameReader;
  readonly loaded: LoadedModel;
  /** Undefined where the model gives no features. */
  readonly features: FeatureModel | undefined;
}

/** How the network's input was read from a frame. */
interface ReadLook {
  readonly placed: PlacedLook;
  readonly sceneChanged: boolean;
}

/** The recogniser behind the worker's messages; knows nothing of Comlink, so tests drive it without a worker. */
export class RecogniserService implements RecogniserApi {
  readonly #queue = new SerialQueue();
  #smoother = new LabelSmoother(CLASSES);
  readonly #looks = new LiveLooks();
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
    return this.#queue.run(() => timeEngine(this.#loaded.engine, runs, limitMs));
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
    this.#looks.reset();
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
    const running = this.#loaded;
    const { engine } = running;
    const started = performance.now();
    const size = frameSize(frame);
    const live = options.live ?? true;
    const { placed, sceneChanged } = await (live ? this.#readLive(frame, size, options) : this.#readStill(frame, size, options));
    closeFrame(frame);
    const quality = imageQuality(engine.input, running.loaded.manifest.preprocessing);
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
    const own = naming?.join(this.#probabilities, output) ?? this.#probabilities;
    const probabilities = live ? this.#looks.answered(placed, own, options.capturedAt) : own;
    const named = (found: Prediction[]): Prediction[] => naming?.name(found, CLASSES) ?? found;
    const top = named(topK(probabilities, options.count));
    if (live && placed.look.kind !== 'refined' && engine.classMap) {
      this.#looks.follow(placed, engine.classMap(leadingOf(this.#probabilities)), size);
    }
    // Taught classes have no weights of which a map could be made.
    const leading = leadingOf(probabilities.subarray(0, CLASSES));
    const steady = live ? named(this.#smoother.update(probabilities, options.capturedAt, sceneChanged)) : top;
    return {
      id: options.id,
      capturedAt: options.capturedAt,
      top,
      steady,
      sceneChanged: live && this.#smoother.begins,
      quality,
      preprocessMs: read - started,
      inferenceMs: inferred - read,
      features: options.features ? output.features?.slice() : undefined,
      ...(options.block && engine.lastBlock ? { block: storedBlock(engine.lastBlock()) } : {}),
      frame: size,
      square: squareOf(options.aim, size, running.reader.preprocessor.spec),
      aimed: options.aim !== undefined,
      ...(options.map && engine.classMap ? { look: lookMap(placed, engine.classMap(leading), leading) } : {}),
    };
  }

  async #readStill(frame: FrameInput, size: FrameSize, { aim }: RecogniseOptions): Promise<ReadLook> {
    const { engine, reader } = this.#loaded;
    const square = squareOf(aim, size, reader.preprocessor.spec);
    const view: View = aim ? { square } : {};
    await reader.read(frame, engine.input, view);
    return { placed: { look: { kind: 'whole', mirrored: false }, square, view }, sceneChanged: false };
  }

  async #readLive(frame: FrameInput, size: FrameSize, { aim, looks, features, block }: RecogniseOptions): Promise<ReadLook> {
    const { engine, reader, loaded } = this.#loaded;
    const { spec } = reader.preprocessor;
    // What is taught is taught of the image as it is, and what was taught is only known of the whole square.
    const plain = (features ?? false) || (block ?? false) || this.#naming !== undefined;
    const wishes = { second: !plain && engine.classMap !== undefined, views: !plain && GAINS_BY_VIEWS.has(loaded.manifest.architecture), ...looks, aim };
    const { moved, ...first } = this.#looks.next(wishes, size, spec);
    await reader.read(frame, engine.input, first.view);
    const { changed, again } = this.#looks.seen(first, engine.input, size, spec);
    // A near look would be where the scene before had something.
    if (again) await reader.read(frame, engine.input, again.view);
    return { placed: again ?? first, sceneChanged: changed || moved };
  }

  get #loaded(): Running {
    if (!this.#running) throw new Fault('no-model', 'No model is loaded.');
    return this.#running;
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

function leadingOf(probabilities: Float32Array): number {
  return topK(probabilities, 1)[0].index;
}

function squareOf(aim: Aim | undefined, { width, height }: FrameSize, spec: Preprocessing): Region {
  return aim ? squareAt(aim, width, height) : visibleSquare(width, height, spec);
}
