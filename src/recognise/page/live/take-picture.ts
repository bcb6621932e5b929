import type { Precision, Prediction, Region } from '../../../engine/index';
import { percent } from '../../../base/page/elements/format';
import type { ShownLabel } from './label-list';

/** A picture that a person kept, as the camera gave it, with what was recognised just then. */
export interface TakenPicture {
  /** JPEG of the whole frame, not mirrored. */
  readonly file: File;
  /** The same with the square and the labels drawn on it, to be shown to others. */
  readonly labelled: File;
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
export interface TakenParts extends Pick<TakenPicture, 'top' | 'modelId' | 'precision'> {
  /** As they are shown; empty where the app is not sure. */
  readonly labels: readonly ShownLabel[];
  /** Where the network looked, pixels of the frame; undefined where nothing was recognised yet. */
  readonly square: Region | undefined;
}

const QUALITY = 0.92;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif";

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
  const file = await jpeg(canvas, `${name}.jpg`);
  drawLabels(context, width, height, parts);
  const { top, modelId, precision } = parts;
  return { file, labelled: await jpeg(canvas, `${name}-labels.jpg`), top, width, height, modelId, precision };
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

/** The square's outline, and the labels on a dark ground along the lower edge. */
function drawLabels(context: CanvasRenderingContext2D, width: number, height: number, { labels, square }: TakenParts): void {
  const unit = Math.max(12, Math.min(width, height) / 24);
  if (square) {
    const line = Math.max(2, unit / 8);
    for (const [colour, thick] of [['rgb(0 0 0 / 0.6)', line * 2], ['#fff', line]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.strokeRect(square.x + line, square.y + line, square.width - 2 * line, square.height - 2 * line);
    }
  }
  if (labels.length === 0) return;
  const rows = labels.map((label, i) => ({ ...label, size: i === 0 ? unit * 1.35 : unit, height: unit * (i === 0 ? 2 : 1.5) }));
  let y = height - rows.reduce((sum, row) => sum + row.height, unit * 0.6);
  context.fillStyle = 'rgb(12 14 20 / 0.78)';
  context.fillRect(0, y, width, height - y);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  y += unit * 0.3;
  rows.forEach((row, i) => {
    context.font = `${i === 0 ? 650 : 400} ${row.size}px ${FONT}`;
    const middle = y + row.height / 2;
    const share = percent(row.probability);
    context.textAlign = 'right';
    context.fillText(share, width - unit, middle);
    context.textAlign = 'left';
    context.fillText(row.name, unit, middle, width - 3 * unit - context.measureText(share).width);
    y += row.height;
  });
}

function jpeg(canvas: HTMLCanvasElement, name: string): Promise<File> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(new File([blob], name, { type: 'image/jpeg' })) : reject(new Error('The picture could not be written as JPEG.'))), 'image/jpeg', QUALITY);
  });
}
