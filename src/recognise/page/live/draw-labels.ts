import type { Region } from '../../../engine/index';
import { percent } from '../../../base/page/elements/format';
import { DRAWN_FONT, DRAWN_GROUND } from '../../../base/shared/labels/drawn';
import { fileOf } from './canvas-file';
import type { ShownLabel } from './label-list';

/** What is drawn on an image that is shown to others. */
export interface DrawnLabels {
  /** As they are shown; empty where the app is not sure. */
  readonly labels: readonly ShownLabel[];
  /** Where the network looked, pixels of the image; undefined where that is not known. */
  readonly square: Region | undefined;
}

/** The square's outline, and the labels on a dark ground along the lower edge. */
export function drawLabels(context: CanvasRenderingContext2D, width: number, height: number, { labels, square }: DrawnLabels): void {
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
  context.fillStyle = DRAWN_GROUND;
  context.fillRect(0, y, width, height - y);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  y += unit * 0.3;
  rows.forEach((row, i) => {
    context.font = `${i === 0 ? 650 : 400} ${row.size}px ${DRAWN_FONT}`;
    const middle = y + row.height / 2;
    const share = percent(row.probability);
    context.textAlign = 'right';
    context.fillText(share, width - unit, middle);
    context.textAlign = 'left';
    context.fillText(row.name, unit, middle, width - 3 * unit - context.measureText(share).width);
    y += row.height;
  });
}

/** Longest side of an image that is handed on, pixels: older canvases of iOS end at 16.7 million pixels. */
const LONGEST_SIDE = 4096;

/**
 * An image with its labels drawn on it, made smaller where it is very large.
 * @param image is closed
 * @throws Error where the browser gives no canvas, or writes none
 */
export async function labelledImage(image: ImageBitmap, labels: DrawnLabels, name: string, type: 'image/jpeg' | 'image/png'): Promise<File> {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  context?.drawImage(image, 0, 0, width, height);
  image.close();
  if (!context) throw new Error('This browser gives no 2D canvas.');
  const { square } = labels;
  drawLabels(context, width, height, {
    ...labels,
    square: square && { ...square, x: square.x * scale, y: square.y * scale, width: square.width * scale, height: square.height * scale },
  });
  return fileOf(canvas, name, type);
}
