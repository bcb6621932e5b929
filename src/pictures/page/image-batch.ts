import type { ReactiveControllerHost } from 'lit';
import { decodeImage, ImageError } from '../../base/page/decode-image';
import type { DroppedFile } from '../../base/page/dropped-files';
import { Fault } from '../../base/shared/fault';
import type { ImageItem } from '../shared/image';
import type { ImageKeeper } from './image-keeper';
import type { RecogniserController } from '../../recognise/page/index';
import { shortcomingOf } from '../../recognise/shared/index';
import { SharedController } from '../../base/page/shared-controller';
import { makeThumbnail, thumbnailOf } from './thumbnail';

/** The next image is decoded while the network runs on the one before. */
const LANES = 2;
/** An image on which the worker has crashed so often is left. */
const ATTEMPTS = 2;
const TOP_COUNT = 3;

/** Where the images are that the network gets. */
type Recogniser = Pick<RecogniserController, 'recognise' | 'state' | 'loaded'>;

/** Whether no model will ever recognise it. */
const isUnreadable = (image: ImageItem): boolean => image.state === 'failed' && image.problem !== 'engine';

/** Recognises any number of image files one after another; a bad one is listed with its reason and the rest go on. */
export class ImageBatch extends SharedController {
  #items: readonly ImageItem[] = [];
  readonly #counts: Record<ImageItem['state'], number> = { waiting: 0, running: 0, done: 0, failed: 0 };
  /** Before it nothing waits: thousands of images are not looked through anew for each. */
  #firstWaiting = 0;
  #nextId = 1;
  #lanes = 0;
  readonly #attempts = new Map<number, number>();
  /** Another one after each time that all was taken away: what was being put in then is not wanted any more. */
  #generation = 0;
  /** What recognises an image that is running: one that was taken out and put back meanwhile runs anew. */
  readonly #runs = new Map<number, object>();
  /** Ids of those that an earlier visit kept. */
  readonly #restored = new Set<number>();
  /** Ids of those of which the device does not have all that is known. */
  readonly #unkept = new Set<number>();
  #keeping = false;
  /** Keys of what was kept in vain: it was taken out meanwhile, or cannot be read. */
  readonly #discarded = new Set<number>();

  constructor(
    owner: ReactiveControllerHost,
    private readonly recogniser: () => Recogniser,
    private readonly keeper: Pick<ImageKeeper, 'discard' | 'keep' | 'read' | 'relabel'>,
  ) {
    super(owner);
  }

  override hostDisconnected(): void {
    this.#set(this.items.filter(({ state }) => state !== 'waiting'));
  }

  /** In the order in which they were added; a new array after each change, and a new item where it changed. */
  get items(): readonly ImageItem[] {
    return this.#items;
  }

  get running(): boolean {
    return this.#counts.waiting + this.#counts.running > 0;
  }

  /** Images that are through, well or not. */
  get finished(): number {
    return this.#counts.done + this.#counts.failed;
  }

