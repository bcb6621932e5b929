import type { FrameInput, Recognition } from '../../shared/recogniser';

/** Sees what the live loop does with each frame that is recognised. */
export interface FrameTap {
  /**
   * The very picture that is recognised under a number, before it is transferred: take a clone, or draw it, at once.
   * @param id as in `Recognition.id`
   */
  submitted(id: number, picture: FrameInput): void;
  /** The answer, once it is shown. @param latencyMs from the camera's capture to that */
  shown(recognition: Recognition, latencyMs: number): void;
}
