import type { ReactiveControllerHost } from 'lit';
import { decodeImage, ImageError } from '../../base/page/decode-image';
import type { DroppedFile } from '../../base/page/dropped-files';
import { Fault } from '../../base/shared/fault';
import type { DoneImage, ImageItem } from '../shared/image';
import type { KeptImage } from './kept-images';
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
  /** Kept images that were taken away one by one. */
  readonly #removed = new Set<number>();
  /** Those that are kept, as they were read; also where they are not in the list. */
  readonly #kept = new Set<number>();

  /** @param keepLabels keeps the labels of a kept image that had none, by its key; a refusal does no harm: it is recognised again at the next visit */
  constructor(
    owner: ReactiveControllerHost,
    private readonly recogniser: () => Recogniser,
    private readonly keepLabels: (key: number, image: DoneImage) => Promise<void> = () => Promise.resolve(),
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

  /** Whether some are kept on the device, in the list or not. */
  get keepsSome(): boolean {
    return this.#kept.size > 0;
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
   * @param reading gives all that are kept
   * @throws what it throws
   */
  async restore(reading: Promise<readonly (KeptImage & { readonly key: number })[]>): Promise<void> {
    const generation = this.#generation;
    const kept = await reading;
    if (generation !== this.#generation) return;
    for (const { key } of kept) if (!this.#removed.has(key)) this.#kept.add(key);
    const known = new Set([...this.#removed, ...this.items.map(({ key }) => key)]);
    for (const { key, file, top, width, height, modelId, precision } of kept) {
      if (known.has(key)) continue;
      const thumbnail = top.length > 0 ? await decodeImage(file).then(thumbnailOf).catch(() => undefined) : undefined;
      if (generation !== this.#generation) return;
      const of = { id: this.#nextId++, file, name: file.name, key };
      if (top.length === 0) this.#set([...this.items, { ...of, state: 'waiting' }]);
      else if (thumbnail) this.#set([...this.items, { ...of, state: 'done', top, width, height, thumbnailUrl: URL.createObjectURL(thumbnail), modelId, precision }]);
      else this.#set([...this.items, { ...of, state: 'failed', problem: 'unreadable', detail: '' }]);
    }
    this.pump();
  }

  /** Takes one away and gives its thumbnail back. */
  remove({ id, key, thumbnailUrl }: DoneImage): void {
    URL.revokeObjectURL(thumbnailUrl);
    if (key !== undefined) {
      this.#removed.add(key);
      this.#kept.delete(key);
    }
    this.#set(this.items.filter((item) => item.id !== id));
  }

  #item({ file, name, problem }: DroppedFile): ImageItem {
    const id = this.#nextId++;
    return problem === undefined ? { id, file, name, state: 'waiting' } : { id, file, name, state: 'failed', problem, detail: '' };
  }

  /** Takes away those that wait; what is done stays. */
  cancel(): void {
    this.#set(this.items.filter(({ state }) => state !== 'waiting'));
  }

  /** Takes all away and gives their thumbnails back. */
  clear(): void {
    this.#generation++;
    this.#kept.clear();
    for (const item of this.items) if (item.state === 'done') URL.revokeObjectURL(item.thumbnailUrl);
    this.#attempts.clear();
    this.#set([]);
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
      this.#replace(result);
      if (key !== undefined && result.state === 'done' && result.top.length > 0) void this.keepLabels(key, result).catch(() => undefined);
    }
  }

  async #recognise({ id, file, name, key }: ImageItem): Promise<ImageItem> {
    let bitmap: ImageBitmap | undefined;
    try {
      bitmap = await decodeImage(file);
      const { width, height } = bitmap;
      const thumbnail = await makeThumbnail(bitmap);
      const { recognise, loaded } = this.#bound();
      const { top, quality } = await recognise(bitmap, { id, capturedAt: performance.now(), count: TOP_COUNT, live: false });
      const shortcoming = shortcomingOf(quality);
      return {
        id, file, name, key, state: 'done', top, ...(shortcoming && { shortcoming }), width, height, thumbnailUrl: URL.createObjectURL(thumbnail),
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

  #replace(item: ImageItem): void {
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
      // Cleared away in the meantime.
      URL.revokeObjectURL(item.thumbnailUrl);
    }
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
