import type { Region } from '../../../engine/index';
import type { FrameInput } from '../../shared/recogniser';

/** How a frame travels to the worker. */
export type FrameTransport = 'video-frame' | 'image-bitmap' | 'pixels';

/** The quickest way that this browser has. */
export function bestTransport(): FrameTransport {
  if (typeof VideoFrame !== 'undefined') return 'video-frame';
  if (typeof createImageBitmap === 'function' && typeof OffscreenCanvas !== 'undefined') return 'image-bitmap';
  return 'pixels';
}

let canvas: HTMLCanvasElement | undefined;

function grabPixels(video: HTMLVideoElement): FrameInput {
  canvas ??= document.createElement('canvas');
  if (canvas.width !== video.videoWidth) canvas.width = video.videoWidth;
  if (canvas.height !== video.videoHeight) canvas.height = video.videoHeight;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.drawImage(video, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Takes the frame that a video element shows.
 *
 * @returns a frame to be transferred, or closed
 * @throws Error where the element shows no frame yet
 */
export async function grabFrame(
  video: HTMLVideoElement,
  transport: FrameTransport = bestTransport(),
): Promise<FrameInput> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) {
    throw new Error('The video shows no frame yet.');
  }
  switch (transport) {
    case 'video-frame':
      return new VideoFrame(video);
    case 'image-bitmap':
      return createImageBitmap(video);
    case 'pixels':
      return grabPixels(video);
  }
}

/** Side of kept images, pixels: what the network's own resizing to 256 and crop to 224 leave as it is. */
const SIDE = 256;
const QUALITY = 0.85;

/** Share of a kept image's side that the network's own preprocessing leaves of it: 224 of 256. */
const SEEN = 224 / SIDE;

/**
 * A square of an image as a small JPEG, with what the network's own preprocessing cuts off round it: recognised as an image of its
 * own it is seen as that square was.
 *
 * @param source of `width` x `height` pixels
 * @param square what the network looked at, source pixels; the middle square if left out
 */
export async function squareImage(source: CanvasImageSource, width: number, height: number, square?: Region): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.imageSmoothingQuality = 'high';
  const most = Math.min(width, height);
  const side = square ? square.width / SEEN : most;
  const left = square ? square.x + square.width / 2 - side / 2 : (width - side) / 2;
  const top = square ? square.y + square.height / 2 - side / 2 : (height - side) / 2;
  // Beyond the frame's edge there is nothing: the nearest square that lies in it is under it there.
  const [within, x, y] = [Math.min(side, most), clamp(left, width - side), clamp(top, height - side)];
  if (x !== left || y !== top) context.drawImage(source, x, y, within, within, 0, 0, SIDE, SIDE);
  context.drawImage(source, left, top, side, side, 0, 0, SIDE, SIDE);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be written as JPEG.'))), 'image/jpeg', QUALITY);
  });
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
