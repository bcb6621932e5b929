import { version } from '../../../../package.json';
import type { ModelVariant } from '../../../base/shared/model';
import type { Settings } from '../../../base/page/settings';
import { median } from '../../../base/shared/statistics';
import type { LoadedModel, WorkerCapabilities } from '../../shared/recogniser';
import { bestThreads, mostThreads, type ThreadTime } from '../../shared/thread-choice';
import { deviceMemory } from './device-capabilities';
import type { ExclusiveGate } from './exclusive-gate';
import { threadsFor } from './fallbacks';
import { MeasuredStore, type MeasuredStorage } from './measured-store';
import { ENGINES } from './speeds';

/** So long no frame came, and the device counts as idle, milliseconds. */
const QUIET_MS = 1000;
/** Between turns: a frame that has come meanwhile goes first. */
const PAUSE_MS = 30;
/** A turn: threads that slept wake in the first run, the second one counts. */
const RUNS = 2;
/** No second run where the first took as long, milliseconds: a frame that has come waits for no more than a turn. */
const TURN_MS = 100;
/** The first round warms up: it starts the threads. */
const ROUNDS = 6;

/** What came of timing numbers of threads. */
export interface ThreadRecord {
  readonly threads: number;
  /** By number of threads, the fewest first. */
  readonly times: readonly ThreadTime[];
}

/** A model that runs, for as long as it does. */
export interface ThreadSubject {
  readonly loaded: LoadedModel;
  readonly capabilities: WorkerCapabilities;
  /** As RecogniserClient has them. */
  readonly client: {
    measure(runs: number, limitMs: number, threads: number): Promise<number[]>;
    useThreads(threads: number): Promise<void>;
    readonly dead: unknown;
  };
  /** Whether another model, or none, has come in its place. */
  readonly gone: () => boolean;
  /** So many threads compute now. */
  readonly told: (threads: number) => void;
}

function isTime(value: unknown): value is ThreadTime {
  const { threads, ms } = (value ?? {}) as Partial<Record<keyof ThreadTime, unknown>>;
  return Number.isInteger(threads) && typeof ms === 'number' && ms > 0;
}

function isRecord(value: unknown): value is ThreadRecord {
  const { threads, times } = (value ?? {}) as Partial<Record<keyof ThreadRecord, unknown>>;
  return Array.isArray(times) && times.every(isTime) && times.some((t) => t.threads === threads);
}

/**
 * Finds out on how many threads a model is quickest on this device: at the first moment at which no frame has come for a while, the page
 * is seen and nothing is recorded, by turns of two runs, so that a label which comes in between waits for no more. Remembered for the same build,
 * processor, weights and precision. A person's own choice is left alone.
 */
export class ThreadTrials {
  /** While something is recorded nothing is timed. */
  held = false;
  #subject: ThreadSubject | undefined;
  #frameAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #store: MeasuredStore<ThreadRecord>;
  /** Keys of what was measured in this visit. */
  readonly #measured = new Set<string>();

  /** @param others whether something else is being timed */
  constructor(
    private readonly settings: { readonly value: Pick<Settings, 'threads'> },
    private readonly gate: ExclusiveGate,
    private readonly others: () => boolean,
    storage?: MeasuredStorage,
  ) {
    this.#store = new MeasuredStore('sightglass.threads', isRecord, storage);
  }

