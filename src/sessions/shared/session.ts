import type { Aim, Precision, Prediction } from '../../engine/index';
import type { LabelRef } from '../../base/shared/labels/label-ref';

/*
 * A recorded session: a video and what was recognised in it, frame by frame, with what a person said it is.
 * In the device's private file system: sessions/<id>/ with
 *   session.json   SessionManifest, written when the recording starts and when it ends
 *   film.mp4|webm  fragmented, flushed at each fragment
 *   labels.jsonl   one RecognitionEntry a line, flushed with the video
 *   human.jsonl    HumanEdit a line: only ever appended, so that a crash loses none and undo has its history
 *   snapshots/     full-resolution images, <timeUs>.jpg
 * Times are microseconds from the video's first frame, as in its container.
 */

/** The network's answer for one frame. Never changed once written. */
export interface RecognitionEntry {
  /** Presentation time of that very frame in the video, microseconds. */
  readonly timeUs: number;
  /** Most probable first; `name` is English or a taught class's own name. */
  readonly top: readonly (LabelRef & Pick<Prediction, 'probability'>)[];
  readonly modelId: string;
  readonly precision: Precision;
  /** Frame captured to label shown, milliseconds. */
  readonly latencyMs: number;
  /**
   * Whether the live view named a label then: where false it said "Not sure", and `top` is what it did not say. Left out in sessions of
   * before 2026-11-26, which do not tell.
   */
  readonly sure?: boolean;
  /**
   * The square of the video's picture that the network looked at, as shares of that picture, to 4 decimals. Left out where it is
   * the middle one (see `models` of the manifest), and in sessions of before 2026-11-26, which do not say.
   */
  readonly square?: Aim;
}

/** A span of time that a person has labelled. */
export interface HumanSpan {
  readonly id: string;
  /** Microseconds, inclusive. */
  readonly startUs: number;
  /** Microseconds, exclusive; above `startUs`. */
  readonly endUs: number;
  readonly label: LabelRef;
  /** The label was the network's guess, which the person accepted. */
  readonly accepted?: true;
  /** Who labelled it, where that was somebody in another program: as that program calls them. */
  readonly author?: string;
}

/** A full-resolution image with its label. */
export interface Snapshot {
  readonly id: string;
  readonly timeUs: number;
  /** File name under snapshots/. */
  readonly file: string;
  readonly label: LabelRef | undefined;
  /** The label was the network's guess, which the person accepted. */
  readonly accepted?: true;
  /** As of a span. */
  readonly author?: string;
}

/** What an edit is part of, so that undo and redo live on when a session is opened again. */
export interface EditMark {
  /**
   * Edits of one step (a split is two) share this and are undone together; undefined, as the recorder writes them, means a step
   * of its own, unless it only amends what was put before (a span that is held is put again and again).
   */
  readonly step?: string;
  /** How the edit came about; undefined for a person's own change. */
  readonly by?: 'undo' | 'redo';
}

/** One change of the human labels. */
export type HumanEdit = EditMark &
  (
    | { readonly kind: 'put-span'; readonly span: HumanSpan }
    | { readonly kind: 'delete-span'; readonly id: string }
    | { readonly kind: 'put-snapshot'; readonly snapshot: Snapshot }
    | { readonly kind: 'delete-snapshot'; readonly id: string }
  );

/** The human labels as they stand after all edits. */
export interface HumanLabels {
  /** By start, then end. */
  readonly spans: readonly HumanSpan[];
  /** By time. */
  readonly snapshots: readonly Snapshot[];
}

export interface VideoInfo {
  /** `film.mp4` or `film.webm`. */
  readonly file: string;
  /** With codecs, for example `video/mp4; codecs="avc1.42E01F"`. */
  readonly mimeType: string;
  /** Pixels as shown. */
  readonly width: number;
  readonly height: number;
  /** Which recorder made it. */
  readonly recorder: 'webcodecs' | 'media-recorder';
}

/** A time that is not in a video: `lengthUs` of the clock passed at its `timeUs`, both microseconds. */
export interface Pause {
  readonly timeUs: number;
  readonly lengthUs: number;
}

export type SessionFlaw = 'film-damaged' | 'film-short' | 'newer-version';

/** What the library lists, and session.json holds. */
export interface SessionManifest {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** `recording` in a listed session that nobody records means that it was broken off: it is recovered. */
  readonly state: 'recording' | 'complete' | 'recovered';
  /** Why a complete session ended, where a person did not stop it. */
  readonly ended?: 'storage-full' | 'recording-failed';
  /**
   * What is wrong with it: its film cannot be read, or not to its end, and lies there as it was found; its film ends before its labels; or
   * it is of a newer version of the app, and nothing but its name is known (in lists alone, never stored).
   */
  readonly flaw?: SessionFlaw;
  readonly durationUs: number;
  /**
   * Where the recording stood still: what was left out of the film, by its time. Left out where that is not known: of sessions of before
   * 2026-11-27, and of those that were broken off.
   */
  readonly pauses?: readonly Pause[];
  readonly film: VideoInfo;
  /** What the browser calls the camera that filmed; left out where it has no name, and in sessions of before 2026-11-27. */
  readonly device?: string;
  /** Models that gave labels. */
  readonly models: readonly {
    readonly id: string;
    readonly name: string;
    readonly precision: Precision;
    /**
     * Side of the middle square, which the network looks at where nobody aims, as a share of the picture's shorter side: 0.875 for
     * ResNet-18. Left out in sessions of before 2026-11-26: these say nowhere where the network looked.
     */
    readonly middle?: number;
  }[];
  /** Bytes of all its files. */
  readonly bytes: number;
  readonly recognitions: number;
  readonly spans: number;
  readonly snapshots: number;
}

/** A session with everything but its video. */
export interface SessionData {
  readonly manifest: SessionManifest;
  /** By time. */
  readonly recognitions: readonly RecognitionEntry[];
  readonly human: HumanLabels;
  /** Lines of its files that are no labels: they are left out here, and stay as they are. None where it is left out. */
  readonly unreadable?: number;
}
