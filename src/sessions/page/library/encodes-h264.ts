import type { VideoInfo } from '../../shared/session';
import { recordingCodecs } from '../../shared/video/codecs';

/** Frames a second that an encoder has to be able to do. */
const FRAME_RATE = 30;

/** Whether this browser can encode a video as H.264, which is what an MP4 has to hold for players to take it. */
export async function encodesH264({ width, height }: Pick<VideoInfo, 'width' | 'height'>): Promise<boolean> {
  if (typeof VideoEncoder === 'undefined') return false;
  const even = (side: number): number => Math.max(2, side - (side % 2));
  const size = { width: even(width), height: even(height) };
  const codec = recordingCodecs(size.width, size.height, FRAME_RATE).find(({ id }) => id === 'avc');
  if (!codec) return false;
  try {
    return (await VideoEncoder.isConfigSupported({ codec: codec.codec, ...size })).supported === true;
  } catch {
    return false;
  }
}
