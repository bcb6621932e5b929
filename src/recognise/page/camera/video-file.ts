import { Fault } from '../../../base/shared/fault';

/** A video from a file, for a video element's `src`. */
export interface VideoFile {
  /** An object URL: `closeVideoFile` gives its memory back. */
  readonly url: string;
  /** The file's name. */
  readonly name: string;
}

/**
 * Opens a video file, having looked whether the browser can play it.
 *
 * @throws Fault `film-unreadable` where it cannot
 */
export async function openVideoFile(file: File): Promise<VideoFile> {
  const videoFile: VideoFile = { url: URL.createObjectURL(file), name: file.name };
  const probe = document.createElement('video');
  probe.muted = true;
  probe.preload = 'auto';
  try {
    await new Promise<void>((resolve, reject) => {
      probe.addEventListener('loadeddata', () => resolve());
      probe.addEventListener('error', () => reject(videoFault(probe.error, file.name)));
      probe.src = videoFile.url;
    });
    // A sound file plays as well, and has no image.
    if (probe.videoWidth === 0) throw new Fault('film-unreadable', 'The file has no picture.', { file: file.name });
  } catch (error) {
    closeVideoFile(videoFile);
    throw error;
  } finally {
    probe.removeAttribute('src');
    probe.load();
  }
  return videoFile;
}

/** A media element's error (HTML standard, MediaError) with a file as a fault. */
export function videoFault(error: MediaError | null, name: string): Fault {
  return new Fault('film-unreadable', error ? `MediaError ${error.code}: ${error.message}` : 'MediaError', { file: name });
}

export function closeVideoFile(videoFile: VideoFile): void {
  URL.revokeObjectURL(videoFile.url);
}
