import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sharp from 'sharp';

/** One scene of a video: a still image, shown for a while. */
export interface Scene {
  readonly image: string | Buffer;
  readonly seconds: number;
}

/** Chromium plays an MJPEG file as its fake camera at this rate (media/capture/video/file_video_capture_device.cc). */
export const CAMERA_RATE = 30;

/**
 * Writes a video for Chromium's fake camera: JPEG images one after another, which is what an .mjpeg file is.
 * The browser plays it in a loop.
 */
export async function makeCameraVideo(path: string, scenes: readonly Scene[], width = 640, height = 480): Promise<void> {
  const frames: Buffer[] = [];
  for (const { image, seconds } of scenes) {
    const jpeg = await sharp(image)
      .resize(width, height, { fit: 'cover' })
      .removeAlpha()
      .toColourspace('srgb')
      .jpeg({ quality: 92, chromaSubsampling: '4:2:0' })
      .toBuffer();
    for (let i = 0; i < seconds * CAMERA_RATE; i++) frames.push(jpeg);
  }
  mkdirSync(dirname(path), { recursive: true });
  // A browser of another process may be playing it.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, Buffer.concat(frames));
  renameSync(part, path);
}
