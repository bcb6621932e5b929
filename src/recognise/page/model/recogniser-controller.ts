import { createContext } from '@lit/context';
import type { ReactiveControllerHost } from 'lit';
import { fetchSiteModels, keptEntries, type CatalogueEntry } from './model-catalogue';
import type { WorkerFactory } from '../../../base/page/worker-link';
import type { ModelTrial } from './model-trial';
import { ownTrial } from './own-trial';
import { RecogniserClient, STALL_MS } from './recogniser-client';
import type { Precision } from '../../../engine/index';
import { Fault } from '../../../base/shared/fault';
import type { DamagedModel, FrameInput, KeptModels, LoadedModel, Recognition, RecogniseOptions, WorkerCapabilities } from '../../shared/recogniser';
import type { LoadProgress } from '../../../base/shared/model';
import { DEFAULT_SMOOTHER_OPTIONS, type SmootherOptions } from '../../shared/label-smoother';
import type { Settings, SettingsStore } from '../../../base/page/settings';
import { SharedController } from '../../../base/page/shared-controller';
import type { TrialSide } from './speed-trial';
import { SpeedTrials } from './speed-trials';
import { ThreadTrials } from './thread-trials';
import { ownModelFile, removeKeptModel, runningKey } from './kept-models';
import { StartMark } from './start-mark';
import { FailedModels, type Setback } from './failed-models';
import { RETRY_FAULTS, threadsFor, waysToRun, type Way } from './fallbacks';
import { WholeModel } from './whole-model';

export type RecogniserState = 'off' | 'loading' | 'ready' | 'fault';

/** A worker that has answered in time for so long after it was started anew may be started anew by itself once more, milliseconds. */
const TRUST_MS = 60_000;

/** Owns the recogniser worker: a fresh one for each model, so that the memory of the one before goes back. */
export class RecogniserController extends SharedController {
  state: RecogniserState = 'off';
  progress: LoadProgress | undefined;
  loaded: LoadedModel | undefined;
  capabilities: WorkerCapabilities | undefined;
  catalogue: readonly CatalogueEntry[] = [];
  /** Kept models that cannot be read. */
  damaged: readonly DamagedModel[] = [];
  fault: Fault | undefined;
  /** Why the best way to run the model was not taken, where it failed. */
  fallbackReason: Fault | undefined;
  readonly #failures: FailedModels;
  /** Models that a person took in where the browser keeps no files: there until the page is closed. */
  #held: readonly CatalogueEntry[] = [];
  #client: RecogniserClient | undefined;
  readonly #whole: WholeModel;
  #call = 0;
  #ways: readonly Way[] = [];
  readonly #mark = new StartMark();
  /** When a worker that hung or crashed was started anew by itself, or was last so slow again, `performance.now()`; undefined where that may be done. */
  #restartedAt: number | undefined;
  /** Which precision is the quicker on this device. */
  readonly trials: SpeedTrials;
  /** On how many threads the model is quickest on this device. */
  readonly threadTrials: ThreadTrials;

  constructor(
    owner: ReactiveControllerHost,
    private readonly settings: SettingsStore,
    private readonly spawn: WorkerFactory,
  ) {
    super(owner);
    this.#failures = new FailedModels(settings);
    this.trials = new SpeedTrials(settings, spawn, () => this.changed());
    this.#whole = new WholeModel(spawn, this.trials.gate);
    this.threadTrials = new ThreadTrials(settings, this.trials.gate, () => this.trials.measuring);
  }

  override hostDisconnected(): void {
    this.#call++;
    this.threadTrials.end();
    this.#whole.end();
    this.#client?.dispose();
    this.#client = undefined;
    this.state = 'off';
  }

  /** The entry that the settings choose, else the best one. */
  get chosen(): CatalogueEntry | undefined {
    return this.catalogue.find((e) => e.manifest.id === this.settings.value.modelId) ?? this.catalogue[0];
  }

  get setback(): Setback | undefined {
    return this.#failures.setback;
  }

  /** Key under which the file of the page's own model that runs is kept (see base/shared/offline.ts); undefined for a person's own, or none. */
  get runningFile(): string | undefined {
    return runningKey(this.catalogue, this.loaded);
  }

