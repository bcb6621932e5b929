import type { ImageProblem } from '../../base/shared/image-problem';
import type { Shortcoming } from '../../recognise/shared/index';
import type { Precision, Prediction } from '../../engine/index';

/** One still image and what became of it. */
export type ImageItem = {
  readonly id: number;
  readonly file: File;
  /** Path inside a dropped folder, else the file's name. */
  readonly name: string;
  /** Of a picture that is kept on the device: the shutter took it. */
  readonly key?: number;
} & (
  | { readonly state: 'waiting' | 'running' }
  | { readonly state: 'failed'; readonly problem: ImageProblem; readonly detail: string }
  | {
      readonly state: 'done';
      /** Most probable first. */
      readonly top: readonly Prediction[];
      /** What kept it from being recognised, where that can be seen. */
      readonly shortcoming?: Shortcoming;
      /** Object URL of a small JPEG; given back when the image is removed. */
      readonly thumbnailUrl: string;
      /** Pixels of the whole image, upright. */
      readonly width: number;
      readonly height: number;
      readonly modelId: string;
      readonly precision: Precision;
    }
);

export type DoneImage = Extract<ImageItem, { state: 'done' }>;
export type FailedImage = Extract<ImageItem, { state: 'failed' }>;
