import { join } from 'node:path';
import sharp from 'sharp';
import { makeCameraVideo } from './camera-video';
import { SCRATCH } from './shared';

/** A video of a plain grey wall, for pages whose labels do not matter. @returns its path */
export async function plainVideo(): Promise<string> {
  const video = join(SCRATCH, 'plain.mjpeg');
  const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
  await makeCameraVideo(video, [{ image: grey, seconds: 2 }]);
  return video;
}