  /** What was measured of the model that runs; undefined where nothing was, or where a person has chosen. */
  get record(): ThreadRecord | undefined {
    if (!this.#subject || this.settings.value.threads > 0) return undefined;
    const { loaded, capabilities } = this.#subject;
    return loaded.engine === 'simd' ? this.#recall(this.#key(variantOf(loaded), capabilities)) : undefined;
  }

  /** Threads to start a model's weights with, and the most that are going to be tried with them. */
  threadsToLoad(variant: ModelVariant, capabilities: WorkerCapabilities): { threads: number; mostThreads?: number } {
    const wanted = this.settings.value.threads;
    const usual = threadsFor(capabilities, wanted);
    if (wanted > 0 || usual === 1) return { threads: usual };
    const known = this.#recall(this.#key(variant, capabilities));
    return known ? { threads: known.threads } : { threads: usual, mostThreads: mostThreads(capabilities.hardwareConcurrency, deviceMemory()) };
  }

  /** A model is ready. */
  begin(subject: ThreadSubject): void {
    this.end();
    this.#subject = subject;
    const { mostThreads: most = 1, engine } = subject.loaded;
    if (engine !== 'simd' || most < 2 || this.settings.value.threads > 0 || this.record) return;
    this.#wait(new Trial(Array.from({ length: most }, (_, i) => i + 1)), QUIET_MS);
  }

  /** A frame has come. */
  frame(): void {
    this.#frameAt = performance.now();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#subject = undefined;
  }

  #wait(trial: Trial, ms: number): void {
    const subject = this.#subject;
    if (subject) this.#timer = setTimeout(() => void this.#turn(subject, trial), ms);
  }

  get #idle(): boolean {
    return !this.held && !this.others() && document.visibilityState === 'visible' && performance.now() - this.#frameAt >= QUIET_MS;
  }

  async #turn(subject: ThreadSubject, trial: Trial): Promise<void> {
    if (subject.gone() || subject !== this.#subject) return;
    if (!this.#idle) {
      this.#wait(trial, QUIET_MS);
      return;
    }
    const { client } = subject;
    const threads = trial.next;
    try {
      const times = await this.gate.exclusive(() => client.measure(RUNS, TURN_MS, threads));
      trial.took(times[times.length - 1]);
    } catch {
      // So many threads do not start here; where the worker has ended, whoever owns it says so.
      if (client.dead || !trial.without(threads)) return;
    }
    if (subject !== this.#subject || subject.gone()) return;
    if (!trial.over) {
      this.#wait(trial, PAUSE_MS);
      return;
    }
    const { record } = trial;
    const key = this.#key(variantOf(subject.loaded), subject.capabilities);
    this.#store.keep(key, record);
    this.#measured.add(key);
    await client.useThreads(record.threads).then(() => subject.told(record.threads), () => undefined);
  }

  /** One thread may have won only because other programs had the processor: it counts for the visit in which it was measured. */
  #recall(key: string): ThreadRecord | undefined {
    const record = this.#store.recall(key);
    return record && record.threads === 1 && !this.#measured.has(key) ? undefined : record;
  }

  #key({ precision, sha256 }: ModelVariant, { hardwareConcurrency, wasmRelaxedSimd }: WorkerCapabilities): string {
    return [version, ENGINES, hardwareConcurrency, wasmRelaxedSimd ? 'relaxed' : 'plain', precision, sha256].join(' ');
  }
}

function variantOf({ manifest, precision }: LoadedModel): ModelVariant {
  return manifest.variants.find((v) => v.precision === precision) ?? manifest.variants[0];
}

/** The turns of one trial: each number of threads in each round, so that whatever else the device does hits all alike. */
class Trial {
  readonly #times = new Map<number, number[]>();
  #at = 0;

  constructor(private counts: readonly number[]) {}

  get next(): number {
    return this.counts[this.#at % this.counts.length];
  }

  get over(): boolean {
    return this.#at >= this.counts.length * ROUNDS;
  }

  took(ms: number): void {
    if (this.#at >= this.counts.length) this.#times.set(this.next, [...(this.#times.get(this.next) ?? []), ms]);
    this.#at++;
  }

  /** So many threads, and more, cannot be had. @returns false where there is nothing left to choose from */
  without(threads: number): boolean {
    const round = Math.floor(this.#at / this.counts.length);
    this.counts = this.counts.filter((count) => count < threads);
    for (const count of this.#times.keys()) if (count >= threads) this.#times.delete(count);
    this.#at = (round + 1) * this.counts.length;
    return this.counts.length > 1;
  }

  get record(): ThreadRecord {
    const times = [...this.#times].map(([threads, all]) => ({ threads, ms: median(all) }));
    return { threads: bestThreads(times), times };
  }
}
