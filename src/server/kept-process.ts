import { fork, type ChildProcess } from 'node:child_process';
import type { Job, JobAnswer } from './job';
import type { FromProcess } from './job-port';

/** Milliseconds before a process that ended while it started is started anew: the first and the longest pause. */
const PAUSES = [100, 5000] as const;

export interface ProcessOptions {
  /** The module that it runs; it calls `answerJobs`. */
  readonly filename: string;
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Called with what it tells whoever runs the service. */
  readonly onNotice: (notice: string) => void;
}

/** A job's process has ended before its answer. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';

  /** @param begun whether it had begun with the job: if not, the job is not the reason */
  constructor(readonly begun: boolean) {
    super('The process ended.');
  }
}

interface Task {
  begun: boolean;
  resolve(answer: JobAnswer): void;
  reject(error: ProcessEnded): void;
}

/**
 * One recognising process, which is there again whenever it has ended, from whatever cause and whatever it was doing. (Pools of
 * others were tried: tinypool 2.2 ends its caller where an idle process dies, and replaces none that died while it started.)
 */
export class KeptProcess {
  /** Resolves once it was ready for the first time; rejects where it ended before. */
  readonly started: Promise<void>;
  #child: ChildProcess;
  #task: Task | undefined;
  #ready = false;
  #closed = false;
  #restarts = 0;
  #pause = 0;
  #next: NodeJS.Timeout | undefined;
  #settle: (error?: Error) => void = () => undefined;

  /** @param onReady called when it can take its first job, each time that it was started */
  constructor(
    private readonly options: ProcessOptions,
    private readonly onReady: () => void,
  ) {
    this.started = new Promise((resolve, reject) => (this.#settle = (error) => (error ? reject(error) : resolve())));
    this.started.catch(() => undefined);
    this.#child = this.#start();
  }

  /** Whether it can take a job now. */
  get free(): boolean {
    return this.#ready && !this.#task;
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /** How often it was started anew. */
  get restarts(): number {
    return this.#restarts;
  }

  #start(): ChildProcess {
    const { filename, execArgv, env } = this.options;
    const child = fork(filename, { execArgv: [...execArgv], env: { ...env }, serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    // What one sent that has ended may come behind its end.
    child.on('message', (message) => child === this.#child && this.pid !== undefined && this.#hear(message as FromProcess));
    // A failed start ends without `exit`; a message that cannot be sent is followed by it.
    child.on('error', () => child.pid === undefined && this.#ended());
    child.on('exit', () => this.#ended());
    return child;
  }

  #hear(message: FromProcess): void {
    if ('ready' in message) {
      this.#ready = true;
      this.#pause = 0;
      this.#settle();
      this.onReady();
    } else if ('begun' in message) {
      if (this.#task) this.#task.begun = true;
    } else if ('notice' in message) {
      this.options.onNotice(message.notice);
    } else {
      const task = this.#task;
      this.#task = undefined;
      task?.resolve(message.answer);
    }
  }

  #ended(): void {
    const task = this.#task;
    const pause = this.#ready ? 0 : (this.#pause = Math.min(PAUSES[1], Math.max(PAUSES[0], 2 * this.#pause)));
    this.#ready = false;
    this.#task = undefined;
    this.#settle(new Error('A recognising process ended while it started.'));
    if (!this.#closed) {
      this.#next = setTimeout(() => {
        this.#restarts++;
        try {
          this.#child = this.#start();
        } catch {
          // No memory to fork: some failures are thrown, not told of by an event.
          this.#ended();
        }
      }, pause);
    }
    task?.reject(new ProcessEnded(task.begun));
  }

  /**
   * Has it do a job; it has to be free.
   * @throws ProcessEnded
   */
  run(job: Job): Promise<JobAnswer> {
    return new Promise((resolve, reject) => {
      this.#task = { begun: false, resolve, reject };
      // Where it has ended, `exit` follows and rejects.
      this.#child.send(job, () => undefined);
    });
  }

  /** Ends it, whatever it does; another one takes its place. */
  replace(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#next);
    if (this.pid === undefined) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.replace();
    await gone;
  }
}
