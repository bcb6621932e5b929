import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './shared';

const [WIDTH, HEIGHT] = [640, 480];
/** Of its images, a second: each is drawn by the processor, and nobody looks at how smooth they are. */
const RATE = 10;
/** #778899 in full-range YUV (JPEG's; ITU-T T.871). */
const GREY = { y: 133, u: 139, v: 118 } as const;

/**
 * A video of a plain grey wall for Chromium's fake camera, for pages whose labels do not matter: YUV4MPEG2, which tells its rate, where an .mjpeg
 * file is played at 30 images a second. @returns its path
 */
export function plainVideo(): Promise<string> {
  const video = join(SCRATCH, 'plain.y4m');
  const quarter = (WIDTH * HEIGHT) / 4;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(4 * quarter, GREY.y), Buffer.alloc(quarter, GREY.u), Buffer.alloc(quarter, GREY.v)]);
  mkdirSync(SCRATCH, { recursive: true });
  // A browser of another process may be playing it.
  const part = `${video}.${process.pid}`;
  writeFileSync(part, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`), frame, frame]));
  renameSync(part, video);
  return Promise.resolve(video);
}
