import type { Precision } from '../../recognise/shared/model';
import type { Prediction } from '../../engine/probabilities';

/** Why a picture could not be recognised. */
export type PictureProblem =
  /** No bytes in it. */
  | 'empty'
  /** A drawing (SVG), which has no pixels and may hold scripts. */
  | 'drawing'
  /** More bytes or pixels than are read here. */
  | 'too-large'
  /** HEIC, which this browser does not read. */
  | 'heic'
  /** No picture, or a damaged one. */
  | 'unreadable'
  /** The browser could not open the file, or the folder that it is in. */
  | 'not-given'
  /** Too many were dropped at once: it and those after it were not taken. */
  | 'left-out'
  /** The picture was read, but the network could not be run on it. */
  | 'engine';

/** One still picture and what became of it. */
export type PictureItem = {
  readonly id: number;
  readonly file: File;
  /** Path inside a dropped folder, else the file's name. */
  readonly name: string;
} & (
  | { readonly state: 'waiting' | 'running' }
  | { readonly state: 'failed'; readonly problem: PictureProblem; readonly detail: string }
  | {
      readonly state: 'done';
      /** Most probable first. */
      readonly top: readonly Prediction[];
      /** Object URL of a small JPEG; given back when the picture is removed. */
      readonly thumbnailUrl: string;
      /** Pixels of the whole picture, upright. */
      readonly width: number;
      readonly height: number;
      readonly modelId: string;
      readonly precision: Precision;
    }
);

export type DonePicture = Extract<PictureItem, { state: 'done' }>;
export type FailedPicture = Extract<PictureItem, { state: 'failed' }>;
