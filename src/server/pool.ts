import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { MOST_THREADS } from '../engine/index';
import { NETWORK_VARIABLE, type Job, type JobAnswer, type Network } from './job';
import { Problem } from './problem';

/** From source files (tests, tsx) the processes need tsx as well; the built service does not. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const PROCESS_FILE = fileURLToPath(new URL(FROM_SOURCE ? './predict-process.ts' : './predict-process.js', import.meta.url));

/** Share of the newest job in the running mean of job times. */
const SMOOTHING = 0.2;

export interface PoolOptions {
  /** Processes, 1 or more. */
  readonly workers: number;
  /** Jobs that may wait, 0 or more. */
  readonly queue: number;
  /** Milliseconds that a job may take, waiting included. */
  readonly timeoutMs: number;
  /** The network that each process loads at its start. */
  readonly network: Network;
  /** The processes' module, for tests. */
  readonly filename?: string;
}

/** What `PredictPool.run` gives for a recognised image. */
export type Recognised = Extract<JobAnswer, { ok: true }>;

/**
 * Processes that recognise images, one job each at a time, with a bounded queue.
 *
 * Processes and not worker threads: ending a thread in which onnxruntime-node runs aborts the whole process
 * (`Napi::Error`, version 1.30), and an image that crashes a decoder would take the service down with it. A process
 * that takes too long is killed and replaced.
 */
export class PredictPool {
  readonly #pool: Tinypool;
  #meanMs = 100;
  #running = 0;

  constructor(private readonly options: PoolOptions) {
    this.#pool = new Tinypool({
      runtime: 'child_process',
      serialization: 'advanced',
      filename: options.filename ?? PROCESS_FILE,
      minThreads: options.workers,
      maxThreads: options.workers,
      // Tinypool takes no 0: run() below is stricter.
      maxQueue: Math.max(1, options.queue),
      concurrentTasksPerWorker: 1,
      isolateWorkers: false,
      execArgv: FROM_SOURCE ? ['--import', 'tsx'] : [],
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: process.env['NODE_ENV'] ?? 'production',
        [NETWORK_VARIABLE]: JSON.stringify(options.network),
      },
    });
  }

  get workers(): number {
    return this.options.workers;
  }

  /** Jobs that are being worked on. */
  get busy(): number {
    return Math.min(this.#running, this.options.workers);
  }

  /** Jobs that wait. */
  get queued(): number {
    return Math.max(0, this.#running - this.options.workers);
  }

  /** Threads of the network for an image that comes while no other is worked on: the cores that stand idle meanwhile. */
  get #lonelyThreads(): number {
    return Math.min(MOST_THREADS, this.options.workers);
  }

  /** Seconds after which a place in the queue should be free, 1 or more. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((this.#running * this.#meanMs) / this.options.workers / 1000));
  }

  /**
   * Waits until every process runs the default network.
   * @throws Error where one cannot
   */
  async start(): Promise<void> {
    const warm: Job = { network: this.options.network, count: 1, limits: { maxPixels: 1, seconds: 1 } };
    const answers = await Promise.all(Array.from({ length: this.options.workers }, () => this.#pool.run(warm) as Promise<JobAnswer>));
    // The process that is taken first, where all are free, also makes itself ready for an image that has all cores.
    answers.push((await this.#pool.run({ ...warm, threads: this.#lonelyThreads })) as JobAnswer);
    for (const answer of answers) {
      if (!answer.ok) throw new Error(answer.detail ?? answer.message);
    }
  }

  /**
   * Recognises one image.
   * @throws Problem `busy` where the queue is full, `timed-out`, `worker-crashed`, or what the image itself calls for
   */
  async run(job: Job): Promise<Recognised> {
    if (this.#running >= this.options.workers + this.options.queue) {
      throw new Problem('busy', `All ${this.options.workers} workers are busy and ${this.queued} pictures wait already.`);
    }
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.options.timeoutMs);
    const started = performance.now();
    this.#running++;
    let answer: JobAnswer;
    try {
      const threads = this.#running === 1 ? this.#lonelyThreads : 1;
      answer = (await this.#pool.run({ ...job, threads }, { signal: abort.signal })) as JobAnswer;
    } catch (error) {
      if (abort.signal.aborted) {
        throw new Problem('timed-out', `There was no answer within ${this.options.timeoutMs} ms, waiting included.`, { cause: error });
      }
      throw new Problem('worker-crashed', 'The process that worked on this picture ended before its answer.', { cause: error });
    } finally {
      clearTimeout(timer);
      this.#running--;
    }
    this.#meanMs += SMOOTHING * (performance.now() - started - this.#meanMs);
    if (answer.ok) return answer;
    const { code, message, next, detail } = answer;
    throw new Problem(code, message, { next, cause: detail === undefined ? undefined : new Error(detail) });
  }

  /** Ends the processes; jobs that still run are lost. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
