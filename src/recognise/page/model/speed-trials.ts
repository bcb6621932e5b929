import { version } from '../../../../package.json';
import type { CatalogueEntry } from './model-catalogue';
import type { EngineId, Precision } from '../../../engine/index';
import type { ModelManifest, ModelVariant } from '../../../base/shared/model';
import type { Speed } from '../../shared/speed';
import type { SettingsStore } from '../../../base/page/settings';
import type { WorkerFactory } from '../../../base/page/worker-link';
import { SEEN_KEY, speedKey, SpeedStore } from './speeds';
import { median } from '../../../base/shared/statistics';
import { ExclusiveGate } from './exclusive-gate';
import { isKept as keptHere } from './kept-models';
import { runTrial, trialAllowed, type TrialSide } from './speed-trial';
import { int8MayLead, variantFor, waysToRun } from './fallbacks';

/** Labels that a person has seen before anything is timed. */
const ANSWERS_FIRST = 3;
/** Answers whose median is shown. The first ones are of a network that is still being compiled better. */
const SEEN_ANSWERS = 40;
/** Labels until another try, where one came to nothing: the page was hidden, or there was no network. */
const ANSWERS_BETWEEN = 300;
/** A model that runs, for as long as it does. */
export interface TrialSubject {
  readonly entry: CatalogueEntry;
  readonly running: TrialSide;
  /** Threads wanted. */
  readonly threads: number;
  /** Threads to start a variant with, and the most that are going to be tried with it. */
  readonly threadsOf: (variant: ModelVariant) => { readonly threads: number; readonly mostThreads?: number };
  /** Whether the browser has relaxed SIMD. */
  readonly relaxed: boolean;
  /** Whether another model, or none, has come in its place. */
  readonly gone: () => boolean;
  /** Lets another worker take over. */
  readonly take: (side: TrialSide) => Promise<void>;
}

/**
 * Finds out which precision of a model is the quicker on this device: once, after the first labels, and remembered for the
 * same build, weights, engine and threads. A person's own choice is left alone.
 */
export class SpeedTrials {
  /** Frames pass here, so that they can be held back while something is timed. */
  readonly gate = new ExclusiveGate();
  measuring = false;
  /** Whether this processor is quick at int8; undefined until that was of interest. */
  quickInt8: boolean | undefined;
  #subject: TrialSubject | undefined;
  #answers = 0;
  /** Of the latest answers, milliseconds. */
  #times: number[] = [];

  constructor(
    private readonly settings: SettingsStore,
    private readonly spawn: WorkerFactory,
    private readonly changed: () => void,
    private readonly store = new SpeedStore(),
    private readonly isKept: typeof keptHere = keptHere,
    private readonly seen = new SpeedStore(undefined, SEEN_KEY),
  ) {}

  /**
   * The variant to load: a person's choice, else the quicker one where it is known, else int8 where the processor is quick at
   * it, else floats.
   * @param relaxed whether the browser has relaxed SIMD
   * @param ask times the processor; called where it matters, and once
   */
  async variantToLoad(manifest: ModelManifest, threads: number, relaxed: boolean, ask: () => Promise<boolean>): Promise<ModelVariant> {
    if (this.#openToInt8(manifest, threads, relaxed)) this.quickInt8 ??= await ask();
    return this.#variantFor(manifest, threads, relaxed);
  }

  #variantFor(manifest: ModelManifest, threads: number, relaxed: boolean): ModelVariant {
    const lead = this.quickInt8 === true && this.#openToInt8(manifest, threads, relaxed);
    return variantFor(manifest, lead ? 'int8' : this.#chosen(manifest, threads));
  }

  /** Whether nothing has been chosen yet and int8 may be. */
  #openToInt8(manifest: ModelManifest, threads: number, relaxed: boolean): boolean {
    return this.#chosen(manifest, threads) === 'auto' && int8MayLead(manifest, this.settings.value.engine, relaxed);
  }

