import {
  type Aim, asPicture, capabilities, comparableScores, type Engine, type EngineId, type EngineOptions, fillSelfTestInput, type Prediction,
  type Preprocessing, Preprocessor, probabilitiesOf, quickInt8, type Region, selfTestProblem, squareAt, topK, type View, visibleSquare,
} from '../../engine/index';
import { Fault } from '../../base/shared/fault';
import type { ModelManifest, ModelVariant, LoadProgress } from '../../base/shared/model';
import type {
  FrameInput,
  KeptModels,
  LoadedModel,
  LoadRequest,
  Recognition,
  RecogniseOptions,
  RecogniserApi,
  TakenModel,
  WorkerCapabilities,
} from '../shared/recogniser';
import { namesFor, type ModelDraft } from '../shared/model-draft';
import { imageQuality } from '../shared/image-quality';
import { LabelSmoother, type SmootherOptions } from '../shared/label-smoother';
import type { AdoptedModel } from './adopt-model';
import { NO_EXTRA_CLASSES, type ExtraClasses, type ExtraClassesSource } from '../shared/extra-classes';
import { featureModelOf, type FeatureModel } from '../shared/feature-model';
import { deviceModels } from './device-models';
import { closeFrame, FrameReader, frameSize } from './frame-reader';
import type { FrameSize } from '../shared/aim';
import { LiveLooks, lookMap, type PlacedLook } from './live-looks';
import { SerialQueue } from '../../base/worker/async';
import { withOwnKernels } from './own-kernels';
import { siteModel, type ReadModel } from './site-model';
import { timeEngine } from './time-engine';

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
  /** Of the network's own classes, overwritten by each answer. */
  readonly probabilities: Float32Array;
  /** Of the network's own classes, undefined for ImageNet's. */
  readonly names: readonly string[] | undefined;
}

/** How the network's input was read from a frame. */
interface ReadLook {
  readonly placed: PlacedLook;
  readonly sceneChanged: boolean;
  /** Whether the network is to see the image as it is: for what is taught of it, and named by what was taught. */
  readonly plain: boolean;
}

/** The recogniser behind the worker's messages; knows nothing of Comlink, so tests drive it without a worker. */
export class RecogniserService implements RecogniserApi {
  readonly #queue = new SerialQueue();
  #smoother = new LabelSmoother(1000);
  readonly #looks = new LiveLooks();
  #running: Running | undefined;
  #naming: ExtraClasses | undefined;
  /** A file that was looked at and is not kept yet. */
  #adopted: AdoptedModel | undefined;

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

  measure(runs: number, limitMs: number, threads?: number): Promise<number[]> {
    return this.#queue.run(() => timeEngine(this.#loaded.engine, runs, limitMs, threads));
  }

  useThreads(threads: number): Promise<void> {
    return this.#queue.run(async () => this.#loaded.engine.useThreads?.(threads));
  }

