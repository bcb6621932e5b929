import {
  TEACH_CHANNEL, type FeatureUpdate, type ImportSummary, type NewExample, type TeachApi, type TeachChange, type TeachState,
  type TrainingResult, type UndoToken,
} from '../shared/teach';
import type { FeatureModel } from '../../recognise/shared/index';
import type { TeachProgress } from '../shared/train-head';
import { callback, releaseCallback } from '../../base/page/worker-callback';
import { RestartingLink, type WorkerFactory } from '../../base/page/worker-link';

function spawnWorker(): Worker {
  return new Worker(new URL('../worker/teach.worker.ts', import.meta.url), { type: 'module', name: 'teach' });
}

/**
 * Taught classes, from the page: see `TeachApi` for each call. The worker is started by the first call, and again by the next
 * one after a crash (what could be undone is forgotten then). Dispose of it when nobody teaches any more.
 */
export class TeachClient implements TeachApi {
  readonly #link: RestartingLink<TeachApi>;
  #channel: BroadcastChannel | undefined;

  constructor(spawn: WorkerFactory = spawnWorker) {
    this.#link = new RestartingLink(spawn, { name: 'The teaching worker', crashed: 'worker-crashed', failed: 'storage-failed' });
  }

  state(): Promise<TeachState> {
    return this.#link.call((remote) => remote.state());
  }

  addClass(name: string, other = false): Promise<string> {
    return this.#link.call((remote) => remote.addClass(name, other));
  }

  rename(classId: string, name: string): Promise<void> {
    return this.#link.call((remote) => remote.rename(classId, name));
  }

  addExamples(classId: string, model: FeatureModel, examples: readonly NewExample[]): Promise<UndoToken> {
    return this.#link.call((remote) => remote.addExamples(classId, model, examples));
  }

  updateFeatures(model: FeatureModel, updates: readonly FeatureUpdate[]): Promise<void> {
    return this.#link.call((remote) => remote.updateFeatures(model, updates));
  }

  deleteExamples(ids: readonly string[]): Promise<UndoToken> {
    return this.#link.call((remote) => remote.deleteExamples(ids));
  }

  deleteClass(classId: string): Promise<UndoToken> {
    return this.#link.call((remote) => remote.deleteClass(classId));
  }

  deleteAll(): Promise<UndoToken> {
    return this.#link.call((remote) => remote.deleteAll());
  }

  deleteUnreadable(): Promise<void> {
    return this.#link.call((remote) => remote.deleteUnreadable());
  }

  undo(token: UndoToken): Promise<void> {
    return this.#link.call((remote) => remote.undo(token));
  }

  train(model: FeatureModel, onProgress: (progress: TeachProgress) => void): Promise<TrainingResult | undefined> {
    const report = callback(onProgress);
    return this.#link.call((remote) => remote.train(model, report)).finally(() => releaseCallback(report));
  }

  cancel(): void {
    void this.#link.call((remote) => remote.cancel()).catch(() => undefined);
  }

  enable(enabled: boolean): Promise<void> {
    return this.#link.call((remote) => remote.enable(enabled));
  }

  exportFile(model: FeatureModel, images: boolean): Promise<Blob> {
    return this.#link.call((remote) => remote.exportFile(model, images));
  }

  importFile(file: Blob, model: FeatureModel): Promise<ImportSummary> {
    return this.#link.call((remote) => remote.importFile(file, model));
  }

  /** Tells of each change, made in this tab or another; one listener. */
  onChange(listener: (change: TeachChange) => void): void {
    this.#channel ??= new BroadcastChannel(TEACH_CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<TeachChange>) => listener(data);
  }

  /** Ends the worker; calls in flight end with `worker-crashed`. */
  dispose(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#link.end();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
