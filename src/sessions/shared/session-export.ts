import type { SessionManifest } from './session';

/** What a session can be taken away as. */
export type ExportFormat =
  | 'everything'
  | 'film'
  | 'film-mp4'
  | 'webvtt'
  | 'srt'
  | 'csv'
  | 'jsonl'
  | 'image-folder'
  | 'coco'
  | 'label-studio';

/** Whose labels: `both` makes a file for each. */
export type ExportTracks = 'human' | 'predicted' | 'both';

export interface ExportRequest {
  readonly sessionId: string;
  readonly format: ExportFormat;
  /** Of webvtt, srt, csv, jsonl; `image-folder` takes a person's labels unless it is `predicted`. */
  readonly tracks: ExportTracks;
  /** Of image-folder and coco: microseconds from frame to frame; undefined for one frame a span. */
  readonly everyUs: number | undefined;
  /**
   * Of image-folder: true to cut images to the square that the network looked at, as many pixels as the video has there; they stay
   * whole in sessions that do not say where that was.
   */
  readonly cut?: boolean;
}

/** How far an export or import has come. */
export interface TransferProgress {
  readonly phase: 'labels' | 'film' | 'pictures' | 'packing' | 'checking';
  /** 0..1 of this phase. */
  readonly done: number;
}

/** What an export gave. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: number;
  /** On the device's private file system until the next export; undefined where the file that was asked for was written. */
  readonly file: File | undefined;
}

/** When a video's frames are shown. */
export interface FrameTimes {
  /** Where the first one stands in the video's own time, seconds: videos of other recorders need not begin at 0. */
  readonly start: number;
  /** Microseconds from the first frame, rising, shape [frames]. */
  readonly times: Float64Array;
}

/**
 * What the export worker does for the page, through Comlink: one job a worker, which is ended to cancel it. Errors arrive
 * as `Fault` names.
 */
export interface SessionTransferApi {
  /**
   * @param target the file to write; undefined for a file in the private file system
   * @throws Fault `export-empty` where there is nothing of what is asked for, `export-codec` where the browser cannot read
   *   or write such a video, `session-busy` while it is recorded, `session-missing`, `storage-full`, `storage-failed`
   */
  export(
    request: ExportRequest,
    target: FileSystemFileHandle | undefined,
    onProgress: (progress: TransferProgress) => void,
  ): Promise<ExportedFile>;
  /**
   * Reads our own zip back as a new session. Nothing is kept of one that is refused.
   * @throws Fault `import-foreign` where it is no zip of ours, `import-newer`, `import-broken`, `import-unsafe`, `storage-full`
   */
  import(zip: File, onProgress: (progress: TransferProgress) => void): Promise<SessionManifest>;
  /** Times of all frames of a session's video, so that a player can step from one to the next. */
  frameTimes(sessionId: string): Promise<FrameTimes>;
}