  /**
   * Starts a worker and loads the chosen model, in place of what ran before; never throws: the result is `state` and
   * `fault`. The latest call wins.
   */
  async start(): Promise<void> {
    const call = ++this.#call;
    this.#whole.end();
    this.fallbackReason = undefined;
    this.loaded = undefined;
    this.#ways = [];
    this.#set('loading');
    for (let way = 0; call === this.#call; way++) {
      try {
        await this.#attempt(call, way);
        return;
      } catch (error) {
        if (call !== this.#call) return;
        const fault = Fault.from(error, 'engine-failed');
        if (way + 1 >= this.#ways.length || !RETRY_FAULTS.includes(fault.code)) return await this.#giveUp(fault);
        this.fallbackReason ??= fault;
      }
    }
  }

  /** Chooses a model and loads it. */
  async choose(modelId: string, precision: Precision | 'auto' = 'auto'): Promise<void> {
    this.#failures.forget();
    this.#mark.forget();
    this.settings.update({ modelId, precision });
    await this.start();
  }

  /** Chooses a precision of the model, or the quicker one; loads it where another one runs. */
  async choosePrecision(precision: Precision | 'auto'): Promise<void> {
    this.settings.update({ precision });
    if (this.loaded && this.trials.wanted?.precision === this.loaded.precision) this.changed();
    else await this.start();
  }

  /** Finds out whether the processor is quick at int8, where that is not known yet. */
  async askQuickInt8(): Promise<void> {
    if (this.trials.quickInt8 !== undefined || !this.#client || this.state !== 'ready') return;
    this.trials.quickInt8 = await this.#client.quickInt8().catch(() => undefined);
    this.changed();
  }

  /** Settles when nothing is being timed: a frame that is captured before would be old when it is recognised. */
  opened(): Promise<void> {
    return this.trials.gate.opened();
  }

  /**
   * @param frame is transferred whatever happens
   * @throws Fault `no-model` where none is ready, else what the worker says
   */
  async recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    let beganAt = 0;
    if (this.loaded?.coarse) await this.#whole.wantedFor(frame, options, () => this.loaded?.coarse !== true);
    this.threadTrials.frame();
    const recognition = await this.trials.gate.enter(async () => {
      beganAt = performance.now();
      const client = this.#client;
      if (client && this.state === 'ready') return client.recognise(frame, options, this.#restartedAt !== undefined);
      if ('close' in frame) frame.close();
      throw new Fault('no-model', 'No model is ready.');
    });
    this.threadTrials.frame();
    this.trials.answered(recognition.inferenceMs);
    this.#trust(performance.now() - beganAt);
    return recognition;
  }

  /** Hands the smoothing settings to the worker. */
  async configure(): Promise<void> {
    if (this.state === 'ready') await this.#client?.configure(smootherOptions(this.settings.value)).catch(() => undefined);
  }

  /**
   * Tries a dropped model file in a worker of its own, beside the model that runs.
   * @param files one model, and what lies beside it: class names, a configuration
   * @throws Fault with the reason where the file is not accepted; the model that ran goes on
   */
  async tryFile(files: readonly File[], onProgress: (progress: LoadProgress) => void): Promise<ModelTrial> {
    return (await ownTrial()).open(this.spawn, files, this.catalogue, onProgress);
  }

  /**
   * Opens a kept model in a worker of its own, to be corrected.
   * @throws Fault with the reason where it does not run any more
   */
  async reopen(id: string, onProgress: (progress: LoadProgress) => void): Promise<ModelTrial> {
    return (await ownTrial()).reopen(this.spawn, this.#kept(id), this.catalogue, onProgress);
  }

  /**
   * A kept model with all that is set of it, as one ONNX file.
   * @throws Fault `model-corrupt` where it cannot be read
   */
  exported(id: string): Promise<File> {
    return ownModelFile(this.#kept(id));
  }

  /**
   * Keeps a file that was tried, in memory where the browser keeps no files, and runs it.
   * @throws Fault `storage-failed` where it cannot be kept
   */
  async adopt(trial: ModelTrial): Promise<void> {
    try {
      const entry = await trial.keep();
      if (entry.location.kind === 'memory') this.#held = [entry, ...this.#held.filter(({ manifest }) => manifest.id !== entry.manifest.id)];
      await this.choose(entry.manifest.id);
    } finally {
      trial.dispose();
    }
  }

  /**
   * Removes a kept model from the device; where it runs, the best other one is loaded.
   * @throws Fault `model-stays` where the browser does not let it go
   */
  async remove(id: string): Promise<void> {
    if (this.#held.some(({ manifest }) => manifest.id === id)) this.#held = this.#held.filter(({ manifest }) => manifest.id !== id);
    else await removeKeptModel(id);
    this.catalogue = this.catalogue.filter((e) => e.manifest.id !== id);
    this.damaged = this.damaged.filter((each) => each.id !== id);
    this.changed();
    if (this.loaded?.manifest.id === id) await this.choose('');
  }

  async #attempt(call: number, number: number): Promise<void> {
    this.#client?.dispose();
    this.#client = undefined;
    const { client, capabilities } = await RecogniserClient.start(this.spawn);
    if (call !== this.#call) {
      client.dispose();
      return;
    }
    this.#client = client;
    this.capabilities = capabilities;
    this.catalogue = await this.#list(client);
    const entry = this.chosen;
    if (!entry) throw new Fault('no-model', 'There is no model: neither with the page nor on this device.');
    if (entry.location.kind === 'device') await this.#mark.beginUnlessLeft(entry.manifest.id);
    const threads = threadsFor(capabilities, this.settings.value.threads);
    const { wasmRelaxedSimd: relaxed } = capabilities;
    const variant = await this.trials.variantToLoad(entry.manifest, threads, relaxed, () => client.quickInt8());
    if (call !== this.#call) return;
    const tried = this.threadTrials.threadsToLoad(variant, capabilities);
    this.#ways = waysToRun(entry.manifest, variant.precision, this.settings.value.engine, tried.threads, relaxed);
    const request = { manifest: entry.manifest, location: entry.location, precision: variant.precision, early: true, ...tried, ...this.#ways[number] };
    const loaded = await client.load(request, (progress) => {
      if (call !== this.#call) return;
      this.progress = progress;
      this.changed();
    });
    if (call !== this.#call) return;
    const begin = async (running: TrialSide): Promise<void> => {
      await this.#take(running);
      if (call !== this.#call) return;
      this.trials.begin({
        entry, running, threads, relaxed,
        threadsOf: (variant) => this.threadTrials.threadsToLoad(variant, capabilities),
        gone: () => call !== this.#call || this.state !== 'ready',
        take: (side) => this.#take(side),
      });
    };
    await begin({ client, loaded });
    if (call !== this.#call) return;
    this.#failures.ran(entry);
    this.#set('ready');
    if (loaded.coarse) this.#whole.begin({ request, gone: () => call !== this.#call || this.#client !== client, take: begin });
  }

  /** Makes a worker with a model in it the one that recognises. */
  async #take(side: TrialSide): Promise<void> {
    const before = this.#client;
    const { client, loaded } = side;
    client.onDeath((fault) => {
      if (this.#client === client && this.state === 'ready') this.#onDeath(fault);
    });
    await client.configure(smootherOptions(this.settings.value));
    // Another start may have ended it meanwhile.
    if (client.dead) throw client.dead;
    this.#client = client;
    this.loaded = loaded;
    if (before !== client) before?.dispose();
    if (!loaded.coarse) this.#tryThreads(side);
    this.changed();
  }

  #tryThreads({ client, loaded }: TrialSide): void {
    if (!this.capabilities) return;
    this.threadTrials.begin({
      client, loaded, capabilities: this.capabilities,
      gone: () => this.#client !== client || this.state !== 'ready',
      told: (threads) => {
        this.loaded = { ...loaded, threads };
        this.trials.runsOn(threads);
        this.changed();
      },
    });
  }

  async #list(client: RecogniserClient): Promise<CatalogueEntry[]> {
    const { models: stored, damaged } = await client.storedModels().catch((): KeptModels => ({ models: [], damaged: [] }));
    this.damaged = damaged;
    const own = [...keptEntries(stored), ...this.#held];
    try {
      return [...(await fetchSiteModels(document.baseURI)), ...own];
    } catch (error) {
      // Without a network a kept model still runs.
      if (own.length === 0) throw error;
      return own;
    }
  }

  #kept(id: string): CatalogueEntry {
    const entry = this.catalogue.find(({ manifest, location }) => manifest.id === id && location.kind !== 'site');
    if (!entry) throw new Fault('no-model', `The model ${id} is not kept any more.`);
    return entry;
  }

  /** A model that a person kept and that fails is not started again: another one runs in its place, and why is said. */
  async #giveUp(fault: Fault): Promise<void> {
    const { chosen } = this;
    const other = chosen && this.#failures.inPlaceOf(chosen, fault, this.catalogue);
    if (!other) return void this.#fail(fault);
    this.#mark.end();
    this.settings.update({ modelId: other.manifest.id, precision: 'auto' });
    await this.start();
  }

  /** A device that is slow, not stuck, keeps all the time that it needs: with less, its worker would be started anew again and again. */
  #trust(tookMs: number): void {
    if (this.#restartedAt === undefined) return;
    if (tookMs >= STALL_MS) this.#restartedAt = performance.now();
    else if (performance.now() - this.#restartedAt >= TRUST_MS) this.#restartedAt = undefined;
  }

  /** Once it comes back by itself; what happens again soon is said. */
  #onDeath(fault: Fault): void {
    if (this.#restartedAt !== undefined) {
      this.#restartedAt = undefined;
      this.#fail(fault);
      return;
    }
    this.#restartedAt = performance.now();
    void this.start();
  }

  #fail(fault: Fault): void {
    this.#client?.dispose();
    this.#client = undefined;
    this.loaded = undefined;
    this.#set('fault', fault);
  }

  #set(state: RecogniserState, fault?: Fault): void {
    this.state = state;
    this.fault = fault;
    if (state !== 'loading') this.#mark.end();
    if (state !== 'loading') this.progress = undefined;
    this.changed();
  }
}

function smootherOptions({ smoothing, hold }: Settings): SmootherOptions {
  return { ...DEFAULT_SMOOTHER_OPTIONS, smoothing, hold };
}

/** The app's one recogniser. */
export const recogniserContext = createContext<RecogniserController>(Symbol('recogniser'));
