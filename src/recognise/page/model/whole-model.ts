import { Fault } from '../../../base/shared/fault';
import type { WorkerFactory } from '../../../base/page/worker-link';
import type { FrameInput, LoadRequest, RecogniseOptions } from '../../shared/recogniser';
import type { ExclusiveGate } from './exclusive-gate';
import { RecogniserClient } from './recogniser-client';
import type { TrialSide } from './speed-trial';

/** Pauses between tries, each twice as long as the one before, milliseconds. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/** What the whole of a model takes over from. */
export interface WholeSubject {
  /** How its first part was loaded. */
  readonly request: LoadRequest;
  /** Whether another model, or none, has come in its place. */
  readonly gone: () => boolean;
  /** Lets the worker with the whole take over. */
  readonly take: (side: TrialSide) => Promise<void>;
}

/**
 * Loads a model that runs on coarser weights once more, whole, in a worker of its own, which then takes over: no frame waits for that. Where it
 * cannot be had, as without a network, what runs goes on, and it is tried again.
 */
export class WholeModel {
  /** Settles when the whole runs, or could not be had. */
  #settled: Promise<void> = Promise.resolve();
  #next: RecogniserClient | undefined;
  /** Calls off the next try. */
  #retry: (() => void) | undefined;
  /** Makes it now. */
  #now: (() => void) | undefined;
  #pause = FIRST_PAUSE_MS;

  /** @param gate lets frames through, and holds them back while the worker changes */
  constructor(
    private readonly spawn: WorkerFactory,
    private readonly gate: ExclusiveGate,
  ) {}

  begin(subject: WholeSubject): void {
    this.#settled = this.#load(subject);
  }

  /** Ends what is being loaded, or waits to be. */
  end(): void {
    this.#next?.dispose();
    this.#retry?.();
    this.#retry = undefined;
    this.#pause = FIRST_PAUSE_MS;
  }

  /** Tries again as soon as there is a network, something needs the whole, or some time has gone by. */
  #again(subject: WholeSubject): void {
    const retry = (): void => {
      this.#retry?.();
      this.#retry = undefined;
      if (!subject.gone()) this.begin(subject);
    };
    const timer = setTimeout(retry, this.#pause);
    this.#pause = Math.min(LONGEST_PAUSE_MS, 2 * this.#pause);
    addEventListener('online', retry);
    this.#now = retry;
    this.#retry = () => {
      clearTimeout(timer);
      removeEventListener('online', retry);
      this.#now = undefined;
    };
  }

  /**
   * Waits for the whole where it matters: what is kept of an image, or taught of it, is of the whole weights; coarser ones are for live labels.
   * @param runs whether the whole does
   * @throws Fault `model-download` where something is to be taught and there is no whole yet; the frame is closed then
   */
  async wantedFor(frame: FrameInput, { live = true, features }: RecogniseOptions, runs: () => boolean): Promise<void> {
    const taught = features === true;
    if (live && !taught) return;
    this.#now?.();
    await this.#settled;
    if (runs() || !taught) return;
    if ('close' in frame) frame.close();
    throw new Fault('model-download', 'The rest of the model could not be fetched yet, and nothing can be taught without it.');
  }

  async #load(subject: WholeSubject): Promise<void> {
    const { request, gone, take } = subject;
    let next: RecogniserClient | undefined;
    let taken = false;
    try {
      ({ client: next } = await RecogniserClient.start(this.spawn));
      this.#next = next;
      if (gone()) throw new Fault('no-model', 'Another model was chosen.');
      const loaded = await next.load({ ...request, early: false }, () => undefined);
      if (gone()) throw new Fault('no-model', 'Another model was chosen.');
      const side = { client: next, loaded };
      await this.gate.alone(async () => {
        // A trial may have found another precision quicker meanwhile.
        if (gone()) return;
        await take(side);
        taken = true;
      });
    } catch {
      if (!gone()) this.#again(subject);
    } finally {
      if (!taken) next?.dispose();
      this.#next = undefined;
    }
  }
}
