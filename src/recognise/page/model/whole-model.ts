import { Fault } from '../../../base/shared/fault';
import type { WorkerFactory } from '../../../base/page/worker-link';
import type { FrameInput, LoadRequest, RecogniseOptions } from '../../shared/recogniser';
import type { ExclusiveGate } from './exclusive-gate';
import { RecogniserClient } from './recogniser-client';
import type { TrialSide } from './speed-trial';

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
 * cannot be had, as without a network, what runs goes on, and it is tried again whenever there is one.
 */
export class WholeModel {
  /** Settles when the whole runs, or could not be had. */
  #settled: Promise<void> = Promise.resolve();
  #next: RecogniserClient | undefined;

  /** @param gate lets frames through, and holds them back while the worker changes */
  constructor(
    private readonly spawn: WorkerFactory,
    private readonly gate: ExclusiveGate,
  ) {}

  begin(subject: WholeSubject): void {
    this.#settled = this.#load(subject);
  }

  /** Ends what is being loaded. */
  end(): void {
    this.#next?.dispose();
  }

  /**
   * Waits for the whole where it matters: what is kept of an image, or taught of it, is of the whole weights; coarser ones are for live labels.
   * @param runs whether the whole does
   * @throws Fault `model-download` where something is to be taught and there is no whole yet; the frame is closed then
   */
  async wantedFor(frame: FrameInput, { live = true, features, block }: RecogniseOptions, runs: () => boolean): Promise<void> {
    const taught = features === true || block === true;
    if (live && !taught) return;
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
      await this.gate.opened();
      await this.gate.exclusive(() => take(side));
      taken = true;
    } catch {
      if (!gone()) addEventListener('online', () => !gone() && this.begin(subject), { once: true });
    } finally {
      if (!taken) next?.dispose();
      this.#next = undefined;
    }
  }
}
