import type { ReactiveControllerHost } from 'lit';
import { decodeImage, ImageError } from '../../base/page/decode-image';
import type { DroppedFile } from '../../base/page/dropped-files';
import { Fault } from '../../base/shared/fault';
import type { DoneImage, ImageItem } from '../shared/image';
import type { ImageKeeper } from './image-keeper';
import type { RecogniserController } from '../../recognise/page/index';
import { shortcomingOf } from '../../recognise/shared/index';
import { SharedController } from '../../base/page/shared-controller';

/** The next image is decoded while the network runs on the one before. */
const LANES = 2;
/** Longer side of a thumbnail, pixels: a card at twice its size. */
const THUMBNAIL = 320;
/** An image on which the worker has crashed so often is left. */
const ATTEMPTS = 2;
const TOP_COUNT = 3;

/** Where the images are that the network gets. */
type Recogniser = Pick<RecogniserController, 'recognise' | 'state' | 'loaded'>;

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
  /** Keys of images that were kept while they were not in the list, by their ids. */
  readonly #late = new Map<number, number>();
  /** Those that are kept while they are in the list: not twice. */
  readonly #keeping = new Set<number>();

  constructor(
    owner: ReactiveControllerHost,
    private readonly recogniser: () => Recogniser,
    private readonly keeper: Pick<ImageKeeper, 'bringBack' | 'keep' | 'read' | 'relabel' | 'remove'>,
  ) {
    super(owner);
  }

  override hostDisconnected(): void {
    this.cancel();
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
    this.#set([...this.items, ...files.map((dropped) => this.#item(dropped))]);
    this.pump();
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
    const known = new Set([...this.items.map(({ key }) => key), ...this.#late.values()]);
    let items: ImageItem[] = [];
    const put = (): void => {
      if (items.length > 0) this.#set([...this.items, ...items]);
      items = [];
    };
    for (const { key, file, name = file.name, ...image } of kept) {
      if (known.has(key)) continue;
      const of = { id: this.#nextId++, file, name, key };
      if (image.top.length === 0) {
        items.push({ ...of, state: 'waiting' });
        continue;
      }
      // What has no small image is decoded for one; until then the others are shown.
      if (!image.thumbnail) put();
      const thumbnail = image.thumbnail ?? (await decodeImage(file).then(thumbnailOf).catch(() => undefined));
      if (generation !== this.#generation) return;
      if (thumbnail) items.push({ ...of, ...image, state: 'done', thumbnail, thumbnailUrl: URL.createObjectURL(thumbnail) });
      else items.push({ ...of, state: 'failed', problem: 'unreadable', detail: '' });
    }
    put();
    this.pump();
  }

  /** Takes some out of the list, or all; they may be put back until they are given up. @returns them */
  take(images: readonly ImageItem[] = this.items): readonly ImageItem[] {
    if (images === this.items) this.#generation++;
    const ids = new Set(images.map(({ id }) => id));
    // As they are now: an image may have been recognised meanwhile.
    const taken = this.items.filter(({ id }) => ids.has(id));
    this.#set(this.items.filter(({ id }) => !ids.has(id)));
    return taken;
  }

  /** Puts back what was taken out; what was being recognised then waits for it anew. */
  putBack(images: readonly ImageItem[]): void {
    const late = images.flatMap(({ id }) => this.#late.get(id) ?? []);
    if (late.length > 0) void this.keeper.bringBack(late).catch(() => undefined);
    const items = images.map((image): ImageItem => {
      const { id, file, name, key = this.#late.get(id) } = image;
      this.#late.delete(id);
      return image.state === 'running' ? { id, file, name, key, state: 'waiting' } : { ...image, key };
    });
    this.#set([...this.items, ...items].sort((a, b) => a.id - b.id));
    for (const item of items) if (item.state === 'done' && item.key === undefined) void this.#keep(item);
    this.pump();
  }

  /** Gives the thumbnails back of what was taken out. */
  giveUp(images: readonly ImageItem[]): void {
    for (const item of images) {
      this.#late.delete(item.id);
      if (item.state === 'done') URL.revokeObjectURL(item.thumbnailUrl);
    }
  }

  #item({ file, name, problem }: DroppedFile): ImageItem {
    const id = this.#nextId++;
    return problem === undefined ? { id, file, name, state: 'waiting' } : { id, file, name, state: 'failed', problem, detail: '' };
  }

  /** Takes away those that wait; what is done stays. */
  cancel(): void {
    this.#set(this.items.filter(({ state }) => state !== 'waiting'));
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
      this.#replace({ id, file, name, key, state: 'running' });
      const result = await this.#recognise(item);
      if (!this.#replace(result) || result.state !== 'done' || result.top.length === 0) continue;
      if (key === undefined) void this.#keep(result);
      else this.keeper.relabel(key, result);
    }
  }

  /** Keeps one; where it is taken out meanwhile it is not to stay, unless it is put back. */
  async #keep(image: DoneImage): Promise<void> {
    const { id } = image;
    if (this.#keeping.has(id)) return;
    this.#keeping.add(id);
    const key = await this.keeper.keep(image);
    this.#keeping.delete(id);
    if (key === undefined) return;
    const item = this.#items.at(this.#indexOf(id));
    if (item?.id === id) {
      this.#replace({ ...item, key });
      return;
    }
    this.#late.set(id, key);
    await this.keeper.remove([key]).catch(() => undefined);
  }

  async #recognise({ id, file, name, key }: ImageItem): Promise<ImageItem> {
    let bitmap: ImageBitmap | undefined;
    try {
      bitmap = await decodeImage(file);
      const { width, height } = bitmap;
      const thumbnail = await makeThumbnail(bitmap);
      const { recognise, loaded } = this.#bound();
      const { top, quality, square } = await recognise(bitmap, { id, capturedAt: performance.now(), count: TOP_COUNT, live: false });
      const shortcoming = shortcomingOf(quality);
      return {
        id, file, name, key, state: 'done', top, square, ...(shortcoming && { shortcoming }), width, height, thumbnail, thumbnailUrl: URL.createObjectURL(thumbnail),
        modelId: loaded?.manifest.id ?? '', precision: loaded?.precision ?? 'fp32',
      };
    } catch (error) {
      bitmap?.close();
      if (error instanceof ImageError) return { id, file, name, key, state: 'failed', problem: error.problem, detail: error.message };
      const fault = Fault.from(error, 'engine-failed');
      const attempts = (this.#attempts.get(id) ?? 0) + 1;
      this.#attempts.set(id, attempts);
      // The recogniser is gone or being changed: the image waits for the next one.
      if (fault.code !== 'engine-failed' && attempts < ATTEMPTS) return { id, file, name, key, state: 'waiting' };
      return { id, file, name, key, state: 'failed', problem: 'engine', detail: fault.message };
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

  /** @returns whether it is in the list */
  #replace(item: ImageItem): boolean {
    const index = this.#indexOf(item.id);
    if (index >= 0) {
      this.#counts[this.#items[index].state]--;
      this.#counts[item.state]++;
      const items = [...this.#items];
      items[index] = item;
      this.#items = items;
      if (item.state === 'waiting') this.#firstWaiting = Math.min(this.#firstWaiting, index);
      this.changed();
    } else if (item.state === 'done') {
      // Taken out in the meantime.
      URL.revokeObjectURL(item.thumbnailUrl);
    }
    return index >= 0;
  }
}

/** The bitmap is closed. */
async function thumbnailOf(bitmap: ImageBitmap): Promise<Blob> {
  try {
    return await makeThumbnail(bitmap);
  } finally {
    bitmap.close();
  }
}

async function makeThumbnail(bitmap: ImageBitmap): Promise<Blob> {
  const scale = Math.min(1, THUMBNAIL / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
  if (!blob) throw new ImageError('too-large', 'No small picture could be made of it.');
  return blob;
}