  inspect(files: readonly File[], onProgress: (progress: LoadProgress) => void): Promise<ModelDraft> {
    return this.#queue.run(async () => {
      // Fetched where it is wanted: what runs at every start needs none of it.
      const { adoptModelFiles } = await import('./adopt-model');
      this.#adopted = await adoptModelFiles(files, onProgress);
      return this.#adopted.draft;
    });
  }

  reopen(manifest: ModelManifest, file?: Blob): Promise<ModelDraft> {
    return this.#queue.run(async () => {
      const [{ reopenModel }, model] = await Promise.all([import('./adopt-model'), file ? bytesOf(file) : deviceModels.read(manifest.id)]);
      this.#adopted = reopenModel(manifest, model);
      return this.#adopted.draft;
    });
  }

  keep(manifest: ModelManifest): Promise<TakenModel> {
    return this.#queue.run(async () => deviceModels.take(await withOwnKernels(manifest, this.#draftBytes, this.createEngine), this.#draftBytes));
  }

  storedModels(): Promise<KeptModels> {
    return deviceModels.list();
  }

  async #load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
    const started = performance.now();
    const { manifest, precision } = request;
    const file = variantOf(manifest, precision);
    const { bytes, coarse } = await this.#read(request, file, onProgress);
    const variant = coarse && file.parts ? { ...file, selfTest: file.parts.first.selfTest } : file;
    this.#running?.engine.dispose();
    this.#running = undefined;
    onProgress({ phase: 'session', loaded: variant.bytes, total: variant.bytes });
    const engine = await this.createEngine(request.engine, bytes, {
      threads: request.threads,
      ...(request.mostThreads === undefined ? {} : { mostThreads: request.mostThreads }),
      ports: manifest.ports,
    });
    let classes: number;
    try {
      onProgress({ phase: 'self-test', loaded: variant.bytes, total: variant.bytes });
      const { crop } = manifest.preprocessing;
      if (engine.input.length !== 3 * crop * crop) {
        throw new Fault('model-invalid', `The model's input has ${engine.input.length} numbers, not 3 x ${crop} x ${crop}.`);
      }
      classes = await checkEngine(engine, manifest, variant);
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
      ...(engine.useThreads && engine.mostThreads !== undefined ? { mostThreads: engine.mostThreads } : {}),
      loadMs: performance.now() - started,
      selfTest: variant.selfTest ? 'matched' : 'sane',
      classes,
      ...(coarse ? { coarse } : {}),
    };
    const reader = new FrameReader(new Preprocessor(manifest.preprocessing));
    this.#running = { engine, reader, loaded, features: featureModelOf(manifest, precision), probabilities: new Float32Array(classes), names: namesOf(manifest, classes) };
    if (this.#smoother.classes !== classes) this.#smoother = new LabelSmoother(classes, this.#smoother.options);
    this.#naming = undefined;
    return loaded;
  }

  async #recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    const running = this.#loaded;
    const { engine } = running;
    const started = performance.now();
    const size = frameSize(frame);
    const live = options.live ?? true;
    const { placed, sceneChanged, plain } = await (live ? this.#readLive(frame, size, options) : this.#readStill(frame, size, options));
    closeFrame(frame);
    const { preprocessing } = running.loaded.manifest;
    const quality = imageQuality(engine.input, preprocessing);
    // Only for the network's own classes was it measured: someone's own may be of dark images.
    if (!plain && running.names === undefined) this.#looks.lighten(placed, engine.input, quality.luminance, preprocessing);
    const read = performance.now();
    let output;
    try {
      output = await engine.run();
    } catch (error) {
      throw Fault.from(error, 'engine-failed');
    }
    const inferred = performance.now();
    if (givesFeatures(running.loaded.manifest)) output = { logits: running.probabilities, features: output.logits };
    else probabilitiesOf(output.logits, running.loaded.manifest.ports?.answers, running.probabilities);
    const naming = this.#follow(running);
    const own = naming?.join(running.probabilities, output) ?? running.probabilities;
    const probabilities = live ? this.#looks.answered(placed, own, options.capturedAt) : own;
    const classes = running.probabilities.length;
    const named = (found: Prediction[]): Prediction[] => ownNames(naming?.name(found, classes) ?? found, running.names);
    const top = named(topK(probabilities, options.count));
    // Features are no classes: of them there is no map.
    if (live && placed.look.kind !== 'refined' && classes > 0 && engine.classMap) {
      this.#looks.follow(placed, engine.classMap(leadingOf(running.probabilities)), size);
    }
    // Taught classes have no weights of which a map could be made.
    const leading = classes > 0 ? leadingOf(probabilities.subarray(0, classes)) : 0;
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
      features: options.features === true || (options.features === 'whole' && isWhole(placed)) ? output.features?.slice() : undefined,
      frame: size,
      square: squareOf(options.aim, size, running.reader.preprocessor.spec),
      aimed: options.aim !== undefined,
      ...(options.map && classes > 0 && engine.classMap ? { look: lookMap(placed, engine.classMap(leading), leading) } : {}),
    };
  }

  async #readStill(frame: FrameInput, size: FrameSize, { aim }: RecogniseOptions): Promise<ReadLook> {
    const { engine, reader } = this.#loaded;
    const square = squareOf(aim, size, reader.preprocessor.spec);
    const view: View = aim ? { square } : {};
    await reader.read(frame, engine.input, view);
    return { placed: { look: { kind: 'whole', mirrored: false }, square, view }, sceneChanged: false, plain: true };
  }

  async #readLive(frame: FrameInput, size: FrameSize, { aim, looks, features }: RecogniseOptions): Promise<ReadLook> {
    const { engine, reader, loaded, probabilities } = this.#loaded;
    const { spec } = reader.preprocessor;
    // What is taught is taught of the image as it is, and what was taught is only known of the whole square.
    const plain = features === true || this.#naming !== undefined;
    const wishes = { second: !plain && probabilities.length > 0 && engine.classMap !== undefined, views: !plain && GAINS_BY_VIEWS.has(loaded.manifest.architecture), ...looks, aim };
    const { moved, ...first } = this.#looks.next(wishes, size, spec);
    await reader.read(frame, engine.input, first.view);
    const { changed, again } = this.#looks.seen(first, engine.input, size, spec);
    // A near look would be where the scene before had something.
    if (again) await reader.read(frame, engine.input, again.view);
    return { placed: again ?? first, sceneChanged: changed || moved, plain };
  }

  async #read({ location, manifest, early = false }: LoadRequest, variant: ModelVariant, onProgress: (progress: LoadProgress) => void): Promise<ReadModel> {
    if (location.kind === 'site') return siteModel(new URL(variant.file, location.baseUrl).href, variant, early, onProgress);
    if (location.kind === 'memory') return { bytes: await bytesOf(location.file), coarse: false };
    return { bytes: location.kind === 'draft' ? this.#draftBytes : await deviceModels.read(manifest.id), coarse: false };
  }

  get #draftBytes(): Uint8Array {
    if (!this.#adopted) throw new Fault('no-model', 'No file was looked at.');
    return this.#adopted.model;
  }

  get #loaded(): Running {
    if (!this.#running) throw new Fault('no-model', 'No model is loaded.');
    return this.#running;
  }

  /** What names taught classes now; labels begin anew where that has changed. */
  #follow({ features, probabilities }: Running): ExtraClasses | undefined {
    if (this.#naming?.live === this.taught.live) return this.#naming;
    this.#naming = this.taught.for(features);
    const classes = probabilities.length + (this.#naming?.count ?? 0);
    if (this.#naming || this.#smoother.classes !== classes) this.#smoother = new LabelSmoother(classes, this.#smoother.options);
    return this.#naming;
  }
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

function variantOf(manifest: ModelManifest, precision: string): ModelVariant {
  const variant = manifest.variants.find((v) => v.precision === precision);
  if (!variant) throw new Fault('model-invalid', `${manifest.name} has no ${precision} weights.`);
  return variant;
}

/** @returns how many classes the network has */
async function checkEngine(engine: Engine, { architecture, ports, preprocessing }: ModelManifest, variant: ModelVariant): Promise<number> {
  fillSelfTestInput(engine.input);
  // What is known of a person's own network is what a picture is to it.
  if (architecture === 'classifier' || (ports && !variant.selfTest)) asPicture(engine.input, preprocessing);
  let logits: Float32Array;
  try {
    ({ logits } = await engine.run());
  } catch (error) {
    throw Fault.from(error, 'engine-failed');
  }
  const problem = selfTestProblem(variant.selfTest ? comparableScores(logits, ports?.answers) : logits, variant.selfTest);
  if (!problem) return ports?.answers === 'features' ? 0 : logits.length;
  // Where nothing is known of what it should answer, it is the file that is wrong.
  if (!variant.selfTest && ports) throw new Fault('model-invalid', `The network was tried and gave no scores that can be used: ${problem}.`);
  throw new Fault('self-test-failed', `${engine.id} with ${engine.threads} threads: ${problem}`);
}

function namesOf({ classNames, ports }: ModelManifest, classes: number): readonly string[] | undefined {
  return classNames ?? ports ? namesFor(classes, classNames) : undefined;
}

/** Puts a network's own names to predictions of its classes; taught ones have theirs. */
function ownNames(predictions: Prediction[], names: readonly string[] | undefined): Prediction[] {
  return names ? predictions.map((p) => (p.name === undefined ? { ...p, name: names[p.index], ofNetwork: true as const } : p)) : predictions;
}

/** Whether a network has no classes of its own. */
function givesFeatures({ ports }: ModelManifest): boolean {
  return ports?.answers === 'features';
}

/** Whether a look is of the whole square as it is. */
function isWhole({ look }: PlacedLook): boolean {
  return look.kind === 'whole' && !look.mirrored;
}

function leadingOf(probabilities: Float32Array): number {
  return topK(probabilities, 1)[0].index;
}

function squareOf(aim: Aim | undefined, { width, height }: FrameSize, spec: Preprocessing): Region {
  return aim ? squareAt(aim, width, height) : visibleSquare(width, height, spec);
}
