import type { ReactiveControllerHost } from 'lit';
import { decodeImage, ImageError } from '../../base/page/decode-image';
import type { DroppedFile } from '../../base/page/dropped-files';
import { Fault } from '../../base/shared/fault';
import type { ImageItem } from '../shared/image';
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

  constructor(
    owner: ReactiveControllerHost,
    private readonly recogniser: () => Recogniser,
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

  /** Puts in what was kept on the device and is not here yet, with the labels that it has; one that cannot be read any more is said to be so. */
  async restore(kept: readonly (KeptImage & { readonly key: number })[]): Promise<void> {
    const known = new Set(this.items.map((item) => (item.state === 'done' ? item.key : undefined)));
    for (const { key, file, top, width, height, modelId, precision } of kept) {
      if (known.has(key)) continue;
      const bitmap = await decodeImage(file).catch(() => undefined);
      const thumbnail = bitmap && (await makeThumbnail(bitmap));
      bitmap?.close();
      const of = { id: this.#nextId++, file, name: file.name };
      this.#set([
        ...this.items,
        thumbnail
          ? { ...of, state: 'done', key, top, width, height, thumbnailUrl: URL.createObjectURL(thumbnail), modelId, precision }
          : { ...of, state: 'failed', problem: 'unreadable', detail: '' },
      ]);
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

  /** Takes all away and gives their thumbnails back. */
  clear(): void {
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
      const { id, file, name } = item;
      this.#replace({ id, file, name, state: 'running' });
      this.#replace(await this.#recognise(item));
    }
  }

  async #recognise({ id, file, name }: ImageItem): Promise<ImageItem> {
    let bitmap: ImageBitmap | undefined;
    try {
      bitmap = await decodeImage(file);
      const { width, height } = bitmap;
      const thumbnail = await makeThumbnail(bitmap);
      const { recognise, loaded } = this.#bound();
      const { top, quality } = await recognise(bitmap, { id, capturedAt: performance.now(), count: TOP_COUNT, live: false });
      const shortcoming = shortcomingOf(quality);
      return {
        id, file, name, state: 'done', top, ...(shortcoming && { shortcoming }), width, height, thumbnailUrl: URL.createObjectURL(thumbnail),
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
