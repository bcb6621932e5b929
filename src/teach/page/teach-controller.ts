import type { Aim } from '../../engine/index';
import type { ReactiveControllerHost } from 'lit';
import { TeachClient } from './teach-client';
import { Fault } from '../../base/shared/fault';
import type { ExampleSummary, NewExample, TeachState, UndoToken } from '../shared/teach';
import { sameNetwork, type FeatureModel } from '../../recognise/shared/index';
import { MOST_EXAMPLES } from '../shared/classes-file';
import type { TeachProgress } from '../shared/train-head';
import { ExampleCollector, type Collector, type VideoSpan, type Recognise } from './example-collector';
import { SharedController } from '../../base/page/shared-controller';
import type { Collecting, UndoOffer } from './teach-progress';

/** Milliseconds without a change after which the classes are learned anew. */
const TRAIN_DELAY = 500;
/** Milliseconds for which a change can be taken back by a press. */
const UNDO_SHOWN = 12_000;
/** Frames of each span of a session. */
const FRAMES_PER_SPAN = 12;

/** Owns the teaching worker: what is taught, collecting, and learning after each change. Nothing throws: see `fault`. */
export class TeachController extends SharedController {
  state: TeachState | undefined;
  /** How far learning has come, undefined while nothing is learned. */
  progress: TeachProgress | undefined;
  collecting: Collecting | undefined;
  /** How far learning anew from kept images has come, 0..1. */
  relearning: number | undefined;
  undoOffer: UndoOffer | undefined;
  fault: Fault | undefined;
  /** Image files that could not be read, of the last ones added. */
  unreadable: readonly string[] = [];
  readonly #client: TeachClient;
  readonly #collector: Collector;
  /** Images and spans that came while others were looked at. */
  readonly #later: (() => Promise<void>)[] = [];
  #refresh = 0;
  #training = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;
  #holding = false;
  #active = false;

  /** @param model the network that runs; undefined where it gives no features */
  constructor(
    owner: ReactiveControllerHost,
    recognise: Recognise,
    private readonly model: () => FeatureModel | undefined,
    { client = new TeachClient(), collector = new ExampleCollector(recognise) }: { readonly client?: TeachClient; readonly collector?: Collector } = {},
  ) {
    super(owner);
    this.#client = client;
    this.#collector = collector;
  }

  hostConnected(): void {
    this.#client.onChange(() => void this.refresh());
    void this.refresh();
  }

  override hostDisconnected(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#undoTimer);
    this.#client.dispose();
  }

  /** Whether somebody looks: nothing is learned behind the person's back, in two tabs at once say. */
  set active(active: boolean) {
    if (this.#active === active) return;
    this.#active = active;
    if (active) this.#schedule();
    else this.#holding = false;
  }

  get holding(): boolean {
    return this.#holding;
  }

  /** Examples that another network has seen, and that have an image to learn from anew. */
  get foreign(): readonly ExampleSummary[] {
    const model = this.model();
    if (!model) return [];
    return this.state?.classes.flatMap((t) => t.examples).filter((e) => e.modelSha256 !== model.sha256) ?? [];
  }

  async refresh(): Promise<void> {
    const call = ++this.#refresh;
    await this.#try(async () => {
      const state = await this.#client.state();
      if (call !== this.#refresh) return;
      this.state = state;
      this.#schedule();
    });
  }

  /** @returns the new class's id; undefined where it was not made */
  async addClass(name: string, other = false): Promise<string | undefined> {
    let id: string | undefined;
    await this.#try(async () => (id = await this.#client.addClass(name, other)));
    return id;
  }

  async rename(classId: string, name: string): Promise<void> {
    await this.#try(() => this.#client.rename(classId, name));
  }

