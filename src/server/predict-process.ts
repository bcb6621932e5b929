// One of the processes that recognise images (see pool.ts).
import { readFile } from 'node:fs/promises';
import { IMAGENET_LABELS } from '../base/shared/labels/imagenet';
import { ownModelIn } from '../base/shared/own-model';
import { decodeModel, Preprocessor, probabilitiesOf, SimdPasses, topK } from '../engine/index';
import { decodeImage, restrictDecoder } from './decode';
import { selfTest, type Runner } from './inference/running';
import { NETWORK_VARIABLE, type Job, type JobAnswer, type Network, type Scores } from './job';
import { answerJobs, notify } from './job-port';
import { KeptNetworks } from './kept-networks';
import { NativeNetwork } from './native/native-network';
import { messageOf, Problem } from './problem';

const PASSES = new SimdPasses();

/** Names of a network's classes. @returns undefined where a person's own has none */
async function namesOf({ own, path }: Network): Promise<readonly string[] | undefined> {
  return own ? ownModelIn(decodeModel(await readFile(path)).metadata)?.classNames : IMAGENET_LABELS;
}

/** A file in onnxruntime, which is only loaded where it is used. */
async function openOnnx(network: Network, path: string, threads: number): Promise<Runner> {
  const { OnnxNetwork } = await import('./inference/onnx-network');
  return OnnxNetwork.open(network, path, threads);
}

/** A network that has passed its self-test. */
class RunningNetwork {
  readonly preprocessor: Preprocessor;

  private constructor(
    private readonly network: Network,
    private readonly runner: Runner,
    private readonly names: readonly string[] | undefined,
  ) {
    this.preprocessor = new Preprocessor(network.preprocessing, PASSES);
  }

  get input(): Float32Array {
    return this.runner.input;
  }

  get engine(): Runner['engine'] {
    return this.runner.engine;
  }

  /** @throws Error where the file is no model, or its answer to the self-test is wrong */
  static async start(network: Network, threads: number): Promise<RunningNetwork> {
    const { mapped, path, native, engine } = network;
    if (mapped !== undefined) {
      // Something may have cleared the folder of temporary files since; and what was made for all has to answer rightly, too.
      const open = native ? () => NativeNetwork.map(native, mapped, threads) : () => openOnnx(network, mapped, threads);
      const shared = await RunningNetwork.#test(network, open).catch((error: unknown) => {
        notify(`Process ${process.pid} could not use the weights that all processes share, and keeps its own, which takes more memory. ${messageOf(error)}`);
        return undefined;
      });
      if (shared) return shared;
    }
    // What onnxruntime had to write for all, the native kernels do not run.
    if (engine !== 'onnxruntime' && (native ?? mapped === undefined)) {
      const own = await RunningNetwork.#test(network, () => NativeNetwork.load(network, threads)).catch((error: unknown) => {
        // Where they ran it as the service started.
        if (native) notify(`Process ${process.pid} runs ${network.model} in onnxruntime: ${messageOf(error)}`);
        return undefined;
      });
      if (own) return own;
    }
    return RunningNetwork.#test(network, () => openOnnx(network, path, threads));
  }

  static async #test(network: Network, open: () => Runner | Promise<Runner>): Promise<RunningNetwork> {
    const runner = await open();
    try {
      await selfTest(network, runner);
      return new RunningNetwork(network, runner, await namesOf(network));
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  /** @returns logit and probability of each class of what `input` holds */
  async run(): Promise<Omit<Scores, 'labels'>> {
    const logits = await this.runner.run();
    return { logits, probabilities: probabilitiesOf(logits, this.network.own?.answers) };
  }

  label(index: number): string {
    return this.names?.[index] ?? `class ${index}`;
  }

  release(): Promise<void> {
    return this.runner.release();
  }
}

const preload = process.env[NETWORK_VARIABLE];
const preloaded = preload === undefined ? undefined : (JSON.parse(preload) as Network);
const networks = new KeptNetworks<RunningNetwork>(preloaded?.path);

function withNetwork<Answer>(network: Network, threads: number, job: (running: RunningNetwork) => Answer | Promise<Answer>): Promise<Answer> {
  const known = network.path === preloaded?.path ? preloaded : network;
  return networks.use(network.path, threads, () => RunningNetwork.start(known, threads), job);
}

/** Starts a network, where one is to be ready for the next image. */
const prepare = (network: Network, threads: number): Promise<void> => withNetwork(network, threads, () => undefined);

/**
 * One thread a process, as many processes as cores: under load no core waits for another one. An image that comes alone gets all
 * cores, from a second session, in the few processes that such images come to; the first of them only has it made for the next.
 */
function threadsFor({ network, threads = 1 }: Job): number {
  if (threads === 1 || networks.has(network.path, threads)) return threads;
  // Made once this image has its answer, if its network is still there.
  setTimeout(() => {
    if (networks.has(network.path, 1)) void prepare(network, threads).catch(() => undefined);
  }, 1000);
  return 1;
}

/** Puts an image into a network's input. @returns when it was decoded */
async function feed({ bytes, tensor, limits }: Job, { preprocessor, input }: RunningNetwork): Promise<number> {
  if (!bytes) {
    if (tensor?.length !== input.length) throw new Problem('bad-tensor', `The network takes ${input.length} numbers, not ${tensor?.length}.`);
    input.set(tensor);
    return performance.now();
  }
  const { pixels, pixelBytes, width, height, available } = await decodeImage(bytes, limits, (...size) => preprocessor.region(...size));
  const decoded = performance.now();
  preprocessor.run(pixels, width, height, input, available, undefined, undefined, pixelBytes);
  return decoded;
}

async function recognise(job: Job, network: RunningNetwork): Promise<JobAnswer> {
  const started = performance.now();
  const decoded = await feed(job, network);
  const prepared = performance.now();
  const { logits, probabilities } = await network.run();
  const predictions = topK(probabilities, job.count).map(({ index, probability }) => ({
    label: network.label(index),
    confidence: probability,
    index,
  }));
  return {
    ok: true,
    predictions,
    engine: network.engine,
    ...(job.scores ? { scores: { logits, probabilities, labels: Array.from(probabilities, (_, index) => network.label(index)) } } : {}),
    timings: { decode: decoded - started, preprocess: prepared - decoded, inference: performance.now() - prepared },
  };
}

/** Recognises one image. Never rejects: a failure is part of the answer. */
export default async function predict(job: Job): Promise<JobAnswer> {
  try {
    const { network, bytes, tensor, threads = 1 } = job;
    if (bytes ?? tensor) return await withNetwork(network, threadsFor(job), (running) => recognise(job, running));
    const engine = await withNetwork(network, threads, (running) => running.engine);
    return { ok: true, predictions: [], engine, timings: { decode: 0, preprocess: 0, inference: 0 } };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, code: error.code, message: error.message, next: error.next };
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ok: false, ...internal().body(), detail };
  }
}

function internal(): Problem {
  return new Problem('internal', 'The network failed on this picture.');
}

restrictDecoder();
// Ctrl+C reaches every process of the terminal: the parent alone decides when this one ends.
process.on('SIGINT', () => undefined);
// The network is loaded before the first image comes; what goes wrong is told to the first job.
if (preloaded) await prepare(preloaded, 1).catch(() => undefined);
answerJobs(predict);
