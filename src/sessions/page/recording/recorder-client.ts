import { transfer } from 'comlink';
import { callback, releaseCallback } from '../../../base/page/worker-callback';
import { WorkerLink, type CallLimit, type WorkerFactory } from '../../../base/page/worker-link';
import { Fault } from '../../../base/shared/fault';
import type {
  RecordedFrame, FinishedRecording, RecordedModel, RecorderApi, RecorderEvent, RecordingEvent, RecordingRequest, RecordingStarted,
} from '../../shared/recorder';
import type { HumanEdit, Pause, RecognitionEntry, SessionManifest, Snapshot } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';

function spawnWorker(): Worker {
  return new Worker(new URL('../../worker/recorder.worker.ts', import.meta.url), { type: 'module', name: 'recorder' });
}

/** From one finished step of a recorder that ends to the next, milliseconds: what was flushed can be recovered without it. */
const FINISH_LIMIT_MS = 10_000;
const BEGIN_LIMIT_MS = 20_000;

function limit(ms: number): CallLimit {
  return { ms, late: new Fault('recording-failed', `The recorder gave no answer within ${ms} ms.`) };
}

/** One recorder worker, from start to end: see `RecorderApi`. Every call ends: with the answer, or with a fault. */
export class RecorderClient {
  readonly #link: WorkerLink<RecorderApi>;
  #stillEnding = (): void => undefined;
  /** What the worker tells events by. */
  #events: object | undefined;

  constructor(spawn: WorkerFactory = spawnWorker) {
    this.#link = new WorkerLink(spawn, { name: 'The recorder', crashed: 'recording-failed', failed: 'recording-failed' });
  }

  /** Calls back once, when the worker ends, by itself or by `dispose`. */
  onDeath(callback: (fault: Fault) => void): void {
    this.#link.onDeath(callback);
  }

  begin(request: RecordingRequest, onEvent: (event: RecordingEvent) => void): Promise<RecordingStarted> {
    const listen = (event: RecorderEvent): void => {
      if (event.kind === 'ending') this.#stillEnding();
      else onEvent(event);
    };
    const events = callback(listen);
    this.#events = events;
    return this.#link.call((remote) => remote.begin(request, events), limit(BEGIN_LIMIT_MS));
  }

  /** @param frame is transferred: gone for the caller whatever happens */
  frame(frame: RecordedFrame, timeUs: number, wanted: boolean): Promise<boolean> {
    this.#closeIfDead(frame);
    return this.#link.call((remote) => remote.frame(transfer(frame, [frame]), timeUs, wanted));
  }

  chunk(bytes: ArrayBuffer, endUs: number, drawnUs: readonly number[]): Promise<void> {
    return this.#link.call((remote) => remote.chunk(transfer(bytes, [bytes]), endUs, drawnUs));
  }

  recognised(entry: RecognitionEntry, model: RecordedModel): Promise<void> {
    return this.#link.call((remote) => remote.recognised(entry, model));
  }

  edit(edits: readonly HumanEdit[]): Promise<void> {
    return this.#link.call((remote) => remote.edit(edits));
  }

  /** @param frame is transferred */
  snapshot(frame: RecordedFrame, timeUs: number, label: LabelRef | undefined, accepted: boolean): Promise<Snapshot> {
    this.#closeIfDead(frame);
    return this.#link.call((remote) => remote.snapshot(transfer(frame, [frame]), timeUs, label, accepted));
  }

  copyTo(file: FileSystemFileHandle): Promise<void> {
    return this.#link.call((remote) => remote.copyTo(file));
  }

  finish(ended: SessionManifest['ended'], handOver: boolean, pauses: readonly Pause[]): Promise<FinishedRecording | undefined> {
    return this.#link.call((remote) => remote.finish(ended, handOver, pauses), {
      ...limit(FINISH_LIMIT_MS), onArmed: (restart) => (this.#stillEnding = restart),
    });
  }

  /** Ends the worker, and with it the session's lock. */
  dispose(): void {
    this.#link.end();
    if (this.#events) releaseCallback(this.#events);
  }

  /** A frame that is not sent any more would hold the camera's memory until it is collected. */
  #closeIfDead(frame: RecordedFrame): void {
    if (this.#link.dead) frame.close();
  }
}
