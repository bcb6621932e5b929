import { releaseProxy, wrap, type Remote } from 'comlink';
import { Fault, type FaultCode } from '../shared/fault';

/** Starts a worker. */
export type WorkerFactory = () => Worker;

/** How the faults of a worker are told. */
export interface LinkFaults {
  /** The worker's name for a bug report, for example `The recorder`. */
  readonly name: string;
  /** The code of its own end: a crash, or `end`. */
  readonly crashed: FaultCode;
  /** The code of what it throws, where that is no fault itself. */
  readonly failed: FaultCode;
}

/** A limit is looked at so often, milliseconds. */
const LOOK_MS = 500;

/** How long a call may take. */
export interface CallLimit {
  /** Milliseconds until the call counts as lost. */
  readonly ms: number;
  readonly late: Fault;
  /** Whether a call that is late means that the worker hangs: it then counts as dead for all calls. */
  readonly fatal?: boolean;
  /** Is given a function that starts the limit anew. */
  readonly onArmed?: (restart: () => void) => void;
}

/**
 * The page's end of one worker, from start to end. Every call ends: with the answer, with what the worker threw, with why it
 * died, or with the fault of its limit (Comlink alone would wait for ever).
 */
export class WorkerLink<Api> {
  readonly #worker: Worker;
  readonly #remote: Remote<Api>;
  /** What the death of the worker is told to: calls in flight, and who asked for it. A promise would hold each call for as long as the worker lives. */
  readonly #mourners = new Set<(fault: Fault) => void>();
  #dead: Fault | undefined;
  #ended = false;

  constructor(
    spawn: WorkerFactory,
    private readonly faults: LinkFaults,
  ) {
    this.#worker = spawn();
    this.#remote = wrap<Api>(this.#worker);
    const { name, crashed } = faults;
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die(Fault.from(new Error(`${name} failed: ${event.message || 'its script could not be run'}`), crashed));
    });
    this.#worker.addEventListener('messageerror', () => this.#die(new Fault(crashed, `A message of ${name} could not be read.`)));
  }

  /** Why the worker ended, undefined while it lives. */
  get dead(): Fault | undefined {
    return this.#dead;
  }

  /** Calls back once, when the worker ends, by itself or by `end`. */
  onDeath(callback: (fault: Fault) => void): void {
    const { dead } = this;
    if (dead) queueMicrotask(() => callback(dead));
    else this.#mourners.add(callback);
  }

  /** @throws Fault of the worker, of its end, or of the limit */
  async call<T>(call: (remote: Remote<Api>) => Promise<T>, limit?: CallLimit): Promise<T> {
    if (this.#dead) throw this.#dead;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let settled = false;
    let mourner: ((fault: Fault) => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#mourners.add((mourner = reject));
        if (limit) this.#arm(limit, reject, (armed) => (timer = armed), () => settled);
        call(this.#remote).then(resolve, reject);
      });
    } catch (error) {
      throw Fault.from(error, this.faults.failed);
    } finally {
      settled = true;
      clearTimeout(timer);
      if (mourner) this.#mourners.delete(mourner);
    }
  }

  /** Ends the worker; all that it held, WASM memory and locks included, goes back. Calls in flight end with the fault. */
  end(fault = new Fault(this.faults.crashed, `${this.faults.name} was ended.`)): void {
    this.#die(fault);
    if (this.#ended) return;
    this.#ended = true;
    // Comlink holds what it wraps until it is told; its promise never settles (comlink #678), so nobody waits for it.
    this.#remote[releaseProxy]();
    this.#worker.terminate();
  }

  #die(fault: Fault): void {
    if (this.#dead) return;
    this.#dead = fault;
    const told = [...this.#mourners];
    this.#mourners.clear();
    // Behind what is going on now: who is told may end this link, or begin another one.
    queueMicrotask(() => {
      for (const tell of told) tell(fault);
    });
  }

  #arm(
    { ms, late, fatal = false, onArmed }: CallLimit,
    reject: (fault: Fault) => void,
    armed: (timer: ReturnType<typeof setTimeout>) => void,
    settled: () => boolean,
  ): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [awakeMs, lookedAt] = [0, 0];
    const look = (): void => {
      const now = performance.now();
      // A timer that is late itself was asleep with the page, or the device, and so was the worker: that time does not count.
      awakeMs += Math.min(now - lookedAt, 2 * LOOK_MS);
      if (awakeMs < ms) return wait();
      if (fatal) this.#die(late);
      reject(late);
    };
    const wait = (): void => {
      lookedAt = performance.now();
      timer = setTimeout(look, Math.max(1, Math.min(LOOK_MS, ms - awakeMs)));
      armed(timer);
    };
    const arm = (): void => {
      // A sign of progress may come behind the answer.
      if (settled()) return;
      clearTimeout(timer);
      awakeMs = 0;
      wait();
    };
    arm();
    onArmed?.(arm);
  }
}

/**
 * The page's end of a worker that keeps things: started by the first call, and again by the next one after it died. A call in
 * flight when the worker ends, ends with its fault.
 */
export class RestartingLink<Api> {
  #link: WorkerLink<Api> | undefined;

  constructor(
    private readonly spawn: WorkerFactory,
    private readonly faults: LinkFaults,
  ) {}

  call<T>(call: (remote: Remote<Api>) => Promise<T>): Promise<T> {
    if (this.#link?.dead) this.end();
    const link = (this.#link ??= this.#start());
    return link.call(call);
  }

  /** Ends the worker, if one runs. */
  end(): void {
    this.#link?.end();
    this.#link = undefined;
  }

  #start(): WorkerLink<Api> {
    const link = new WorkerLink<Api>(this.spawn, this.faults);
    // What has failed lets go of its locks and files at once, not at the next call.
    link.onDeath(() => link.end());
    return link;
  }
}
