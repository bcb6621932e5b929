import type { VideoInfo } from '../../shared/session';
import { NOTHING_WHOLE, type VideoCut } from '../../shared/video/video-cut';
import { cutMp4 } from '../../shared/video/mp4-cut';
import { cutWebm, isWebm } from '../../shared/video/webm-cut';
import { fragmentsFrom, isBlank } from '../../shared/video/left-behind';
import type { GrowingFile } from './device-file';

/** What a video holds, without changing it. @param times is given the time of each whole frame, microseconds */
function inspectVideo(file: GrowingFile, times?: number[]): VideoCut {
  if (file.size === 0) return NOTHING_WHOLE;
  return isWebm(file) ? cutWebm(file, times) : cutMp4(file, times);
}

/** What became of a video that was broken off. */
export interface RepairedVideo extends VideoCut {
  /** True where more of it than the fragment at its end cannot be read: it lies there as it was found. */
  readonly damaged: boolean;
}

/** Whether there is more behind what is whole than what a recording that is broken off tears: the one fragment at its end. */
function isDamaged(file: GrowingFile, cut: VideoCut): boolean {
  const container = isWebm(file) ? 'webm' : 'mp4';
  if (cut.frames > 0) return fragmentsFrom(file, container, cut.bytes, 2) > 1;
  if (isBlank(file)) return false;
  // A film that was only begun is a head that can be read, and nothing else.
  return !hasHead(file) || fragmentsFrom(file, container, 0, 1) > 0;
}

/** Whether a film without a whole frame begins as ours do. */
function hasHead(file: GrowingFile): boolean {
  const head = file.read(0, 8);
  // An MP4 begins with ftyp, after four bytes of its size.
  return isWebm(file) || (head.length === 8 && String.fromCharCode(...head.subarray(4)) === 'ftyp');
}

/**
 * Cuts a video that was broken off to its last whole fragment, and fills in the sizes that were left open. A damaged one is left alone: what
 * is in it may be had by other means.
 * @param times is given the time of each frame that stays, microseconds
 */
export function repairVideo(file: GrowingFile, times?: number[]): RepairedVideo {
  const cut = inspectVideo(file, times);
  if (isDamaged(file, cut)) return { ...cut, damaged: true };
  file.truncate(cut.bytes);
  for (const { at, bytes } of cut.patches) file.write(bytes, at);
  file.flush();
  return { ...cut, damaged: false };
}

/** What is known of a video whose session.json is lost. */
export function videoInfoOf(file: string, cut: VideoCut): VideoInfo {
  const container = file.endsWith('.webm') ? 'webm' : 'mp4';
  const codecs = cut.codec ? `; codecs="${cut.codec}"` : '';
  return { file, mimeType: `video/${container}${codecs}`, width: cut.width, height: cut.height, recorder: 'webcodecs' };
}
