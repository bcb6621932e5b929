import type { VideoInfo } from '../../shared/session';
import { NOTHING_WHOLE, type VideoCut } from '../../shared/video/video-cut';
import { cutMp4 } from '../../shared/video/mp4-cut';
import { cutWebm, isWebm } from '../../shared/video/webm-cut';
import type { GrowingFile } from './device-file';

/** What a video holds, without changing it. @param times is given the time of each whole frame, microseconds */
function inspectVideo(file: GrowingFile, times?: number[]): VideoCut {
  if (file.size === 0) return NOTHING_WHOLE;
  return isWebm(file) ? cutWebm(file, times) : cutMp4(file, times);
}

/**
 * Cuts a video that was broken off to its last whole fragment, and fills in the sizes that were left open.
 * @param times is given the time of each frame that stays, microseconds
 */
export function repairVideo(file: GrowingFile, times?: number[]): VideoCut {
  const cut = inspectVideo(file, times);
  file.truncate(cut.bytes);
  for (const { at, bytes } of cut.patches) file.write(bytes, at);
  file.flush();
  return cut;
}

/** What is known of a video whose session.json is lost. */
export function videoInfoOf(file: string, cut: VideoCut): VideoInfo {
  const container = file.endsWith('.webm') ? 'webm' : 'mp4';
  const codecs = cut.codec ? `; codecs="${cut.codec}"` : '';
  return { file, mimeType: `video/${container}${codecs}`, width: cut.width, height: cut.height, recorder: 'webcodecs' };
}