  add(files: readonly DroppedFile[]): void {
    const items = files.map((dropped) => this.#item(dropped));
    this.#set([...this.items, ...items]);
    this.pump();
    // Also those that wait: what the phone's camera took may be nowhere else, and a model may come only after a reload.
    void this.#keep(items);
  }

  /**
   * Puts in what was kept on the device and is not here yet, with the labels that it has: one without any waits to be recognised, and one that
   * cannot be read any more is said to be so.
   *
   * @throws Fault `storage-failed`
   */
  async restore(): Promise<void> {
    const generation = this.#generation;
    const kept = await this.keeper.read();
    if (generation !== this.#generation) return;
    const known = new Set([...this.items.map(({ key }) => key), ...this.#discarded]);
    /** Those that were kept without a small image: made once, it is kept too. */
    const bare = new Set(kept.filter(({ thumbnail }) => !thumbnail).map(({ key }) => key));
    let items: ImageItem[] = [];
    const put = (): void => {
      if (items.length > 0) this.#set([...this.items, ...items]);
      for (const { id } of items) this.#restored.add(id);
      void this.#keep(items.filter(({ key }) => key !== undefined && bare.has(key)));
      items = [];
    };
    for (const { key, file, name = file.name, ...image } of kept) {
      if (known.has(key)) continue;
      // Others may be added while one is decoded: ids are given when it is over, as they ascend along the list.
      const of = (): Pick<ImageItem, 'id' | 'file' | 'name' | 'key'> => ({ id: this.#nextId++, file, name, key });
      if (image.top.length === 0) {
        items.push({ ...of(), state: 'waiting' });
        continue;
      }
      // What has no small image is decoded for one; until then the others are shown.
      if (!image.thumbnail) put();
      const thumbnail = image.thumbnail ?? (await decodeImage(file).then(thumbnailOf).catch(() => undefined));
      if (generation !== this.#generation) return;
      if (thumbnail) items.push({ ...of(), ...image, state: 'done', thumbnail, thumbnailUrl: URL.createObjectURL(thumbnail) });
      else items.push({ ...of(), state: 'failed', problem: 'unreadable', detail: '' });
    }
    put();
    this.pump();
  }

  /** Takes some out of the list, or all; they may be put back until they are given up. @returns them */
  take(images: readonly ImageItem[] = this.items): readonly ImageItem[] {
    if (images === this.items) this.#generation++;
    const ids = new Set(images.map(({ id }) => id));
    for (const id of ids) this.#runs.delete(id);
    // As they are now: an image may have been recognised meanwhile.
    const taken = this.items.filter(({ id }) => ids.has(id));
    this.#set(this.items.filter(({ id }) => !ids.has(id)));
    return taken;
  }

  /** Puts back what was taken out; what was being recognised then waits for it anew. */
  putBack(images: readonly ImageItem[]): void {
    const items = images.map((image): ImageItem => {
      const { id, file, name, key } = image;
      return image.state === 'running' ? { id, file, name, key, state: 'waiting' } : image;
    });
    this.#set([...this.items, ...items].sort((a, b) => a.id - b.id));
    this.pump();
    void this.#keep(items.filter(({ key }) => key === undefined));
  }

  /** Gives the thumbnails back of what was taken out. */
  giveUp(images: readonly ImageItem[]): void {
    for (const item of images) {
      this.#unkept.delete(item.id);
      if (item.state === 'done') URL.revokeObjectURL(item.thumbnailUrl);
    }
  }

  #item({ file, name, problem }: DroppedFile): ImageItem {
    const id = this.#nextId++;
    return problem === undefined ? { id, file, name, state: 'waiting' } : { id, file, name, state: 'failed', problem, detail: '' };
  }

  /**
   * Ends the waiting: what is done stays, and what an earlier visit kept waits for the next one, on the device.
   * @returns those that came at this visit, to be taken out
   */
  cancel(): readonly ImageItem[] {
    const waits = ({ state }: ImageItem): boolean => state === 'waiting';
    this.#set(this.items.filter((item) => !(waits(item) && this.#restored.has(item.id))));
    return this.items.filter(waits);
  }

  /** Goes on where images wait and the recogniser is ready; call it whenever it may have become so. */
  pump(): void {
    while (this.#lanes < LANES && this.recogniser().state === 'ready' && this.#counts.waiting > 0) {
      this.#lanes++;
      void this.#lane().finally(() => this.#lanes--);
    }
  }

  async #lane(): Promise<void> {
    for (;;) {
      const item = this.#nextWaiting();
      if (!item || this.recogniser().state !== 'ready') return;
      const { id, file, name, key } = item;
      const run = {};
      this.#runs.set(id, run);
      this.#replace({ id, file, name, key, state: 'running' });
      const result = await this.#recognise(item);
      const now = this.#find(id);
      if (!now || this.#runs.get(id) !== run) {
        if (result.state === 'done') URL.revokeObjectURL(result.thumbnailUrl);
        continue;
      }
      this.#runs.delete(id);
      // Kept meanwhile, perhaps.
      const ended = { ...result, key: now.key };
      this.#replace(ended);
      if (ended.state !== 'waiting') void this.#keep([ended]);
    }
  }

  /** Brings the device up to date with the list, one image after another, each as it is by then. */
  async #keep(images: readonly ImageItem[]): Promise<void> {
    for (const { id } of images) this.#unkept.add(id);
    if (this.#keeping) return;
    this.#keeping = true;
    for (const id of this.#unkept) {
      const image = this.#find(id);
      // Taken out: it may be put back.
      if (!image) continue;
      this.#unkept.delete(id);
      const { key } = image;
      if (isUnreadable(image)) {
        if (key === undefined || this.#restored.has(id)) continue;
        this.#replace({ ...image, key: undefined });
        this.#discard(key);
      } else if (key === undefined) {
        const fresh = await this.keeper.keep(image);
        const now = this.#find(id);
        if (fresh === undefined) continue;
        if (now) this.#replace({ ...now, key: fresh });
        else this.#discard(fresh);
      } else if (image.state === 'done') await this.keeper.relabel(key, image);
    }
    this.#keeping = false;
  }

  #discard(key: number): void {
    this.#discarded.add(key);
    void this.keeper.discard(key);
  }

  async #recognise({ id, file, name }: ImageItem): Promise<ImageItem> {
    let bitmap: ImageBitmap | undefined;
    try {
      bitmap = await decodeImage(file);
      const { width, height } = bitmap;
      const thumbnail = await makeThumbnail(bitmap);
      const { recognise, loaded } = this.#bound();
      const { top, quality, square } = await recognise(bitmap, { id, capturedAt: performance.now(), count: TOP_COUNT, live: false });
      const shortcoming = shortcomingOf(quality);
      return {
        id, file, name, state: 'done', top, square, ...(shortcoming && { shortcoming }), width, height, thumbnail, thumbnailUrl: URL.createObjectURL(thumbnail),
        modelId: loaded?.manifest.id ?? '', precision: loaded?.precision ?? 'fp32',
      };
    } catch (error) {
      bitmap?.close();
      if (error instanceof ImageError) return { id, file, name, state: 'failed', problem: error.problem, detail: error.message };
      const fault = Fault.from(error, 'engine-failed');
      const attempts = (this.#attempts.get(id) ?? 0) + 1;
      this.#attempts.set(id, attempts);
      // The recogniser is gone or being changed: the image waits for the next one.
      if (fault.code !== 'engine-failed' && attempts < ATTEMPTS) return { id, file, name, state: 'waiting' };
      return { id, file, name, state: 'failed', problem: 'engine', detail: fault.message };
    }
  }

  #bound(): { recognise: Recogniser['recognise']; loaded: Recogniser['loaded'] } {
    const recogniser = this.recogniser();
    return { recognise: (frame, options) => recogniser.recognise(frame, options), loaded: recogniser.loaded };
  }

  #nextWaiting(): ImageItem | undefined {
    const { items } = this;
    while (this.#firstWaiting < items.length && items[this.#firstWaiting].state !== 'waiting') this.#firstWaiting++;
    return items.at(this.#firstWaiting);
  }

  #set(items: readonly ImageItem[]): void {
    this.#items = items;
    this.#firstWaiting = 0;
    for (const state of ['waiting', 'running', 'done', 'failed'] as const) this.#counts[state] = 0;
    for (const { state } of items) this.#counts[state]++;
    this.changed();
  }

  /** Ids ascend along the list. */
  #indexOf(id: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#items[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return this.#items.at(low)?.id === id ? low : -1;
  }

  #find(id: number): ImageItem | undefined {
    const index = this.#indexOf(id);
    return index < 0 ? undefined : this.#items[index];
  }

  /** @param item one that is in the list, changed */
  #replace(item: ImageItem): void {
    const index = this.#indexOf(item.id);
    this.#counts[this.#items[index].state]--;
    this.#counts[item.state]++;
    const items = [...this.#items];
    items[index] = item;
    this.#items = items;
    if (item.state === 'waiting') this.#firstWaiting = Math.min(this.#firstWaiting, index);
    this.changed();
  }
}
