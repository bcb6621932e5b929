import type { VideoInfo } from '../../shared/session';
import { videoSize, type VideoWriterEvents } from './video-writer';
import { DrawnFrames, isDrawn } from './drawn-frames';
import type { LineFile } from './line-file';
import type { GrowingFile } from '../store/device-file';

/** Writes the chunks of the page's MediaRecorder as they come. */
export class ChunkWriter {
  readonly dropped = 0;
  readonly info: VideoInfo;
  #at = 0;

  constructor(
    mimeType: string,
    width: number,
    height: number,
    private readonly file: GrowingFile,
    private readonly events: VideoWriterEvents,
    /** When the images were drawn, a line a chunk: see drawn-frames.ts. */
    private readonly drawn: LineFile,
  ) {
    this.info = { file: `film.${ChunkWriter.container(mimeType)}`, mimeType, ...videoSize(width, height), recorder: 'media-recorder' };
  }

  static container(mimeType: string): 'mp4' | 'webm' {
    return mimeType.startsWith('video/mp4') ? 'mp4' : 'webm';
  }

  add(bytes: Uint8Array, endUs: number, drawnUs: readonly number[]): void {
    try {
      this.drawn.append([drawnUs]);
      this.drawn.flush();
      this.file.write(bytes, this.#at);
    } catch (error) {
      this.events.onError(error);
      return;
    }
    this.#at += bytes.length;
    this.events.onFragment(endUs);
  }

  /** Which frames of the video the images became. @param shown when each of its frames is shown, microseconds */
  match(shown: readonly number[]): DrawnFrames {
    return new DrawnFrames(shown, this.drawn.read(isDrawn).flat());
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }
}
