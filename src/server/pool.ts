import { fileURLToPath } from 'node:url';
import { MOST_THREADS } from '../engine/index';
import { NETWORK_VARIABLE, type Engine, type Job, type JobAnswer, type Network } from './job';
import { KeptProcess, ProcessEnded } from './kept-process';
import { Problem } from './problem';
import { FROM_SOURCE, PROCESS_ENVIRONMENT, TSX } from './processes';

const PROCESS_FILE = fileURLToPath(new URL(FROM_SOURCE ? './predict-process.ts' : './predict-process.js', import.meta.url));

/** Share of the newest job in the running mean of job times. */
const SMOOTHING = 0.2;

/** Threads of the network for an image that comes while no other is worked on: the cores that stand idle meanwhile. */
export const lonelyThreads = (workers: number): number => Math.min(MOST_THREADS, workers);

export interface PoolOptions {
  /** Processes, 1 or more. */
  readonly workers: number;
  /** Jobs that may wait, 0 or more. */
  readonly queue: number;
  /** Milliseconds that work on a job may take, from its start. */
  readonly timeoutMs: number;
  /** Milliseconds that a job may wait for that start. */
  readonly waitMs: number;
  /** The network that each process loads at its start. */
  readonly network: Network;
  /** The processes' module, for tests. */
  readonly filename?: string;
}

/** What `PredictPool.run` gives for a recognised image. */
export type Recognised = Extract<JobAnswer, { ok: true }>;

interface Asked {
  readonly job: Job;
  /** Aborted where nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds that it may wait for a process; as long as it takes if left out. */
  readonly waitMs?: number;
  /** Whether it was with a process before, which ended before it began. */
  readonly again: boolean;
}

interface Waiting extends Asked {
  readonly since: number;
  answered(answer: Promise<JobAnswer>): void;
}

/**
 * Processes that recognise images, one job each at a time, with a bounded queue.
 *
 * Processes and not worker threads: ending a thread in which onnxruntime-node runs aborts the whole process
 * (`Napi::Error`, version 1.30), and an image that crashes a decoder would take the service down with it. A process
 * that takes too long over a job is killed and replaced; waiting costs no process.
 */
export class PredictPool {
  readonly #processes: readonly KeptProcess[];
  readonly #waiting: Waiting[] = [];
  /** What is worked on, and since when. */
  readonly #working = new Set<{ readonly since: number }>();
  #meanMs = 100;
  #onWait: (milliseconds: number) => void = () => undefined;
  #onNotice: (notice: string) => void = () => undefined;

  constructor(private readonly options: PoolOptions) {
    const started = {
      filename: options.filename ?? PROCESS_FILE,
      execArgv: TSX,
      env: { ...PROCESS_ENVIRONMENT, [NETWORK_VARIABLE]: JSON.stringify(options.network) },
      onNotice: (notice: string) => this.#onNotice(notice),
    };
    this.#processes = Array.from({ length: options.workers }, () => new KeptProcess(started, () => this.#next()));
  }

  get workers(): number {
    return this.options.workers;
  }

  /** Jobs that are being worked on. */
  get busy(): number {
    return this.#working.size;
  }

  /** Jobs that wait. */
  get queued(): number {
    return this.#waiting.length;
  }

