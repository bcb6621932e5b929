import { CanvasSink } from 'mediabunny';
import { Fault } from '../../../base/shared/fault';
import type { Region } from '../../../engine/index';
import type { OpenVideo } from './open-video';

/** JPEG's quality: what comes out is to be learnt from. */
const QUALITY = 0.92;

/** A frame as an image, until the next one is asked for. */
export interface FrameImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** @param square what of it is wanted, pixels, not whole ones; all of it if left out */
  jpeg(square?: Region): Promise<Blob>;
  /** The whole of it, to be given away. */
  bitmap(): Promise<ImageBitmap>;
}

/** A part of an image as a JPEG of as many pixels as it has there. @param part pixels, whole ones or not */
export async function jpegOf(image: OffscreenCanvas | ImageBitmap, part: Region): Promise<Blob> {
  const [width, height] = [part.width, part.height].map((side) => Math.max(1, Math.round(side)));
  const [left, top] = [Math.min(Math.round(part.x), image.width - width), Math.min(Math.round(part.y), image.height - height)];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.drawImage(image, left, top, width, height, 0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}

/** A square of a JPEG as one of its own. @throws Fault `export-failed` where it is none that can be read */
export async function cutJpeg(file: Blob, square: Region): Promise<Blob> {
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch (error) {
    throw new Fault('export-failed', `A snapshot cannot be read: ${String(error)}`, { cause: error });
  }
  try {
    return await jpegOf(image, square);
  } finally {
    image.close();
  }
}

/**
 * The frames in sight at times of the video; undefined where there is none. One is in memory at a time.
 * @param timesUs never falling, microseconds
 * @throws Fault `export-codec` where the browser cannot decode the video
 */
export async function* frameImages(video: OpenVideo, timesUs: AsyncIterable<number>): AsyncGenerator<FrameImage | undefined> {
  if (!(await video.track.canDecode())) throw new Fault('export-codec', 'This browser cannot decode the film (WebCodecs).');
  const seconds = async function* (): AsyncGenerator<number> {
    // Half a microsecond on: a frame's time in the video is rarely a whole number of them.
    for await (const timeUs of timesUs) yield video.start + (timeUs + 0.5) / 1e6;
  };
  const sink = new CanvasSink(video.track, { poolSize: 2 });
  for await (const wrapped of sink.canvasesAtTimestamps(seconds())) {
    if (!wrapped) {
      yield undefined;
      continue;
    }
    const canvas = wrapped.canvas as OffscreenCanvas;
    yield {
      width: canvas.width,
      height: canvas.height,
      jpeg: (square) => (square ? jpegOf(canvas, square) : canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })),
      bitmap: () => createImageBitmap(canvas),
    };
  }
}

/** Sides of a JPEG, from its frame header (ITU-T T.81, B.2.2). @throws Fault `export-failed` where there is none */
export async function jpegSize(file: Blob): Promise<{ readonly width: number; readonly height: number }> {
  // Headers with a thumbnail in them may be long.
  const bytes = new DataView(await file.slice(0, 1 << 18).arrayBuffer());
  let at = 2;
  while (at + 9 < bytes.byteLength && bytes.getUint8(at) === 0xff) {
    const marker = bytes.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: bytes.getUint16(at + 5), width: bytes.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + bytes.getUint16(at + 2);
  }
  throw new Fault('export-failed', 'A snapshot is no JPEG.');
}
