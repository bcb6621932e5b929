import * as ort from 'onnxruntime-web/wasm';
import { usableThreads } from './capabilities.ts';
import type { Engine, EngineOptions, EngineOutput } from './engine.ts';
import { EngineError } from './engine-error.ts';
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
  readonly #feeds: Record<string, ort.Tensor>;
  readonly #fetches: string[];
  #running = false;

  constructor(
    readonly threads: number,
    private readonly session: ort.InferenceSession,
    private readonly ports: ModelPorts,
  ) {
    const { size, input } = ports;
    this.input = new Float32Array(3 * size * size);
    this.#feeds = { [input]: new ort.Tensor('float32', this.input, [1, 3, size, size]) };
    this.#fetches = ports.features ? [ports.logits, ports.features] : [ports.logits];
  }

  async run(): Promise<EngineOutput> {
    if (this.#running) throw new Error('The engine already runs: wait for the run before.');
    this.#running = true;
    try {
      const results = await this.session.run(this.#feeds, this.#fetches);
      const { logits, features } = this.ports;
      return {
        logits: results[logits].data as Float32Array,
        features: features === undefined ? undefined : (results[features].data as Float32Array),
      };
    } finally {
      this.#running = false;
    }
  }

  dispose(): void {
    void this.session.release();
  }
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
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
    });
    let ports: ModelPorts;
    try {
      ports = portsOf(session);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new OrtEngine(threads, session, ports);
  } catch (error) {
    const fault = EngineError.from(error, threads > 1 ? 'threads-failed' : 'engine-failed');
    // What the runtime says of a model it cannot read does not depend on threads.
    if (/protobuf|ModelProto|No graph|Invalid model|opset|INVALID_GRAPH|INVALID_PROTOBUF|NOT_IMPLEMENTED/i.test(fault.message)) {
      throw new EngineError('model-invalid', fault.message, { cause: error });
    }
    throw fault;
  }
}
