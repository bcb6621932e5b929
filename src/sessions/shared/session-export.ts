import type { DatasetClass, DatasetDefinition, Side } from './dataset/dataset';
import type { SideCounts } from './dataset/split';
import type { Still } from './dataset/still';
import type { StillLabels } from './import/still-labels';
import type { SessionManifest } from './session';
import type { Aim, Region } from '../../engine/index';
import type { FeatureModel } from '../../recognise/shared/index';

/** What a session alone can be taken away as. */
export type SessionFormat =
  | 'everything' | 'film' | 'film-mp4' | 'film-constant' | 'film-labels' | 'webvtt' | 'srt' | 'csv' | 'jsonl' | 'label-studio' | 'cvat-video' | 'features';

/** What pictures out of one or more sessions can be taken away as. */
export type PictureFormat = 'image-folder' | 'parquet' | 'web-dataset' | 'coco' | 'yolo' | 'cvat-images' | 'label-studio-images' | 'fiftyone';

const PICTURE_FORMATS: readonly string[] = ['image-folder', 'parquet', 'web-dataset', 'coco', 'yolo', 'cvat-images', 'label-studio-images', 'fiftyone'] satisfies PictureFormat[];

export function isPictureFormat(format: ExportFormat): format is PictureFormat {
  return PICTURE_FORMATS.includes(format);
}

/** What the films of several sessions, or their labels, can be taken away as under one set of names. */
export type FilmSetFormat = Extract<SessionFormat, 'csv' | 'jsonl' | 'label-studio' | 'cvat-video' | 'features'>;

const FILM_SET_FORMATS: readonly string[] = ['csv', 'jsonl', 'label-studio', 'cvat-video', 'features'] satisfies FilmSetFormat[];

export type DatasetFormat = PictureFormat | FilmSetFormat;

export function isDatasetFormat(format: ExportFormat): format is DatasetFormat {
  return PICTURE_FORMATS.includes(format) || FILM_SET_FORMATS.includes(format);
}

export type ExportFormat = SessionFormat | PictureFormat;

/** Which film's frames a table counts: those of the film as it was recorded, or of the one at a constant rate (`film-constant`). */
export type CountedFilm = 'recorded' | 'constant';

/** Whose labels: `both` makes a file for each. */
export type ExportTracks = 'human' | 'predicted' | 'both';

/** Words that are drawn onto a film, for people rather than programs: in the reader's language. */
export interface FilmWords {
  /** Of ImageNet's classes, index = class. */
  readonly classNames: readonly string[];
  /** What is said where the network was not sure. */
  readonly unsure: string;
}

/** What `film-labels` needs to be told. */
export interface LabelledFilm extends FilmWords {
  /** What this browser encodes for. */
  readonly container: 'mp4' | 'webm';
}

/** What is told of who filmed. */
export interface Provenance {
  /** True to leave out what the browser calls the camera, which may have a person's name in it. */
  readonly cameraless?: boolean;
}

/** Sessions as what is taken away tells of them. */
export function withProvenance(manifest: SessionManifest, { cameraless }: Provenance): SessionManifest {
  const { device: _, ...rest } = manifest;
  return cameraless ? rest : manifest;
}

/** A session as it is. */
export interface ExportRequest extends Provenance {
  readonly sessionId: string;
  readonly format: SessionFormat;
  /** Of webvtt, srt, csv, jsonl, film-labels. */
  readonly tracks: ExportTracks;
  /** Of film-labels. */
  readonly labelled?: LabelledFilm;
  /** Of film-constant: what this browser encodes for. */
  readonly container?: 'mp4' | 'webm';
  /** Of csv and jsonl; the film as it was recorded if left out. */
  readonly counted?: CountedFilm;
}

/** What the network that runs makes of every frame of a session, or of all sessions of a dataset. */
export interface FeaturesRequest {
  readonly of: { readonly sessionId: string } | { readonly dataset: DatasetDefinition };
  readonly model: FeatureModel;
}

/**
 * The network's look at a frame, which is the page's to give.
 * @param aim where to look; where the model looks by itself if left out
 * @throws Fault `export-features` where another network runs by now, or one without features
 */
export type FeatureLook = (frame: ImageBitmap, aim: Aim | undefined) => Promise<{
  readonly features: Float32Array;
  readonly predicted: { readonly index: number; readonly name: string; readonly probability: number } | undefined;
  /** Pixels of the frame. */
  readonly square: Region;
}>;

/** Several sessions as they are, in one file. */
export interface SessionsRequest extends Provenance {
  readonly sessionIds: readonly string[];
}

/** A training set of one or more sessions. */
export interface DatasetRequest extends Provenance {
  readonly format: DatasetFormat;
  readonly dataset: DatasetDefinition;
  /** Id of the training set, so that what is corrected elsewhere finds it; left out where it is none that is kept. */
  readonly set?: string;
  /** Of csv and jsonl. */
  readonly tracks: ExportTracks;
  /** As of `ExportRequest`. */
  readonly counted?: CountedFilm;
}