  /** What a person or a trial has chosen. */
  #chosen(manifest: ModelManifest, threads: number): Precision | 'auto' {
    const { precision, engine } = this.settings.value;
    return precision !== 'auto' ? precision : (this.store.recall(this.#key(manifest, engine, threads))?.choice ?? 'auto');
  }

  /** The variant that should run of the model that does. */
  get wanted(): ModelVariant | undefined {
    if (!this.#subject) return undefined;
    const { entry, threads, relaxed } = this.#subject;
    return this.#variantFor(entry.manifest, threads, relaxed);
  }

  /** What was measured of the model that runs, with the engine and threads that are chosen. */
  get speeds(): readonly Speed[] {
    const subject = this.#subject;
    if (!subject) return [];
    return this.store.recall(this.#key(subject.entry.manifest, this.settings.value.engine, subject.threads))?.speeds ?? [];
  }

  /** What was measured of a model: each precision timed against the other, or as it was seen while it ran. */
  known(manifest: ModelManifest): readonly Speed[] {
    const key = this.#key(manifest, this.settings.value.engine, this.#subject?.threads ?? 1);
    const timed = this.store.recall(key)?.speeds ?? [];
    const seen = this.seen.recall(key)?.speeds ?? [];
    return [...timed, ...seen.filter(({ precision }) => !timed.some((speed) => speed.precision === precision))];
  }

  /** The variant of a model that runs where a person has chosen none. */
  automatic(manifest: ModelManifest): ModelVariant {
    const { threads = 1, relaxed = false } = this.#subject ?? {};
    const { engine } = this.settings.value;
    const timed = this.store.recall(this.#key(manifest, engine, threads))?.choice;
    const lead = this.quickInt8 === true && int8MayLead(manifest, engine, relaxed);
    return variantFor(manifest, timed ?? (lead ? 'int8' : 'auto'));
  }

  /** A model is ready. */
  begin(subject: TrialSubject): void {
    this.#subject = subject;
    this.#answers = 0;
    this.#times = [];
  }

  /** So many threads compute from now on in the model that runs. */
  runsOn(threads: number): void {
    if (!this.#subject) return;
    const { running } = this.#subject;
    this.#subject = { ...this.#subject, running: { ...running, loaded: { ...running.loaded, threads } } };
    this.#times = [];
  }

  /**
   * A frame was recognised; after the first few the trial begins, where one is due.
   * @param inferenceMs of the network alone
   */
  answered(inferenceMs: number): void {
    this.#answers++;
    this.#see(inferenceMs);
    if (this.#answers < ANSWERS_FIRST || this.measuring || !this.#subject) return;
    if (this.settings.value.precision === 'auto' && this.speeds.length === 0 && this.possible) void this.#runIfKept(this.#subject);
  }

  /** How long the running model takes, where nothing else is known: the median of some answers, each so many anew. */
  #see(inferenceMs: number): void {
    if (!this.#subject || this.measuring) return;
    const { entry, running, threads } = this.#subject;
    this.#times.push(inferenceMs);
    const { precision, engine, threads: used } = running.loaded;
    const key = this.#key(entry.manifest, this.settings.value.engine, threads);
    const before = this.seen.recall(key)?.speeds ?? [];
    const others = before.filter((speed) => speed.precision !== precision);
    // What is known already is looked at anew now and then.
    if (this.#times.length < SEEN_ANSWERS * (others.length < before.length ? 10 : 1)) return;
    this.seen.keep(key, { speeds: [...others, { precision, engine, threads: used, ms: median(this.#times) }], choice: precision });
    this.#times = [];
    this.changed();
  }

  /** Times by itself only what is on the device: the other file is fetched where a person asks for it. */
  async #runIfKept(subject: TrialSubject): Promise<void> {
    const { rival } = this;
    this.#answers = -ANSWERS_BETWEEN;
    if (!rival || !(await this.isKept(subject.entry, rival)) || subject.gone() || this.measuring) return;
    if (this.#subject) await this.#run(this.#subject);
  }

  /** Times anew what was timed; the model that runs has to be ready. */
  async again(): Promise<void> {
    if (this.#subject && !this.measuring && this.possible) await this.#run(this.#subject);
  }

  /** Int8 where the running model computes in floats, floats where it does in int8; undefined where there are none. */
  get rival(): ModelVariant | undefined {
    if (!this.#subject) return undefined;
    const { entry, running } = this.#subject;
    const int8 = entry.manifest.variants.find((v) => v.precision === 'int8');
    if (running.loaded.precision !== 'int8') return int8;
    const floats = variantFor(entry.manifest, 'auto');
    return floats.precision === 'int8' ? undefined : floats;
  }

  /** Whether there are two precisions to time and this device may do so. */
  get possible(): boolean {
    return this.rival !== undefined && this.#subject?.entry.location.kind === 'site' && trialAllowed();
  }

  async #run(subject: TrialSubject): Promise<void> {
    const { rival } = this;
    const { manifest, location } = subject.entry;
    if (!rival) return;
    const { engine } = this.settings.value;
    const tried = subject.threadsOf(rival);
    const ways = waysToRun(manifest, rival.precision, engine, tried.threads, subject.relaxed);
    const requests = ways.map((way) => ({ manifest, location, precision: rival.precision, ...tried, ...way }));
    const stopped = (): boolean => subject.gone() || document.visibilityState === 'hidden';
    this.#setMeasuring(true);
    try {
      const result = await runTrial(subject.running, requests, this.gate, stopped, this.spawn);
      if (!result) {
        this.#answers = -ANSWERS_BETWEEN;
        return;
      }
      this.store.keep(this.#key(manifest, engine, subject.threads), result.record);
      if (result.taken) await this.#settle(subject, result.taken);
    } finally {
      this.#setMeasuring(false);
    }
  }

  /** Takes the winner, unless the person has chosen in the meantime. */
  async #settle(subject: TrialSubject, winner: TrialSide): Promise<void> {
    if (subject.gone() || this.settings.value.precision !== 'auto') {
      winner.client.dispose();
      return;
    }
    try {
      await this.gate.exclusive(() => subject.take(winner));
      this.#subject = { ...subject, running: winner };
    } catch {
      // It died in the meantime; what ran goes on.
      winner.client.dispose();
    }
  }

  #setMeasuring(on: boolean): void {
    this.measuring = on;
    this.changed();
  }

  #key(manifest: ModelManifest, engine: EngineId | 'auto', threads: number): string {
    return speedKey({ version, manifest, engine, threads });
  }
}
