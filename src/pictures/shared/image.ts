import type { ImageProblem } from '../../base/shared/image-problem';
import type { Shortcoming } from '../../recognise/shared/index';
import type { Precision, Prediction, Region } from '../../engine/index';

/** One still image and what became of it. */
export type ImageItem = {
  readonly id: number;
  readonly file: File;
  /** Path inside a dropped folder, else the file's name. */
  readonly name: string;
  /** Of a picture that is kept on the device. */
  readonly key?: number;
} & (
  | { readonly state: 'waiting' | 'running' }
  | { readonly state: 'failed'; readonly problem: ImageProblem; readonly detail: string }
  | {
      readonly state: 'done';
      /** Most probable first. */
      readonly top: readonly Prediction[];
      /** Where the network looked, pixels of the image; undefined where that is not known. */
      readonly square?: Region;
      /** What kept it from being recognised, where that can be seen. */
      readonly shortcoming?: Shortcoming;
      /** A small JPEG. */
      readonly thumbnail: Blob;
      /** Its object URL; given back when the image is given up. */
      readonly thumbnailUrl: string;
      /** Whether `file` is a small image: the whole one had no room on the device. */
      readonly small?: boolean;
      /** Pixels of the whole image, upright. */
      readonly width: number;
      readonly height: number;
      readonly modelId: string;
      readonly precision: Precision;
    }
);

export type DoneImage = Extract<ImageItem, { state: 'done' }>;
export type FailedImage = Extract<ImageItem, { state: 'failed' }>;