  /** Takes examples of a class from a video until `release`. @param aim gives the square that is meant, the middle one if left out */
  async hold(classId: string, video: HTMLVideoElement, aim?: () => Aim | undefined): Promise<void> {
    if (this.#holding || this.collecting || !this.#teachable()) return;
    this.#holding = true;
    const examplesLeft = this.#examplesLeft(classId);
    this.#collect({ classId, examples: [], total: undefined });
    await this.#try(() => this.#collector.burst(video, () => this.#holding && this.#taken < examplesLeft, (example) => this.#take(example), aim));
    this.#holding = false;
    await this.#keep(classId);
  }

  release(): void {
    this.#holding = false;
  }

  async addImages(classId: string, files: readonly File[]): Promise<void> {
    if (this.#waits(() => this.addImages(classId, files))) return;
    const chosen = files.slice(0, this.#examplesLeft(classId));
    this.#collect({ classId, examples: [], total: chosen.length });
    await this.#try(async () => {
      for (const file of chosen) {
        try {
          this.#take(await this.#collector.fromImage(file));
        } catch (error) {
          if (Fault.from(error, 'model-invalid').code !== 'model-invalid') throw error;
          this.unreadable = [...this.unreadable, file.name];
        }
      }
    });
    await this.#keep(classId);
  }

  async addSpans(classId: string, video: Blob, spans: readonly VideoSpan[]): Promise<void> {
    if (this.#waits(() => this.addSpans(classId, video, spans))) return;
    const examplesLeft = this.#examplesLeft(classId);
    this.#collect({ classId, examples: [], total: Math.min(examplesLeft, spans.length * FRAMES_PER_SPAN) });
    await this.#try(async () => {
      for await (const example of this.#collector.fromVideo(video, spans, FRAMES_PER_SPAN)) {
        if (this.#taken >= examplesLeft) break;
        this.#take(example);
      }
    });
    await this.#keep(classId);
  }

  /** Has the network that runs now see the images that another one has learned from. */
  async relearn(): Promise<void> {
    const model = this.model();
    const examples = this.foreign.filter((e) => e.image);
    if (!model || this.relearning !== undefined) return;
    this.relearning = 0;
    await this.#try(async () => {
      const updates = [];
      for (const { id, image } of examples) {
        if (image) updates.push({ id, ...(await this.#collector.again(image)) });
        this.relearning = updates.length / examples.length;
        this.changed();
      }
      await this.#client.updateFeatures(model, updates.map(({ id, features }) => ({ id, features })));
    });
    this.relearning = undefined;
    this.changed();
  }

  async deleteExample(id: string, name: string): Promise<void> {
    await this.#undoable('deleted-example', 1, name, () => this.#client.deleteExamples([id]));
  }

  async deleteClass(id: string, name: string): Promise<void> {
    await this.#undoable('deleted-thing', 1, name, () => this.#client.deleteClass(id));
  }

  async deleteAll(): Promise<void> {
    await this.#undoable('deleted-all', this.state?.classes.length ?? 0, '', () => this.#client.deleteAll());
  }

  async deleteUnreadable(): Promise<void> {
    await this.#try(() => this.#client.deleteUnreadable());
  }

  async undo(): Promise<void> {
    const offer = this.undoOffer;
    this.#offer(undefined);
    if (offer) await this.#try(() => this.#client.undo(offer.token));
  }

  dismissFault(): void {
    this.fault = undefined;
    this.unreadable = [];
    this.changed();
  }

  async enable(enabled: boolean): Promise<void> {
    await this.#try(() => this.#client.enable(enabled));
  }

  /** @returns undefined where it failed */
  async exportFile(images: boolean): Promise<Blob | undefined> {
    const model = this.#teachable();
    let file: Blob | undefined;
    if (model) await this.#try(async () => (file = await this.#client.exportFile(model, images)));
    return file;
  }

  async importFile(file: File): Promise<void> {
    const model = this.#teachable();
    if (model) await this.#try(async () => {
      const { examples, undo } = await this.#client.importFile(file, model);
      this.#offer({ token: undo, kind: 'imported', count: examples, name: file.name });
    }, file.name);
  }

  /** Learns now. */
  async train(): Promise<void> {
    const model = this.model();
    if (!model) return;
    const training = ++this.#training;
    this.progress = { done: 0, total: 1 };
    this.changed();
    await this.#try(() =>
      this.#client.train(model, (progress) => {
        if (training !== this.#training) return;
        this.progress = progress;
        this.changed();
      }),
    );
    if (training !== this.#training) return;
    this.progress = undefined;
    this.changed();
  }

  /** Ends learning; what is live stays. The next change starts it again. */
  cancel(): void {
    this.#training++;
    this.progress = undefined;
    this.#client.cancel();
    this.changed();
  }

  /** The network that runs, if it gives features; else says so: what is shown to another one would be lost. */
  #teachable(): FeatureModel | undefined {
    const model = this.model();
    if (!model) this.fault = new Fault('no-model', 'The model that runs gives no features to learn from.');
    if (!model) this.#later.length = 0;
    this.changed();
    return model;
  }

  /** Whether nothing can be collected now; where something else is, `again` comes after it. */
  #waits(again: () => Promise<void>): boolean {
    if (this.collecting) this.#later.push(again);
    return this.collecting !== undefined || !this.#teachable();
  }

  get #taken(): number {
    return this.collecting?.examples.length ?? 0;
  }

  #examplesLeft(classId: string): number {
    return MOST_EXAMPLES - (this.state?.classes.find((t) => t.id === classId)?.examples.length ?? 0);
  }

  #collect(collecting: Collecting | undefined): void {
    this.collecting = collecting;
    this.changed();
  }

  #take(example: NewExample): void {
    if (this.collecting) this.#collect({ ...this.collecting, examples: [...this.collecting.examples, example] });
  }

  async #keep(classId: string): Promise<void> {
    const examples = this.collecting?.examples ?? [];
    const model = this.model();
    const name = this.state?.classes.find((t) => t.id === classId)?.name ?? '';
    if (model && examples.length > 0) {
      await this.#undoable('added', examples.length, name, () => this.#client.addExamples(classId, model, examples));
      await this.refresh();
    }
    this.#collect(undefined);
    this.#schedule();
    void this.#later.shift()?.();
  }

  async #undoable(kind: UndoOffer['kind'], count: number, name: string, change: () => Promise<UndoToken>): Promise<void> {
    await this.#try(async () => {
      this.#offer({ token: await change(), kind, count, name });
    });
  }

  #offer(offer: UndoOffer | undefined): void {
    clearTimeout(this.#undoTimer);
    this.undoOffer = offer;
    if (offer) this.#undoTimer = setTimeout(() => this.#offer(undefined), UNDO_SHOWN);
    this.changed();
  }

  /** Learns anew after a pause where there is something new to learn for the network that runs. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const { state, collecting } = this;
    const model = this.model();
    if (!state || !model || !this.#active || collecting || this.#holding) return;
    const usable = state.classes.some((t) => !t.other && t.examples.some((e) => e.modelSha256 === model.sha256));
    const other = state.model !== undefined && !sameNetwork(state.model, model);
    if (usable && (state.stale || other)) this.#timer = setTimeout(() => void this.train(), TRAIN_DELAY);
  }

  /** @param file name of the file that it is about */
  async #try(act: () => Promise<unknown>, file?: string): Promise<void> {
    try {
      await act();
    } catch (error) {
      const { code, message } = Fault.from(error, 'storage-failed');
      this.fault = new Fault(code, message, { cause: error, file });
    }
    this.changed();
  }
}
