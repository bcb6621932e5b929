import type { ReactiveControllerHost } from 'lit';
import type { SettingsStore } from '../../../base/page/settings';
import type { LiveRecognition } from './live-recognition';

/** What a recording needs of the live view. */
export interface RecorderParts {
  readonly active: boolean;
  readonly settings: SettingsStore;
  readonly live: LiveRecognition;
  readonly video: HTMLVideoElement;
  /** Whether the label that is shown is named. */
  readonly sure: () => boolean;
  readonly renderRoot: ParentNode;
}

/** What records the live view; the app puts it there, as recording stands above recognition. */
export interface RecorderSlot {
  readonly recording: boolean;
  /** Whole seconds of its video. */
  readonly seconds: number;
  /** Whether a person has paused it. */
  readonly halted: boolean;
  /** Begins a recording, or ends the one that runs. */
  toggle(): Promise<void>;
  /** Has the recording that runs stand still or go on, or keep what is shown as a picture. */
  run(action: 'pause' | 'resume' | 'picture'): void;
  /** What is shown between camera and controls. */
  render(): unknown;
}

export type RecorderFactory = (host: ReactiveControllerHost, parts: () => RecorderParts) => RecorderSlot;
