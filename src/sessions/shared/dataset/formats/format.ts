import type { Region } from '../../../../engine/index';
import type { SessionManifest } from '../../session';
import type { DatasetClass, DatasetDefinition, DatasetPicture, PictureInfo, Side } from '../dataset';

/** One file of a zip; a stream is read when its turn comes, and wholly before the next file is asked for. */
export interface ZipContent {
  readonly name: string;
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>> | Blob | string;
}

/** What a format is told of a dataset as a whole. */
export interface DatasetContext {
  readonly definition: DatasetDefinition;
  readonly classes: readonly DatasetClass[];
  readonly sessions: readonly SessionManifest[];
  /** When the last of what is in it was filmed or taken. */
  readonly modified: Date;
  /** Sides that have pictures, in the order of `SIDES`. */
  readonly sides: readonly Side[];
}

/** Pictures, all of one side before those of the next. */
export type Pictures = AsyncIterable<DatasetPicture>;

/** Makes a format's files of pictures, which are asked for one at a time and not kept. */
export type DatasetWriter = (context: DatasetContext, pictures: Pictures) => AsyncGenerator<ZipContent>;

/** Reads pictures one ahead, so that a format can end a file where the side changes. */
export class PictureReader {
  readonly #pictures: AsyncIterator<DatasetPicture>;
  #next: DatasetPicture | undefined;
  #begun = false;

  constructor(pictures: Pictures) {
    this.#pictures = pictures[Symbol.asyncIterator]();
  }

  /** The next one, which stays; undefined at the end. */
  async peek(): Promise<DatasetPicture | undefined> {
    if (!this.#begun) await this.#advance();
    return this.#next;
  }

  async take(): Promise<DatasetPicture | undefined> {
    const picture = await this.peek();
    if (picture) await this.#advance();
    return picture;
  }

  async #advance(): Promise<void> {
    this.#begun = true;
    const next = await this.#pictures.next();
    this.#next = next.done ? undefined : next.value;
  }
}

/** Sums of hundredths, without the noise of floating point. */
export const hundredths = (value: number): number => Number(value.toFixed(2));

/** A share to six decimals. */
export const share = (part: number, whole: number): number => Number(Math.min(1, Math.max(0, part / whole)).toFixed(6));

export interface Corners {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A box's corners, pixels, to hundredths. */
export function cornersOf({ x, y, width, height }: Region): Corners {
  return { left: hundredths(x), top: hundredths(y), right: hundredths(x + width), bottom: hundredths(y + height) };
}

/** Classes that have a box: background is what has none. */
export function boxedClasses({ classes }: Pick<PictureInfo, 'classes'>): PictureInfo['classes'] {
  return classes.filter(({ author }) => author !== 'unlabelled');
}
