import { FedInput, LOGITS_NAME, logitsOf, type ClassifierPorts } from '../../engine/index';
import type { Network } from '../job';
import * as ort from '../onnxruntime';
import type { Runner } from './running';

/** A network in onnxruntime. */
export class OnnxNetwork implements Runner {
  readonly engine = 'onnxruntime';
  readonly input: Float32Array;
  readonly #fed: FedInput;
  readonly #feeds: Record<string, ort.Tensor>;
  readonly #ports: ClassifierPorts;

  private constructor(
    { own, preprocessing: { crop } }: Network,
    private readonly session: ort.InferenceSession,
  ) {
    this.input = new Float32Array(3 * crop ** 2);
    this.#ports = own ?? {
      input: session.inputNames[0],
      layout: 'nchw',
      numbers: 'float32',
      size: crop,
      scores: session.outputNames.includes(LOGITS_NAME) ? LOGITS_NAME : session.outputNames[0],
      answers: 'scores',
    };
    this.#fed = new FedInput(this.input, this.#ports);
    this.#feeds = { [this.#ports.input]: new ort.Tensor(this.#ports.numbers, this.#fed.values, this.#fed.dims) };
  }

  /** @throws Error where the file is no model */
  static async open(network: Network, path: string, threads: number): Promise<OnnxNetwork> {
    const session = await ort.InferenceSession.create(path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Threads that wait for the next layer, or the next image, would otherwise keep their cores from the decoder and the server: 39 ms of
      // processor time a request of 640 x 480 with two threads, against 70.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    try {
      return new OnnxNetwork(network, session);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async run(): Promise<Float32Array> {
    this.#fed.fill();
    const { scores, answers } = this.#ports;
    return logitsOf((await this.session.run(this.#feeds, [scores]))[scores], answers);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
