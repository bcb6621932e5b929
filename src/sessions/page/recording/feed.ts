import type { RecordedFrame } from '../../shared/recorder';
import type { FrameInput } from '../../../recognise/shared/index';

/** Takes the camera's pictures into the film, and knows the film's time. */
export interface Feed {
  /** Frames that were left out because the recorder was behind. */
  readonly dropped: number;
  /** A camera picture that nobody asked for: left out first. */
  plain(image: HTMLVideoElement | VideoFrame): void;
  /**
   * A picture that was recognised; it stays the caller's.
   * @returns its time in the film, microseconds; undefined where it cannot be in the film
   */
  wanted(image: FrameInput): number | undefined;
  /** What the video shows now, for a snapshot: to be transferred, and in the film at `timeUs`. */
  still(video: HTMLVideoElement): Promise<{ readonly frame: RecordedFrame; readonly timeUs: number }>;
  /** Where the film is now, microseconds. */
  now(): number;
  /** The pictures that follow come from another stream, whose timestamps begin anew. */
  sourceChanged(): void;
  pause(): void;
  resume(): void;
  /** Hands over what it still holds. */
  finish(): Promise<void>;
}
