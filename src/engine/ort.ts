import * as ort from 'onnxruntime-web/wasm';
import { usableThreads } from './capabilities.ts';
import type { ClassMap, Engine, EngineOptions, EngineOutput } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { FedInput } from './fed-input.ts';
import { floatsOf, logitsOf } from './given-scores.ts';
import type { ClassifierPorts } from './model.ts';
import { decodeModel } from './onnx/decode.ts';
import { describeClassifier } from './onnx/describe.ts';
import { classMapOf, pooledClassifier, withOutput, type PooledClassifier } from './onnx/classifier.ts';
import { OnnxType, type OnnxModel } from './onnx/model.ts';
import { FEATURES_NAME, INPUT_NAME, LOGITS_NAME } from './resnet18/graph.ts';

function fixedShape(metadata: ort.InferenceSession.ValueMetadata | undefined): readonly number[] | undefined {
  if (!metadata?.isTensor || metadata.type !== 'float32') return undefined;
  return metadata.shape.map((d, i) => (typeof d === 'number' && d > 0 ? d : i === 0 ? 1 : -1));
}

/** Of a file in onnxruntime's own format (.ort), whose graph nothing here reads: one float picture, 1000 scores. */
function portsOf(session: ort.InferenceSession): ClassifierPorts {
  const inputShape = fixedShape(session.inputMetadata[0]);
  if (session.inputNames.length !== 1 || inputShape?.length !== 4 || inputShape[1] !== 3) {
    throw new EngineError('model-invalid', `The model wants the inputs ${session.inputNames.join(', ')}; one float32 picture [1, 3, 224, 224] is needed.`);
  }
  const outputs = session.outputMetadata.map((m) => ({ name: m.name, shape: fixedShape(m) }));
  const named = (name: string): string | undefined => outputs.find((o) => o.name === name && o.shape?.length === 2)?.name;
  const scores = named(LOGITS_NAME) ?? outputs.find((o) => o.shape?.length === 2 && o.shape[1] === 1000)?.name;
  if (!scores) throw new EngineError('model-invalid', 'The model has no output of 1000 scores, one for each ImageNet class.');
  const features = named(FEATURES_NAME);
  return {
    input: session.inputNames[0] ?? INPUT_NAME, layout: 'nchw', numbers: 'float32', scores, answers: 'scores', ...(features ? { features } : {}),
    // A symbolic height means that any size runs; 224 is what the weights were trained for.
    size: inputShape[2] > 0 ? inputShape[2] : 224,
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
  readonly #fed: FedInput;
  readonly #feeds: Record<string, ort.Tensor>;
  readonly #fetches: string[];
  #running = false;

  constructor(
    readonly threads: number,
    private readonly session: ort.InferenceSession,
    private readonly ports: ClassifierPorts,
    private readonly classifier: PooledClassifier | undefined,
  ) {
    const { size, input } = ports;
    this.input = new Float32Array(3 * size * size);
    this.#fed = new FedInput(this.input, ports);
    this.#feeds = { [input]: new ort.Tensor(ports.numbers, this.#fed.values, this.#fed.dims) };
    this.#fetches = [ports.scores, ...(ports.features ? [ports.features] : []), ...(classifier ? [classifier.activations] : [])];
    this.#activationsName = classifier?.activations;
    if (classifier) this.classMap = (index) => this.#classMap(classifier, index);
  }

  async run(): Promise<EngineOutput> {
    if (this.#running) throw new Error('The engine already runs: wait for the run before.');
    this.#running = true;
    try {
      this.#fed.fill();
      const results = await this.session.run(this.#feeds, this.#fetches);
      const { scores, answers, features } = this.ports;
      if (this.#activationsName !== undefined) this.#activations = results[this.#activationsName];
      return {
        logits: logitsOf(results[scores], answers),
        features: features === undefined ? this.#averages() : floatsOf(results[features]),
      };
    } finally {
      this.#running = false;
    }
  }

  /** What the classifier reads, where the file does not give it. */
  #averages(): Float32Array | undefined {
    if (!this.#activations || !this.classifier) return undefined;
    const { channels } = this.classifier;
    const values = this.#planar(this.#activations, channels);
    const area = values.length / channels;
    return Float32Array.from({ length: channels }, (_, c) => values.subarray(c * area, (c + 1) * area).reduce((sum, v) => sum + v, 0) / area);
  }

  /** Activations as [channels, height, width], whichever way the network has them. */
  #planar({ dims, data }: ort.Tensor, channels: number): Float32Array {
    const values = data as Float32Array;
    if (dims[1] === channels) return values;
    const area = dims[1] * dims[2];
    return Float32Array.from({ length: area * channels }, (_, i) => values[(i % area) * channels + Math.floor(i / area)]);
  }

  #classMap({ weight, channels }: PooledClassifier, index: number): ClassMap {
    if (!this.#activations) throw new Error('The network has not run yet: there is no map.');
    const { dims } = this.#activations;
    const [height, width] = dims[1] === channels ? dims.slice(2) : dims.slice(1, 3);
    return classMapOf(weight.subarray(index * channels, (index + 1) * channels), this.#planar(this.#activations, channels), width, height);
  }

  dispose(): void {
    void this.session.release();
  }
}

/** What the file says of itself; undefined where it is of another kind (.ort), which onnxruntime may know all the same. */
function decoded(model: Uint8Array): OnnxModel | undefined {
  try {
    return decodeModel(model);
  } catch {
    return undefined;
  }
}

/** The classifier whose maps can be made; of averages of the picture itself there is nothing to see. */
function mappable(model: OnnxModel, { input, scores }: ClassifierPorts): PooledClassifier | undefined {
  const classifier = pooledClassifier(model, scores);
  return classifier?.activations === input ? undefined : classifier;
}

const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', executionMode: 'sequential' };

/** Starts a model, with the activations that its classifier averages as an output where that can be had. */
async function createSession(
  model: Uint8Array,
  classifier: PooledClassifier | undefined,
): Promise<{ session: ort.InferenceSession; classifier: PooledClassifier | undefined }> {
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
 * Starts onnxruntime-web on WASM with a classifier of one picture (see `describeClassifier`): any ONNX model of that kind, where
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
    const graph = decoded(model);
    const found = options.ports ?? (graph && describeClassifier(graph).ports);
    const { session, classifier } = await createSession(model, graph && found && mappable(graph, found));
    let ports: ClassifierPorts;
    try {
      ports = found ?? portsOf(session);
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
