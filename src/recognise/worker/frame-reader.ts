import { Fault } from '../../base/shared/fault';
import type { FrameSize } from '../shared/aim';
import { isTurned, type FrameInput, type PixelFrame } from '../shared/recogniser';
import type { Preprocessor, View } from '../../engine/index';

function isPixelFrame(frame: FrameInput): frame is PixelFrame {
  return 'data' in frame;
}

function isVideoFrame(frame: FrameInput): frame is VideoFrame {
  return typeof VideoFrame !== 'undefined' && frame instanceof VideoFrame;
}

/**
 * Reads frames into the network's input. A VideoFrame's pixels are copied (converted to RGBA by the browser) into one
 * buffer that is kept, and only the part that the crop needs; the other kinds go over a canvas that is kept.
 */
export class FrameReader {
  #bytes = new Uint8Array(0);
  #canvas: OffscreenCanvas | undefined;
  #context: OffscreenCanvasRenderingContext2D | undefined;
  /** Set once a browser has refused RGBA copies: then frames are drawn. */
  #copyRefused = false;

  constructor(readonly preprocessor: Preprocessor) {}

  /**
   * @param out receives float32 NCHW [1, 3, crop, crop]
   * @param view what of the frame is wanted, read at the frame's full resolution
   * @throws Fault `frame-unreadable` where this worker can read such frames in no way: plain pixels it always can
   * @throws RangeError where the frame holds no image
   */
  async read(frame: FrameInput, out: Float32Array, view: View = {}): Promise<void> {
    const { width, height } = frameSize(frame);
    if (isPixelFrame(frame)) {
      this.preprocessor.run(frame.data, width, height, out, undefined, undefined, view);
    } else if (!(isVideoFrame(frame) && (await this.#copy(frame, out, view)))) {
      this.#draw(frame, width, height, out, view);
    }
  }

  /** Copies the visible pixels; false where this frame has to be drawn. */
  async #copy(frame: VideoFrame, out: Float32Array, view: View): Promise<boolean> {
    const visible = frame.visibleRect;
    if (this.#copyRefused || isTurned(frame) || !visible) return false;
    // Pixels that are not square have to be stretched: drawing does.
    if (visible.width !== frame.displayWidth || visible.height !== frame.displayHeight) return false;
    const needed = this.preprocessor.region(visible.width, visible.height, view);
    // Chroma planes of 4:2:0 frames begin at even pixels, and so must a copy.
    const x = needed.x & ~1;
    const y = needed.y & ~1;
    const width = Math.min((needed.x + needed.width - x + 1) & ~1, visible.width - x);
    const height = Math.min((needed.y + needed.height - y + 1) & ~1, visible.height - y);
    const length = width * height * 4;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    try {
      await frame.copyTo(this.#bytes, {
        format: 'RGBA',
        rect: { x: visible.x + x, y: visible.y + y, width, height },
        layout: [{ offset: 0, stride: width * 4 }],
      });
    } catch {
      this.#copyRefused = true;
      return false;
    }
    this.preprocessor.run(this.#bytes, visible.width, visible.height, out, { x, y, width, height }, width * 4, view);
    return true;
  }

  #draw(source: CanvasImageSource, width: number, height: number, out: Float32Array, view: View): void {
    if (typeof OffscreenCanvas === 'undefined') throw new Fault('frame-unreadable', 'This worker can read frames neither by copy nor by canvas.');
    const { x, y, width: w, height: h } = this.preprocessor.region(width, height, view);
    // It only grows: looks of two sizes take turns.
    if (!this.#canvas || this.#canvas.width < w || this.#canvas.height < h) {
      this.#canvas = new OffscreenCanvas(Math.max(w, this.#canvas?.width ?? 0), Math.max(h, this.#canvas?.height ?? 0));
      this.#context = this.#canvas.getContext('2d', { willReadFrequently: true }) ?? undefined;
    }
    if (!this.#context) throw new Fault('frame-unreadable', 'This browser gives no 2D canvas in a worker.');
    this.#context.globalCompositeOperation = 'copy';
    this.#context.drawImage(source, -x, -y, width, height);
    const image = this.#context.getImageData(0, 0, w, h);
    this.preprocessor.run(image.data, width, height, out, { x, y, width: w, height: h }, undefined, view);
  }
}

/** A frame's size as it is seen. */
export function frameSize(frame: FrameInput): FrameSize {
  return isVideoFrame(frame) ? { width: frame.displayWidth, height: frame.displayHeight } : { width: frame.width, height: frame.height };
}

/** Gives a frame's memory back at once. */
export function closeFrame(frame: FrameInput): void {
  if ('close' in frame) frame.close();
}
