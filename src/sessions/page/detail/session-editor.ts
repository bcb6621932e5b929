import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import type { HumanEdit, HumanLabels, SessionData } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import {
  addSpan, deleteSpan, mergeSpans, moveEdge, relabelSpan, SpanEditError, splitSpan, type Edge, type SpanLimits,
} from '../../shared/edit-labels';
import { deleteSnapshot, relabelSnapshot } from '../../shared/edit-labels';
import { EditHistory } from '../../shared/edit-history';
import { NO_LABELS } from '../../shared/human-labels';
import type { SessionStore } from '../library/session-store';

/** Shortest span, microseconds: a frame at 25 a second. */
const MIN_SPAN_US = 40_000;

/**
 * One session that is looked at and corrected. Each step is appended to the session on the device at once, in order; what
 * could not be written stays, and is written with the next step or `retry`.
 */
export class SessionEditor implements ReactiveController {
  #data: SessionData | undefined;
  #history = new EditHistory([], () => crypto.randomUUID());
  #fault: Fault | undefined;
  #opens = 0;
  #unsaved: HumanEdit[] = [];
  #saving: Promise<void> = Promise.resolve();
  #selected: string | undefined;
  #store: SessionStore | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  get data(): SessionData | undefined {
    return this.#data;
  }

  get labels(): HumanLabels {
    return this.#data ? this.#history.labels : NO_LABELS;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** The span that is worked on. */
  get selected(): HumanLabels['spans'][number] | undefined {
    return this.#selected !== undefined && this.#data ? this.#history.span(this.#selected) : undefined;
  }

  select(id: string | undefined): void {
    this.#selected = id;
    this.host.requestUpdate();
  }

  /** Opens a session, or another; the latest call wins. */
  async open(store: SessionStore, id: string): Promise<void> {
    const call = ++this.#opens;
    this.#data = undefined;
    this.#fault = undefined;
    this.#selected = undefined;
    this.host.requestUpdate();
    try {
      const [data, history] = await Promise.all([store.open(id), store.history(id)]);
      if (call !== this.#opens) return;
      this.#data = data;
      this.#history = new EditHistory(history, () => crypto.randomUUID());
      this.#unsaved = [];
      this.#store = store;
    } catch (error) {
      if (call !== this.#opens) return;
      this.#fault = Fault.from(error, 'storage-failed');
    }
    this.host.requestUpdate();
  }

  close(): void {
    this.#opens++;
    this.#data = undefined;
    this.host.requestUpdate();
  }

  /** @returns the new span's id */
  add(startUs: number, endUs: number, label: LabelRef): string {
    const id = crypto.randomUUID();
    this.#do((labels, limits) => addSpan(labels, { id, startUs, endUs, label }, limits));
    this.select(id);
    return id;
  }

  moveEdge(id: string, edge: Edge, timeUs: number): void {
    this.#do((labels, limits) => moveEdge(labels, id, edge, timeUs, limits));
  }

  split(id: string, timeUs: number): void {
    const newId = crypto.randomUUID();
    this.#do((labels, limits) => splitSpan(labels, id, timeUs, newId, limits));
    if (this.#history.span(newId)) this.select(newId);
  }

  merge(id: string, otherId: string): void {
    this.#do((labels) => mergeSpans(labels, id, otherId));
  }

  relabel(id: string, label: LabelRef): void {
    this.#do((labels) => relabelSpan(labels, id, label));
  }

  delete(id: string): void {
    this.#do((labels) => deleteSpan(labels, id));
  }

  relabelSnapshot(id: string, label: LabelRef): void {
    this.#do((labels) => relabelSnapshot(labels, id, label));
  }

  deleteSnapshot(id: string): void {
    this.#do((labels) => deleteSnapshot(labels, id));
  }

  undo(): void {
    this.#save(this.#history.undo());
  }

  redo(): void {
    this.#save(this.#history.redo());
  }

  /** Writes once more what could not be written. */
  retry(): void {
    this.#fault = undefined;
    this.#save([]);
  }

  #do(make: (labels: HumanLabels, limits: SpanLimits) => readonly HumanEdit[]): void {
    const { data } = this;
    if (!data) return;
    try {
      const limits = { durationUs: data.manifest.durationUs, minUs: MIN_SPAN_US };
      this.#save(this.#history.apply(make(this.#history.labels, limits)));
    } catch (error) {
      // Nothing to split there, or gone meanwhile: there is nothing to do.
      if (!(error instanceof SpanEditError)) throw error;
    }
  }

  #save(edits: readonly HumanEdit[]): void {
    const store = this.#store;
    const id = this.#data?.manifest.id;
    this.#unsaved.push(...edits);
    this.host.requestUpdate();
    if (!store || id === undefined) return;
    const unsaved = this.#unsaved;
    this.#saving = this.#saving.then(async () => {
      const now = unsaved.splice(0);
      if (now.length === 0) return;
      try {
        await store.edit(id, now);
        this.#fault = undefined;
      } catch (error) {
        unsaved.unshift(...now);
        this.#fault = Fault.from(error, 'storage-failed');
      }
      this.host.requestUpdate();
    });
  }
}
