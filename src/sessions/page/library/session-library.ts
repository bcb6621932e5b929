import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { browserStorage } from '../../../base/page/settings';
import { Fault } from '../../../base/shared/fault';
import type { SessionManifest } from '../../shared/session';
import { isJson } from '../../../base/shared/text-files';
import type { AnnotationReport, TransferProgress } from '../../shared/session-export';
import { DatasetShelf } from '../dataset/dataset-shelf';
import type { SetsReport } from '../dataset/set-corrections';
import { MissedSessions, type NotedSession } from './missed-sessions';
import type { SessionStore } from './session-store';
import { SessionTransfer, type Transfer } from './session-transfer';

/** What came of annotations that were read back, in sessions and in training sets. */
export type LibraryReport = Omit<AnnotationReport, 'stills'> & Pick<SetsReport, 'sets'>;

function joinReports(before: LibraryReport | undefined, report: LibraryReport): LibraryReport {
  if (!before) return report;
  return {
    sessions: [...before.sessions, ...report.sessions], unmatched: [...before.unmatched, ...report.unmatched], changedHere: [...before.changedHere, ...report.changedHere],
    foreign: before.foreign + report.foreign, others: before.others + report.others, sets: [...before.sets, ...report.sets],
  };
}

/** How long a deleted session can be had back, milliseconds. */
export const UNDO_TIME = 12_000;

/** How often it is looked whether the sessions are still on the device, milliseconds. */
const LOOK_TIME = 3000;

/** An import that runs. */
export interface RunningImport {
  readonly name: string;
  readonly progress: TransferProgress | undefined;
  /** Files that wait. */
  readonly waiting: number;
}

/** What went wrong, and with which file where that is known. */
export interface LibraryFault {
  readonly file?: string;
  readonly fault: Fault;
}

/**
 * The list of the recorded sessions. A deletion, of one or of several at once, is only done when the time to take it back has passed, or the list is left.
 */
