import type { Fault } from '../../base/shared/fault';
import type { VideoInfo, HumanEdit, Pause, RecognitionEntry, SessionManifest, Snapshot } from './session';
import type { LabelRef } from '../../base/shared/labels/label-ref';
import type { Precision } from '../../engine/index';

/** An image of the camera for the video or a snapshot. Transferred to the worker, which closes it. */
export type RecordedFrame = VideoFrame | ImageBitmap;

export interface RecordingRequest {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Camera image, pixels as shown; the video is as large, made even, and images of other sizes are fitted into it. */
  readonly width: number;
  readonly height: number;
  /** Frames a second at most. */
  readonly frameRate: number;
  /** What the browser calls the camera; undefined where it has no name, or it is none. */
  readonly device?: string;
  /** The type of the chunks that come, where the page's MediaRecorder encodes; undefined for frames. */
  readonly chunksOf?: string;
}

/** How a recording began. */
export interface RecordingStarted {
  readonly video: VideoInfo;
  /** `memory` where the browser has no private file system: then `finish` gives the files, and a crash loses them. */
  readonly keptIn: 'device' | 'memory';
}

/** How a recording stands; sent a few times a second. */
export interface RecordingStatus {
  /** Microseconds of video that are safe on the device. */
  readonly flushedUs: number;
  /** Bytes written, all files. */
  readonly bytes: number;
  /** Frames in the video. */
  readonly frames: number;
  /** Frames that the encoder had no time for; recognised frames are the last that this happens to. */
  readonly dropped: number;
  readonly recognitions: number;
  /** Recognitions whose frame could not be encoded, so that they were left out. */
  readonly lostRecognitions: number;
  /** Bytes that can still be written; undefined while there is as much room as is taken ahead. */
  readonly bytesLeft: number | undefined;
  /** Seconds that can still be recorded at the present rate; undefined as `bytesLeft`. */
  readonly secondsLeft: number | undefined;
  /** The file of the person's choice that the film goes into as well, if any. */
  readonly copy: FilmCopyStatus | undefined;
}

/** How the copy of the film stands that goes into a file of the person's choice. */
export interface FilmCopyStatus {
  readonly name: string;
  /** Why it could not be written any more: it ends there. */
  readonly failed: string | undefined;
}

/** What the page is told while it records. */
export type RecordingEvent =
  | { readonly kind: 'status'; readonly status: RecordingStatus }
  /** Room runs out, the files are gone or the encoder broke: what there is has to be finished now. */
  | { readonly kind: 'must-end'; readonly code: Fault['code']; readonly message: string };

/** What the worker tells. */
export type RecorderEvent =
  | RecordingEvent
  /** One more step of the recording's end is done, or was given up: sent once for each, and by no clock. A step takes less than 9 s. */
  | { readonly kind: 'ending' };

/** What `finish` gives. */
export interface FinishedRecording {
  readonly manifest: SessionManifest;
  /**
   * All files by their path in the session's folder, where they are to be handed over: they were kept in memory, are gone from the device,
   * or a person wants them as well.
   */
  readonly files: ReadonlyMap<string, Blob> | undefined;
  /** Whether the session is not on the device, though it was kept there: somebody removed its files meanwhile. */
  readonly gone?: boolean;
  /** How the copy of the film ended; one that was not finished in time counts as failed. Left out where no file was chosen. */
  readonly copy?: FilmCopyStatus;
}

/** The model that a recognition is of. */
export type RecordedModel = SessionManifest['models'][number] & { readonly precision: Precision };

/**
 * What the recorder worker does for the page, through Comlink: one session a worker, whose lock it holds from `begin` to
 * the end of `finish`, or to its own end. Errors arrive as `Fault` names.
 */
export interface RecorderApi {
  /**
   * Takes the session's lock, makes its folder, chooses a codec and opens the files.
   * @throws Fault `no-recorder` where the browser can encode nothing here (try MediaRecorder), `storage-full`, `storage-failed`
   */
  begin(request: RecordingRequest, onEvent: (event: RecorderEvent) => void): Promise<RecordingStarted>;
  /**
   * A frame of the video.
   * @param timeUs in the video, whole milliseconds, not before the frame before; the same time again is the same frame
   * @param wanted it was recognised or snapshot: it is dropped last
   * @returns false where it was dropped
   */
  frame(frame: RecordedFrame, timeUs: number, wanted: boolean): boolean;
  /**
   * A chunk of the page's MediaRecorder.
   * @param endUs video time up to which it may reach
   * @param drawnUs when images were drawn for it since the chunk before, microseconds of video, rising
   */
  chunk(bytes: ArrayBuffer, endUs: number, drawnUs: readonly number[]): void;
  /** A recognition of a frame that was sent as wanted; it is written with that frame. */
  recognised(entry: RecognitionEntry, model: RecordedModel): void;
  /** Edits of the human labels; flushed before the answer. */
  edit(edits: readonly HumanEdit[]): void;
  /** Keeps a frame as an image, full size, and in the video. @param accepted whether the label is the network's guess */
  snapshot(frame: RecordedFrame, timeUs: number, label: LabelRef | undefined, accepted: boolean): Promise<Snapshot>;
  /**
   * Has the film go into a file of the person's choice as well, from its first frame on; it is whole there every few seconds.
   * @throws Fault `storage-failed` where the file cannot be written
   */
  copyTo(file: FileSystemFileHandle): Promise<void>;
  /**
   * Encodes and writes what is left, and closes the session. It ends whatever the device does.
   * @param ended why, where a person did not stop it
   * @param handOver whether the files are wanted also where they are kept on the device
   * @param pauses where it stood still, in order
   * @returns undefined where there was not one frame, and nothing was kept
   */
  finish(ended?: SessionManifest['ended'], handOver?: boolean, pauses?: readonly Pause[]): Promise<FinishedRecording | undefined>;
}
