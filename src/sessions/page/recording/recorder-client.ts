import { proxy, transfer, wrap, type Remote } from 'comlink';
import { Fault } from '../../../base/shared/fault';
import type {
  FilmFrame, FinishedRecording, RecordedModel, RecorderApi, RecorderEvent, RecordingRequest, RecordingStarted,
} from '../../shared/recorder';
import type { HumanEdit, RecognitionEntry, SessionManifest, Snapshot } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';

/** Makes a recorder worker; a parameter so that tests can give another. */
export type RecorderWorkerFactory = () => Worker;

function spawnWorker(): Worker {
  return new Worker(new URL('../../worker/recorder.worker.ts', import.meta.url), { type: 'module', name: 'recorder' });
}

/** The end of a long film takes time on a slow device, milliseconds. */
const FINISH_LIMIT_MS = 60_000;
const BEGIN_LIMIT_MS = 20_000;

/** One recorder worker, from start to end: see `RecorderApi`. Every call ends: with the answer, or with a fault. */
export class RecorderClient {
  readonly #worker: Worker;
  readonly #remote: Remote<RecorderApi>;
  readonly #died: Promise<never>;
  #die: (fault: Fault) => void = () => undefined;

  constructor(spawn: RecorderWorkerFactory = spawnWorker) {
    this.#worker = spawn();
    this.#remote = wrap<RecorderApi>(this.#worker);
    this.#died = new Promise<never>((_, reject) => (this.#die = reject));
    this.#died.catch(() => undefined);
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die(new Fault('recording-failed', event.message || 'The recorder could not be run.'));
    });
    this.#worker.addEventListener('messageerror', () => this.#die(new Fault('recording-failed', 'A message of the recorder could not be read.')));
  }

  /** Calls back once, when the worker ends, by itself or by `dispose`. */
  onDeath(callback: (fault: Fault) => void): void {
    this.#died.catch((error: unknown) => callback(Fault.from(error, 'recording-failed')));
  }

  begin(request: RecordingRequest, onEvent: (event: RecorderEvent) => void): Promise<RecordingStarted> {
    return this.#call(this.#remote.begin(request, proxy(onEvent)), BEGIN_LIMIT_MS);
  }

  /** @param frame is transferred: gone for the caller whatever happens */
  frame(frame: FilmFrame, timeUs: number, wanted: boolean): Promise<boolean> {
    return this.#call(this.#remote.frame(transfer(frame, [frame]), timeUs, wanted));
  }

  chunk(bytes: ArrayBuffer, endUs: number, drawnUs: readonly number[]): Promise<void> {
    return this.#call(this.#remote.chunk(transfer(bytes, [bytes]), endUs, drawnUs));
  }

  recognised(entry: RecognitionEntry, model: RecordedModel): Promise<void> {
    return this.#call(this.#remote.recognised(entry, model));
  }

  edit(edits: readonly HumanEdit[]): Promise<void> {
    return this.#call(this.#remote.edit(edits));
  }

  /** @param frame is transferred */
  snapshot(frame: FilmFrame, timeUs: number, label: LabelRef | undefined): Promise<Snapshot> {
    return this.#call(this.#remote.snapshot(transfer(frame, [frame]), timeUs, label));
  }

  finish(ended?: SessionManifest['ended']): Promise<FinishedRecording | undefined> {
    return this.#call(this.#remote.finish(ended), FINISH_LIMIT_MS);
  }

  /** Ends the worker, and with it the session's lock. */
  dispose(): void {
    this.#worker.terminate();
    this.#die(new Fault('recording-failed', 'The recorder was ended.'));
  }

  async #call<T>(answer: Promise<T>, limitMs?: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      if (limitMs === undefined) return;
      timer = setTimeout(() => reject(new Fault('recording-failed', `The recorder gave no answer within ${limitMs} ms.`)), limitMs);
    });
    try {
      return await Promise.race([answer, this.#died, late]);
    } catch (error) {
      throw Fault.from(error, 'recording-failed');
    } finally {
      clearTimeout(timer);
    }
  }
}
