import { fork, type ChildProcess } from 'node:child_process';
import type { Job, JobAnswer } from './job';
import type { FromProcess, ToProcess } from './job-port';

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

/** A job has no answer: its process has ended, or has given it back. */
export class JobLost extends Error {
  override readonly name = 'JobLost';

  /**
   * @param begun whether the process had begun with the job: if not, the job is not the reason
   * @param ahead whether it lay behind another job all the while
   */
  constructor(readonly begun: boolean, readonly ahead: boolean) {
    super('The process ended.');
  }
}

interface Task {
  begun: boolean;
  /** Whether it lies behind another job. */
  ahead: boolean;
  onStart(): void;
  resolve(answer: JobAnswer): void;
  reject(error: JobLost): void;
}

/**
 * One recognising process, which is there again whenever it has ended, from whatever cause and whatever it was doing. (Pools of
 * others were tried: tinypool 2.2 ends its caller where an idle process dies, and replaces none that died while it started.)
 */
export class KeptProcess {
  /** Resolves once it was ready for the first time; rejects where it ended before. */
  readonly started: Promise<void>;
  #child: ChildProcess;
  /** The job that it does, and the one that lies ready behind it. */
  #tasks: Task[] = [];
  #wantedBack = false;
  #since = 0;
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

  /** Whether it can begin with a job now. */
  get free(): boolean {
    return this.#ready && this.pid !== undefined && this.#tasks.length === 0;
  }

  /** Whether a job can lie ready for it behind the one that it does: then it need not wait for the service between two. */
  get canTakeAhead(): boolean {
    return this.#ready && this.pid !== undefined && this.#tasks.length === 1;
  }

  /** When work on its last job started, by performance.now(). */
  get since(): number {
    return this.#since;
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
    child.on('message', (message) => child === this.#child && this.#hear(message as FromProcess));
    // A failed start ends without `exit`; a message that cannot be sent is followed by it.
    child.on('error', () => child.pid === undefined && this.#ended());
    // What it sent before its end may come behind it: the answer to one job, and that it has begun the next.
    child.on('exit', () => {
      if (child.connected) child.once('disconnect', () => this.#ended());
      else this.#ended();
    });
    return child;
  }

  #hear(message: FromProcess): void {
    if ('ready' in message) {
      this.#ready = true;
      this.#pause = 0;
      this.#settle();
      this.onReady();
    } else if ('begun' in message) {
      const [task] = this.#tasks;
      if (!task) return;
      task.begun = true;
      if (task.ahead) this.#begin(task);
    } else if ('notice' in message) {
      this.options.onNotice(message.notice);
    } else if ('returned' in message) {
      // It lies behind a job still: the answer to that one would have come before.
      this.#tasks.pop()?.reject(new JobLost(false, true));
    } else {
      this.#tasks.shift()?.resolve(message.answer);
    }
  }

  #ended(): void {
    const tasks = this.#tasks;
    const pause = this.#ready ? 0 : (this.#pause = Math.min(PAUSES[1], Math.max(PAUSES[0], 2 * this.#pause)));
    this.#ready = false;
    this.#tasks = [];
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
    for (const task of tasks) task.reject(new JobLost(task.begun, task.ahead));
  }

  /**
   * Has it do a job, now where it is free, or behind the one that it does where it can take one ahead.
   * @param onStart called when work on it starts
   * @throws JobLost
   */
  run(job: Job, onStart: () => void): Promise<JobAnswer> {
    return new Promise((resolve, reject) => {
      const ahead = this.#tasks.length > 0;
      const task: Task = { begun: false, ahead, onStart, resolve, reject };
      this.#tasks.push(task);
      this.#wantedBack = false;
      if (!ahead) this.#begin(task);
      // Where it has ended, `exit` follows and rejects.
      this.#child.send({ job } satisfies ToProcess, () => undefined);
    });
  }

  #begin(task: Task): void {
    task.ahead = false;
    this.#since = performance.now();
    task.onStart();
  }

  /** Asks for the job that lies behind the one that it does; it is lost (`ahead`) unless it is begun first. */
  takeBack(): void {
    if (this.#wantedBack || !this.#tasks.at(-1)?.ahead) return;
    this.#wantedBack = true;
    this.#child.send({ takeBack: true } satisfies ToProcess, () => undefined);
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
