import { isTurned } from '../../../recognise/shared/index';
import type { RecordedFrame } from '../../shared/recorder';
import { fittedInto } from '../../shared/squares';

function sizeOf(frame: RecordedFrame): { width: number; height: number } {
  return 'displayWidth' in frame ? { width: frame.displayWidth, height: frame.displayHeight } : frame;
}

/**
 * Gives each frame the video's size and time. Frames that fit are only wrapped anew; others (a turned phone, another camera)
 * are drawn whole into the middle of the image, with black beside them.
 */
export class FrameFitter {
  #canvas: OffscreenCanvas | undefined;
  #context: OffscreenCanvasRenderingContext2D | undefined;

  /** @param width video in pixels, even */
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  /** @returns a new frame, to be closed; `frame` stays the caller's */
  fit(frame: RecordedFrame, timeUs: number): VideoFrame {
    const { width, height } = sizeOf(frame);
    const fits = Math.abs(width - this.width) <= 1 && Math.abs(height - this.height) <= 1;
    if (fits && !isTurned(frame)) return new VideoFrame(frame, { timestamp: timeUs });
    const context = this.#draw();
    const at = fittedInto({ width, height }, this);
    context.fillRect(0, 0, this.width, this.height);
    context.drawImage(frame, at.x, at.y, at.width, at.height);
    return new VideoFrame(context.canvas, { timestamp: timeUs, alpha: 'discard' });
  }

  #draw(): OffscreenCanvasRenderingContext2D {
    this.#canvas ??= new OffscreenCanvas(this.width, this.height);
    this.#context ??= this.#canvas.getContext('2d', { alpha: false }) ?? undefined;
    if (!this.#context) throw new Error('This browser gives no 2D canvas.');
    return this.#context;
  }
}

/** A frame as a JPEG image of its full size. */
export async function imageOf(frame: RecordedFrame, quality: number): Promise<Blob> {
  const { width, height } = sizeOf(frame);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.drawImage(frame, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}