  /** Ids of the processes by place; undefined where one has ended and the next is not there yet. */
  get places(): (number | undefined)[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** Ids of the processes that are there now. */
  get pids(): number[] {
    return this.places.filter((pid) => pid !== undefined);
  }

  /** Processes that were started in place of one that had ended. */
  get restarts(): number {
    return this.#processes.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  get #lonelyThreads(): number {
    return lonelyThreads(this.options.workers);
  }

  /** Milliseconds until all that is here now should be done: what one that comes now would have to wait. */
  get expectedWaitMs(): number {
    const now = performance.now();
    const left = [...this.#working].reduce((sum, { since }) => sum + Math.max(0, this.#meanMs - (now - since)), 0);
    return (left + this.#waiting.length * this.#meanMs) / this.options.workers;
  }

  /** Whole seconds until what waits now should be done, 1 or more. */
  get retryAfter(): number {
    return Math.max(1, Math.round(this.expectedWaitMs / 1000));
  }

  /** Whether an image that came now would be refused, or there is no process to take it. */
  get overloaded(): boolean {
    return this.pids.length === 0 || this.#refusal() !== undefined;
  }

  /** Calls back with the milliseconds that each job has waited, once it is started. */
  onWait(callback: (milliseconds: number) => void): void {
    this.#onWait = callback;
  }

  /** Calls back with what a process tells whoever runs the service, a sentence. */
  onNotice(callback: (notice: string) => void): void {
    this.#onNotice = callback;
  }

  /**
   * Waits until every process runs the default network.
   * @returns what runs it: both where processes differ
   * @throws Error where one cannot
   */
  async start(): Promise<ReadonlySet<Engine>> {
    const warm: Job = { network: this.options.network, count: 1, threads: 1, limits: { maxPixels: 1, seconds: 1 } };
    await Promise.all(this.#processes.map(({ started }) => started));
    const answers = await Promise.all(Array.from({ length: this.options.workers }, () => this.#ask({ job: warm, again: false })));
    // The process that is taken first, where all are free, also makes itself ready for an image that has all cores.
    answers.push(await this.#ask({ job: { ...warm, threads: this.#lonelyThreads }, again: false }));
    return new Set(answers.map((answer) => {
      if (!answer.ok) throw new Error(answer.detail ?? answer.message);
      return answer.engine;
    }));
  }

  /**
   * Says whether a job that came now could be done, before any of its bytes are read.
   * @throws Problem `busy` where the queue is full, or the wait would be too long
   */
  admit(): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw new Problem('busy', refusal);
  }

  /** Why an image that came now could not be taken; undefined where it could. */
  #refusal(): string | undefined {
    const { workers, queue, waitMs } = this.options;
    if (this.#working.size + this.#waiting.length >= workers + queue) return `All ${workers} workers are busy and ${this.queued} pictures wait already.`;
    if (this.#working.size < workers) return undefined;
    const expected = this.expectedWaitMs;
    return expected > waitMs ? `A picture would have to wait for about ${Math.round(expected)} ms; at most ${waitMs} ms are waited.` : undefined;
  }

  /**
   * Recognises one image.
   * @param signal aborted where nobody waits for the answer any more
   * @throws Problem `busy` where it cannot wait or has waited too long, `timed-out`, `worker-crashed`, `aborted`, or what the image itself calls for
   */
  async run(job: Job, signal?: AbortSignal): Promise<Recognised> {
    this.admit();
    const answer = await this.#ask({ job, signal, waitMs: this.options.waitMs, again: false });
    if (answer.ok) return answer;
    const { code, message, next, detail } = answer;
    throw new Problem(code, message, { next, cause: detail === undefined ? undefined : new Error(detail) });
  }

  /** Has a process do a job, once one is free. @throws Problem `busy` where that is too late, `aborted` where nobody waits any more */
  #ask(asked: Asked): Promise<JobAnswer> {
    const { signal, waitMs, again } = asked;
    return new Promise((resolve, reject) => {
      const leave = (problem: Problem): void => {
        const at = this.#waiting.indexOf(entry);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        done();
        reject(problem);
      };
      const gone = (): void => leave(new Problem('aborted', 'Nobody waits for the answer any more.'));
      const late = waitMs === undefined ? undefined : setTimeout(() => leave(new Problem('busy', `No process was free within ${waitMs} ms.`)), waitMs);
      const done = (): void => {
        clearTimeout(late);
        signal?.removeEventListener('abort', gone);
      };
      const entry: Waiting = {
        ...asked,
        since: performance.now(),
        answered(answer) {
          done();
          resolve(answer);
        },
      };
      signal?.addEventListener('abort', gone, { once: true });
      // One that was with a process before is the next.
      if (again) this.#waiting.unshift(entry);
      else this.#waiting.push(entry);
      if (signal?.aborted) gone();
      this.#next();
    });
  }

  /** Gives what waits to processes that are free. */
  #next(): void {
    for (;;) {
      const kept = this.#processes.find(({ free }) => free);
      const entry = kept && this.#waiting.shift();
      if (!entry) return;
      this.#onWait(performance.now() - entry.since);
      entry.answered(this.#work(kept, entry));
    }
  }

  async #work(kept: KeptProcess, entry: Waiting): Promise<JobAnswer> {
    const work = { since: performance.now() };
    this.#working.add(work);
    const threads = entry.job.threads ?? (this.#working.size === 1 && this.#waiting.length === 0 ? this.#lonelyThreads : 1);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kept.replace();
    }, this.options.timeoutMs);
    let ended: unknown;
    const answer = await kept.run({ ...entry.job, threads }).catch((error: unknown) => void (ended = error));
    clearTimeout(timer);
    this.#working.delete(work);
    if ((answer || late) && (entry.job.bytes ?? entry.job.tensor)) this.#meanMs += SMOOTHING * (performance.now() - work.since - this.#meanMs);
    // Gone before the job came to it, whose turn is still the next.
    const again = ended instanceof ProcessEnded && !ended.begun && !entry.again && !late;
    const { job, signal, waitMs } = entry;
    const second = again && this.#ask({ job, signal, waitMs, again });
    this.#next();
    if (answer) return answer;
    if (second) return second;
    if (late) throw new Problem('timed-out', `The picture was not recognised within ${this.options.timeoutMs} ms.`, { cause: ended });
    throw new Problem('worker-crashed', 'The process that worked on this picture ended before its answer.', { cause: ended });
  }

  /** Ends the processes; jobs that still run are lost. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((kept) => kept.close()));
  }
}
