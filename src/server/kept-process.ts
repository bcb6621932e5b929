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
  /** Milliseconds that work on a job may take. */
  readonly timeoutMs: number;
  /** Called with what it tells whoever runs the service. */
  readonly onNotice: (notice: string) => void;
}

/**
 * Why a job has no answer: its own time was up (`late`), the process ended while it worked on it (`crashed`), before it came to it (`missed`), or while it
 * lay behind another job, which was the reason if there was one (`ahead`).
 */
export class JobLost extends Error {
  override readonly name = 'JobLost';

  constructor(readonly why: 'late' | 'crashed' | 'missed' | 'ahead') {
    super('The process ended.');
  }
}

/** What a job came to. */
export interface Done {
  readonly answer: JobAnswer;
  /** Milliseconds of work, as the process counts them. */
  readonly ms: number;
}

interface Task {
  /** `ahead` while it lies behind another one. */
  state: 'ahead' | 'sent' | 'begun' | 'late';
  /** Whether it was taken back: what the process says of it is of no use. */
  void: boolean;
  timer?: NodeJS.Timeout;
  onStart(): void;
  resolve(done: Done): void;
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
  #killed = false;
  #since = 0;
  #ready = false;
  #closed = false;
  #restarts = 0;
  #pause = 0;
  #next: NodeJS.Timeout | undefined;
  #settle: (error?: Error) => void = () => undefined;

  /** @param onReady called when it can take a job, other than after an answer that is waited for */
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

  /** Milliseconds since its last job was its turn. */
  get turnMs(): number {
    return performance.now() - this.#since;
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
      if (task.state === 'ahead') this.#begin(task);
      task.state = 'begun';
    } else if ('notice' in message) {
      this.options.onNotice(message.notice);
    } else if ('returned' in message) {
      const at = this.#tasks.findIndex((task) => task.void && task.state === 'ahead');
      for (const task of at < 0 ? [] : this.#tasks.splice(at, 1)) task.reject(new JobLost('ahead'));
      this.onReady();
    } else {
      const task = this.#tasks.shift();
      // From here on it is the turn of the one behind it.
      this.#since = performance.now();
      clearTimeout(task?.timer);
      task?.resolve(message);
      if (task?.void) this.onReady();
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
    for (const task of tasks) {
      clearTimeout(task.timer);
      // Killed for another's sake, what it had begun since is not the reason.
      const why = this.#killed ? 'ahead' : task.state === 'begun' ? 'crashed' : 'missed';
      task.reject(new JobLost(task.state === 'late' || task.state === 'ahead' ? task.state : why));
    }
    this.#killed = false;
  }

  /**
   * Has it do a job, now where it is free, or behind the one that it does where it can take one ahead. A job that takes longer than it may ends
   * the process; another one takes its place.
   * @param onStart called when work on it starts
   * @throws JobLost
   */
  run(job: Job, onStart: () => void): Promise<Done> {
    return new Promise((resolve, reject) => {
      const task: Task = { state: 'ahead', void: false, onStart, resolve, reject };
      this.#tasks.push(task);
      if (this.#tasks.length === 1) this.#begin(task);
      // Where it has ended, `exit` follows and rejects.
      this.#child.send({ job } satisfies ToProcess, () => undefined);
    });
  }

  #begin(task: Task): void {
    task.state = 'sent';
    this.#since = performance.now();
    task.timer = setTimeout(() => {
      task.state = 'late';
      this.#replace();
    }, this.options.timeoutMs);
    if (!task.void) task.onStart();
  }

  /** Takes back the job that lies behind another one. Where the process begins it before it hears of that, the work is for nothing. */
  takeBack(): void {
    const task = this.#tasks.find((one) => one.state === 'ahead' && !one.void);
    if (!task) return;
    task.void = true;
    this.#child.send({ takeBack: true } satisfies ToProcess, () => undefined);
  }

  /** Ends it, whatever it does; another one takes its place. */
  #replace(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#next);
    if (this.pid === undefined) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
