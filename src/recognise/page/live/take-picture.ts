import type { Precision, Prediction, Region } from '../../../engine/index';
import { fileOf } from './canvas-file';
import type { DrawnLabels } from './draw-labels';

/** A picture that a person kept, as the camera gave it, with what was recognised just then. */
export interface TakenPicture {
  /** JPEG of the whole frame, not mirrored. */
  readonly file: File;
  /** The same with the square and the labels drawn on it, to be shown to others. */
  readonly labelled: File;
  /** Where the network looked, pixels; undefined where nothing was recognised yet. */
  readonly square: Region | undefined;
  /** Most probable first; empty where nothing was recognised yet. */
  readonly top: readonly Prediction[];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly modelId: string;
  readonly precision: Precision;
}

/** Puts a picture where it stays. @throws Fault `storage-full`, `storage-failed` */
export type PictureKeeper = (picture: TakenPicture) => Promise<void>;

/** What is known of the frame that is taken. */
export interface TakenParts extends Pick<TakenPicture, 'top' | 'modelId' | 'precision'>, DrawnLabels {}

/**
 * Takes what a video element shows.
 * @throws Error where it shows nothing yet, or the browser gives no canvas
 */
export async function takePicture(video: HTMLVideoElement, parts: TakenParts): Promise<TakenPicture> {
  const { videoWidth: width, videoHeight: height } = video;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0) throw new Error('The video shows no frame yet.');
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.drawImage(video, 0, 0, width, height);
  const name = fileName(parts.labels.at(0)?.name, new Date());
  const file = await fileOf(canvas, `${name}.jpg`, 'image/jpeg');
  // Fetched when it is first wanted; where that fails the picture is handed on as it is.
  const labelled = await import('./draw-labels').then(
    ({ drawLabels }) => {
      drawLabels(context, width, height, parts);
      return fileOf(canvas, `${name}-labels.jpg`, 'image/jpeg');
    },
    () => file,
  );
  const { top, square, modelId, precision } = parts;
  return { file, labelled, top, square, width, height, modelId, precision };
}

/** `tabby 2026-11-26 11.45.03`: what it is, and when, by the device's clock. */
export function fileName(label: string | undefined, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.');
  // What no file system takes in a name.
  const words = (label ?? 'Sightglass').replace(/[\\/:*?"<>|\p{C}]/gu, ' ').trim();
  return `${words || 'Sightglass'} ${day} ${time}`;
}
