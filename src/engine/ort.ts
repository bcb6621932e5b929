import * as ort from 'onnxruntime-web/wasm';
import { usableThreads } from './capabilities.ts';
import type { ClassMap, Engine, EngineOptions, EngineOutput } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { decodeModel } from './onnx/decode.ts';
import { classMapOf, pooledClassifier, withOutput, type PooledClassifier } from './onnx/classifier.ts';
import { OnnxType } from './onnx/model.ts';
import { FEATURES_NAME, INPUT_NAME, LOGITS_NAME } from './resnet18/graph.ts';

/** Names and sizes that a model must have to be run here. */
interface ModelPorts {
  readonly input: string;
  readonly size: number;
  readonly logits: string;
  readonly features: string | undefined;
}

function fixedShape(metadata: ort.InferenceSession.ValueMetadata | undefined): readonly number[] | undefined {
  if (!metadata?.isTensor || metadata.type !== 'float32') return undefined;
  return metadata.shape.map((d, i) => (typeof d === 'number' && d > 0 ? d : i === 0 ? 1 : -1));
}

function portsOf(session: ort.InferenceSession): ModelPorts {
  const inputShape = fixedShape(session.inputMetadata[0]);
  if (session.inputNames.length !== 1 || inputShape?.length !== 4 || inputShape[1] !== 3) {
    throw new EngineError('model-invalid', `The model wants the inputs ${session.inputNames.join(', ')}; one float32 picture [1, 3, 224, 224] is needed.`);
  }
  const outputs = session.outputMetadata.map((m) => ({ name: m.name, shape: fixedShape(m) }));
  const byWidth = (width: number | undefined): string | undefined =>
    outputs.find((o) => o.shape?.length === 2 && (width === undefined ? o.name === FEATURES_NAME : o.shape[1] === width))?.name;
  const logits = outputs.find((o) => o.name === LOGITS_NAME)?.name ?? byWidth(1000);
  if (!logits) throw new EngineError('model-invalid', 'The model has no output of 1000 scores, one for each ImageNet class.');
  return {
    input: session.inputNames[0] ?? INPUT_NAME,
    // A symbolic height means that any size runs; 224 is what the weights were trained for.
    size: inputShape[2] > 0 ? inputShape[2] : 224,
    logits,
    features: byWidth(undefined),
  };
}

/** How onnxruntime-web is to be started. */
export interface OrtEngineOptions extends EngineOptions {
  /** Addresses of onnxruntime-web's own files, for where its bundle does not find them itself. */
  readonly wasmPaths?: { readonly mjs: string; readonly wasm: string };
}

function configureRuntime(threads: number, wasmPaths: OrtEngineOptions['wasmPaths']): void {
  if (wasmPaths) ort.env.wasm.wasmPaths = wasmPaths;
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
}

class OrtEngine implements Engine {
  readonly id = 'ort';
  readonly input: Float32Array;
  readonly classMap: Engine['classMap'];
  readonly #activationsName: string | undefined;
  /** Of the latest run. */
  #activations: ort.Tensor | undefined;
  readonly #feeds: Record<string, ort.Tensor>;
  readonly #fetches: string[];
  #running = false;

  constructor(
    readonly threads: number,
    private readonly session: ort.InferenceSession,
    private readonly ports: ModelPorts,
    classifier: PooledClassifier | undefined,
  ) {
    const { size, input } = ports;
    this.input = new Float32Array(3 * size * size);
    this.#feeds = { [input]: new ort.Tensor('float32', this.input, [1, 3, size, size]) };
    this.#fetches = [ports.logits, ...(ports.features ? [ports.features] : []), ...(classifier ? [classifier.activations] : [])];
    this.#activationsName = classifier?.activations;
    if (classifier) this.classMap = (index) => this.#classMap(classifier, index);
  }

  async run(): Promise<EngineOutput> {
    if (this.#running) throw new Error('The engine already runs: wait for the run before.');
    this.#running = true;
    try {
      const results = await this.session.run(this.#feeds, this.#fetches);
      const { logits, features } = this.ports;
      if (this.#activationsName !== undefined) this.#activations = results[this.#activationsName];
      return {
        logits: results[logits].data as Float32Array,
        features: features === undefined ? undefined : (results[features].data as Float32Array),
      };
    } finally {
      this.#running = false;
    }
  }

  #classMap({ weight, channels }: PooledClassifier, index: number): ClassMap {
    if (!this.#activations) throw new Error('The network has not run yet: there is no map.');
    const [, , height, width] = this.#activations.dims;
    return classMapOf(weight.subarray(index * channels, (index + 1) * channels), this.#activations.data as Float32Array, width, height);
  }

  dispose(): void {
    void this.session.release();
  }
}

/** The classifier whose maps can be made; undefined where the file is of another kind (.ort), or the network ends otherwise. */
function mappableClassifier(model: Uint8Array): PooledClassifier | undefined {
  try {
    const decoded = decodeModel(model);
    const outputs = decoded.graph.outputs;
    const scores = outputs.find(({ name }) => name === LOGITS_NAME) ?? outputs.at(0);
    return scores && pooledClassifier(decoded, scores.name);
  } catch {
    return undefined;
  }
}

const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', executionMode: 'sequential' };

/** Starts a model, with the activations that its classifier averages as an output where that can be had. */
async function createSession(model: Uint8Array): Promise<{ session: ort.InferenceSession; classifier: PooledClassifier | undefined }> {
  const classifier = mappableClassifier(model);
  if (classifier) {
    try {
      const mapped = withOutput(model, { name: classifier.activations, type: OnnxType.float, shape: undefined });
      return { session: await ort.InferenceSession.create(mapped, SESSION_OPTIONS), classifier };
    } catch {
      // Activations of another type, say. What is wrong with the model itself is told by the next attempt.
    }
  }
  return { session: await ort.InferenceSession.create(model, SESSION_OPTIONS), classifier: undefined };
}

/**
 * Starts onnxruntime-web on WASM with a model of one float32 image input and a 1000-score output: any ONNX model of that kind, where
 * `createEngine` runs ResNet-18 alone. For browsers; in Node onnxruntime-node is quicker.
 *
 * @param model bytes of an .onnx or .ort file
 * @throws EngineError `model-invalid` where the model has other inputs or outputs, `out-of-memory`, `threads-failed` or
 * `engine-failed` where it cannot be started
 */
export async function createOrtEngine(model: Uint8Array, options: OrtEngineOptions = {}): Promise<Engine> {
  const threads = usableThreads(options.threads);
  configureRuntime(threads, options.wasmPaths);
  try {
    const { session, classifier } = await createSession(model);
    let ports: ModelPorts;
    try {
      ports = portsOf(session);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new OrtEngine(threads, session, ports, classifier);
  } catch (error) {
    const fault = EngineError.from(error, threads > 1 ? 'threads-failed' : 'engine-failed');
    // What the runtime says of a model it cannot read does not depend on threads.
    if (/protobuf|ModelProto|No graph|Invalid model|opset|INVALID_GRAPH|INVALID_PROTOBUF|NOT_IMPLEMENTED/i.test(fault.message)) {
      throw new EngineError('model-invalid', fault.message, { cause: error });
    }
    throw fault;
  }
}