export class SessionLibrary implements ReactiveController {
  #sessions: readonly SessionManifest[] | undefined;
  #faults: readonly LibraryFault[] = [];
  #removed: readonly SessionManifest[] = [];
  #deletion: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #endSubscription: (() => void) | undefined;
  #refreshes = 0;
  #import: RunningImport | undefined;
  #importJob: Transfer<SessionManifest | AnnotationReport> | undefined;
  readonly #waiting: File[] = [];
  #annotations: LibraryReport | undefined;
  readonly #missed = new MissedSessions(browserStorage());
  #looks: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly storeOf: () => SessionStore,
    readonly transfer = new SessionTransfer(),
    /** The training sets of this device. */
    readonly shelf = new DatasetShelf(),
  ) {
    host.addController(this);
  }

  get store(): SessionStore {
    return this.storeOf();
  }

  /** Newest first, without those that are being deleted; undefined until they are known. */
  get sessions(): readonly SessionManifest[] | undefined {
    const removed = new Set(this.#removed.map(({ id }) => id));
    return this.#sessions?.filter(({ id }) => !removed.has(id));
  }

  /** What went wrong and was not put away yet: one, or one for each file that could not be imported. */
  get faults(): readonly LibraryFault[] {
    return this.#faults;
  }

  /** What can still be had back: what was deleted last, at once. */
  get removed(): readonly SessionManifest[] {
    return this.#removed;
  }

  /** Sessions that were here and are gone, though nobody deleted them here. */
  get missed(): readonly NotedSession[] {
    return this.#missed.missed;
  }

  get importing(): RunningImport | undefined {
    return this.#import;
  }

  /** What came of the annotations that were read last; undefined once that was put away. */
  get annotations(): LibraryReport | undefined {
    return this.#annotations;
  }

  clearAnnotations(): void {
    this.#annotations = undefined;
    this.host.requestUpdate();
  }

  hostConnected(): void {
    this.#endSubscription = this.store.onChange(({ kind, id }) => {
      if (kind === 'delete') this.#missed.deleted(id);
      void this.refresh();
    });
    this.#looks = setInterval(() => void this.#look(), LOOK_TIME);
    addEventListener('pagehide', this.#onLeave);
    void this.refresh();
  }

  hostDisconnected(): void {
    removeEventListener('pagehide', this.#onLeave);
    clearInterval(this.#looks);
    this.#endSubscription?.();
    this.cancelImport();
    this.transfer.dispose();
    void this.flush();
  }

  /** Reads the list anew; the latest call wins. */
  async refresh(): Promise<void> {
    const call = ++this.#refreshes;
    try {
      const sessions = await this.store.list();
      if (call !== this.#refreshes) return;
      this.#sessions = sessions;
      this.#missed.listed(sessions);
    } catch (error) {
      if (call !== this.#refreshes) return;
      this.#faults = [{ fault: Fault.from(error, 'storage-failed') }];
      this.#sessions ??= [];
    }
    this.host.requestUpdate();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#guarded(() => this.store.rename(id, name));
    await this.refresh();
  }

  /** Takes sessions off the list; they are deleted later. */
  async remove(...sessions: readonly SessionManifest[]): Promise<void> {
    await this.flush();
    this.#removed = sessions;
    this.#timer = setTimeout(() => void this.flush(), UNDO_TIME);
    this.host.requestUpdate();
  }

  undoRemove(): void {
    clearTimeout(this.#timer);
    this.#removed = [];
    this.host.requestUpdate();
  }

  /** Whether what was taken off the list is being deleted: it cannot be had back any more. */
  get deleting(): boolean {
    return this.#deletion !== undefined;
  }

  /** Deletes what is to be deleted, now. One that cannot be leaves the others be. */
  flush(): Promise<void> {
    this.#deletion ??= this.#delete().finally(() => {
      this.#deletion = undefined;
      this.host.requestUpdate();
    });
    return this.#deletion;
  }

  async #delete(): Promise<void> {
    const removed = this.#removed;
    clearTimeout(this.#timer);
    if (removed.length === 0) return;
    this.host.requestUpdate();
    for (const { id, name } of removed) {
      if (this.#removed !== removed) break;
      this.#missed.deleted(id);
      await this.#guarded(() => this.store.delete(id), removed.length > 1 ? name : undefined);
    }
    // Only behind that: until then the list has them still.
    await this.refresh();
    if (this.#removed === removed) this.undoRemove();
  }

  /** Reads zips and annotations (JSON) one after the other. Each that cannot be read is told of by its name; the others are taken. */
  async import(files: Iterable<File>): Promise<void> {
    this.#waiting.push(...files);
    if (this.#import || this.#waiting.length === 0) return;
    this.#faults = [];
    for (let file = this.#waiting.shift(); file; file = this.#waiting.shift()) {
      const { name } = file;
      const tell = (progress: TransferProgress | undefined): void => {
        this.#import = { name, progress, waiting: this.#waiting.length };
        this.host.requestUpdate();
      };
      tell(undefined);
      await this.#guarded(() => (isJson(file) ? this.#importAnnotations(file) : this.#importZip(file, tell)), name);
    }
    this.#import = undefined;
    this.#importJob = undefined;
    await this.refresh();
  }

  #importZip(file: File, tell: (progress: TransferProgress) => void): Promise<unknown> {
    const job = this.transfer.import(file, tell);
    this.#importJob = job;
    return job.result;
  }

  async #importAnnotations(file: File): Promise<void> {
    // Before the worker changes anything: code that cannot be fetched would leave half of it done, and untold.
    const { correctSets } = await import('../dataset/set-corrections').catch((error: unknown) => {
      throw Fault.from(error, 'export-failed');
    });
    const job = this.transfer.importAnnotations(file);
    this.#importJob = job;
    const report = await job.result;
    if (!report) return;
    const { stills, unmatched, changedHere, ...sessions } = report;
    const sets = correctSets(this.shelf, stills, () => this.#setsChanged());
    this.#annotations = joinReports(this.#annotations, { ...sessions, sets: sets.sets, unmatched: [...unmatched, ...sets.unmatched], changedHere: [...changedHere, ...sets.changedHere] });
    // At once: an open set would be kept as it was before.
    this.host.requestUpdate();
  }

  /** Sets have back what they had: who shows one looks at it anew. */
  #setsChanged(): void {
    this.#annotations &&= { ...this.#annotations };
    this.host.requestUpdate();
  }

  cancelImport(): void {
    this.#waiting.length = 0;
    if (!this.#importJob) return;
    this.#importJob.cancel();
    void this.tidy();
  }

  /** Removes what a cancelled import or export has left; failing that, the next start does. */
  async tidy(): Promise<void> {
    await this.store.tidy().catch(() => undefined);
  }

  /** A person has read what is missed. */
  clearMissed(): void {
    this.#missed.missed = [];
    this.host.requestUpdate();
  }

  async #look(): Promise<void> {
    if (!this.#sessions || this.#sessions.length === 0 || document.visibilityState !== 'visible') return;
    const ids = await this.store.ids().catch(() => undefined);
    if (ids && this.#missed.here(ids)) await this.refresh();
  }

  clearFault(): void {
    this.#faults = [];
    this.host.requestUpdate();
  }

  async #guarded(job: () => Promise<unknown> | undefined, file?: string): Promise<void> {
    try {
      await job();
    } catch (error) {
      const found: LibraryFault = { fault: Fault.from(error, 'storage-failed'), ...(file !== undefined && { file }) };
      this.#faults = file === undefined ? [found] : [...this.#faults, found];
      this.host.requestUpdate();
    }
  }

  readonly #onLeave = (): void => void this.flush();
}