/** What a dataset would be, before it is made. */
export interface DatasetPlan {
  /** Those of the definition, and new ones. */
  readonly classes: readonly DatasetClass[];
  /** Pictures of each class on each side, by the class's number. */
  readonly counts: SideCounts;
  /** Pictures on each side. */
  readonly sides: Readonly<Record<Side, number>>;
  /** Pictures that have several labels. */
  readonly overlapping: number;
  /** Pictures that are too near to another side. */
  readonly tooNear: number;
  /** Pictures that a person picked out. */
  readonly leftOut: number;
  /** Pictures of no session that were chosen and are no longer here. */
  readonly gone: number;
}

/** Pictures that are looked through at once: a part of all. */
export interface PicturePart {
  readonly from: number;
  readonly count: number;
  readonly total: number;
}

/** A picture of a dataset that is looked through. */
export interface TakenPicture {
  readonly key: string;
  readonly sessionId: string;
  /** Of a picture of no session. */
  readonly name?: string;
  /** Microseconds from the film's first frame. */
  readonly timeUs: number;
  readonly classIds: readonly number[];
  /** The square that the network looked at, JPEG, 224 pixels. */
  readonly thumbnail: Blob;
  /** 0..1 of all. */
  readonly done: number;
  /** Number of the first picture of this part, from 0, how many the part has, and how many there are in all. */
  readonly part: PicturePart;
  readonly classes: readonly DatasetClass[];
}

/** A picture of one side of a dataset. */
export interface SidePicture {
  readonly jpeg: Blob;
  readonly classIds: readonly number[];
  readonly classes: readonly DatasetClass[];
  /** 0..1 of all. */
  readonly done: number;
}

/** What came of annotations that were read back. */
export interface AnnotationReport {
  /** Sessions that something is of, and how many labels were added, changed and taken out. */
  readonly sessions: readonly { readonly name: string; readonly added: number; readonly changed: number; readonly removed: number }[];
  /** Names of tasks that no session here is known for, or that say nothing that a session has. */
  readonly unmatched: readonly string[];
  /** Frames whose labels were changed here since the export, and stay as they are: session and time. */
  readonly changedHere: readonly string[];
  /** Tasks with results that are no labels of a session, which were left out: outlines, choices, texts. */
  readonly foreign: number;
  /** What is said of pictures of no session: their labels are training sets', which the page keeps. */
  readonly stills: readonly StillLabels[];
  /** Annotations that were left: of several of one task the latest is taken. */
  readonly others: number;
}

/** How far an export or import has come. */
export interface TransferProgress {
  readonly phase: 'labels' | 'film' | 'pictures' | 'features' | 'packing' | 'checking';
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
   * Writes the features of every frame of a film, or of all films of a dataset, as Parquet.
   * @param stills pictures of no session that are there: in no row, but split with the films
   * @param look called for each frame, and waited for
   * @param target as of `export` @throws as `export` and `look` do
   */
  exportFeatures(
    request: FeaturesRequest,
    stills: readonly Still[],
    target: FileSystemFileHandle | undefined,
    look: FeatureLook,
    onProgress: (progress: TransferProgress) => void,
  ): Promise<ExportedFile>;
  /**
   * Takes annotations that were changed in Label Studio into the sessions that they are of.
   * @param json its export, "JSON" or "JSON-MIN"
   * @throws Fault `annotations-foreign` where it is neither, `session-busy` while a session is recorded, `storage-full`, `storage-failed`
   */
  importAnnotations(json: File): Promise<AnnotationReport>;
  /** Everything of several sessions, as one file that `import` reads. @param target as of `export` @throws as `export` does */
  exportSessions(
    request: SessionsRequest,
    target: FileSystemFileHandle | undefined,
    onProgress: (progress: TransferProgress) => void,
  ): Promise<ExportedFile>;
  /**
   * Reads our own zip back as a new session, or several. Nothing is kept of one that is refused.
   * @returns the first one
   * @throws Fault `import-foreign` where it is no zip of ours, `import-newer`, `import-broken`, `import-unsafe`, `storage-full`
   */
  import(zip: File, onProgress: (progress: TransferProgress) => void): Promise<SessionManifest>;
  /**
   * @param target as of `export`
   * @throws as `export` does; the message names the session whose film cannot be read
   */
  exportDataset(
    request: DatasetRequest,
    stills: readonly Still[],
    target: FileSystemFileHandle | undefined,
    onProgress: (progress: TransferProgress) => void,
  ): Promise<ExportedFile>;
  /** Counts what a dataset would hold, without taking a picture out of a film. @param stills pictures of no session that are there */
  planDataset(dataset: DatasetDefinition, stills: readonly Still[]): Promise<DatasetPlan>;
  /**
   * Takes pictures of a dataset out of the films, those too that were left out, to be looked through: as many as are looked through at once.
   * @param from number of the first, from 0
   * @param take called for each; the next is taken when it has ended
   * @throws as `export` does
   */
  lookThrough(dataset: DatasetDefinition, stills: readonly Still[], from: number, take: (picture: TakenPicture) => Promise<void>): Promise<void>;
  /**
   * Takes the pictures of one side of a dataset, each as it is exported.
   * @param take called for each; the next is taken when it has ended
   * @throws as `export` does
   */
  sidePictures(dataset: DatasetDefinition, stills: readonly Still[], side: Side, take: (picture: SidePicture) => Promise<void>): Promise<void>;
  /** Times of all frames of a session's video, so that a player can step from one to the next. */
  frameTimes(sessionId: string): Promise<FrameTimes>;
}
