import type { RecordedFrame } from '../../shared/recorder';
import type { FrameInput } from '../../../recognise/shared/index';

/** Takes the camera's images into the video, and knows the video's time. */
export interface Feed {
  /** Frames that were left out because the recorder was behind. */
  readonly dropped: number;
  /** A camera image that nobody asked for: left out first. */
  plain(image: HTMLVideoElement | VideoFrame): void;
  /**
   * An image that was recognised; it stays the caller's.
   * @returns its time in the video, microseconds; undefined where it cannot be in the video
   */
  wanted(image: FrameInput): number | undefined;
  /** What the video shows now, for a snapshot: to be transferred, and in the video at `timeUs`. */
  still(video: HTMLVideoElement): Promise<{ readonly frame: RecordedFrame; readonly timeUs: number }>;
  /** Where the video is now, microseconds. */
  now(): number;
  /** The images that follow come from another stream, whose timestamps begin anew. */
  sourceChanged(): void;
  pause(): void;
  resume(): void;
  /** Hands over what it still holds. */
  finish(): Promise<void>;
}
