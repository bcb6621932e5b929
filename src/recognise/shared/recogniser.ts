import type { Aim, Capabilities, ClassMap, EngineId, Precision, Prediction, Region } from '../../engine/index';
import type { FrameSize } from './aim';
import type { SmootherOptions } from './label-smoother';
import type { LoadProgress, ModelManifest } from '../../base/shared/model';
import type { ModelDraft } from './model-draft';
import type { ImageQuality } from './image-quality';

/** An image of plain bytes, for browsers that can transfer neither a VideoFrame nor an ImageBitmap. */
export interface PixelFrame {
  /** RGBA, row after row; its buffer is transferred. */
  readonly data: Uint8ClampedArray;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** One image for the network. Transferred to the worker, which closes it. */
export type FrameInput = VideoFrame | ImageBitmap | PixelFrame;

/** Whether a frame's pixels have to be turned or mirrored to be seen upright; an ImageBitmap's never do. */
export function isTurned(frame: VideoFrame | ImageBitmap): boolean {
  // W3C WebCodecs, section 9.4; not in TypeScript's library yet.
  const { rotation = 0, flip = false } = frame as { readonly rotation?: number; readonly flip?: boolean };
  return rotation !== 0 || flip;
}

/** Where a model's files are. */
export type ModelLocation =
  /** Beside its manifest on the page's own origin. */
  | { readonly kind: 'site'; readonly baseUrl: string }
  /** In the device's private file system (OPFS), dropped by a person. */
  | { readonly kind: 'device' }
  /** In the page's memory until it is closed, dropped by a person where the browser keeps no files. */
  | { readonly kind: 'memory'; readonly file: Blob }
  /** Looked at by this worker, and not kept yet. */
  | { readonly kind: 'draft' };

export interface LoadRequest {
  readonly manifest: ModelManifest;
  readonly precision: Precision;
  readonly location: ModelLocation;
  readonly engine: EngineId;
  /** Threads wanted, 1 or more. */
  readonly threads: number;
  /** So many may be asked for later, where the engine can change their number; as many as `threads` if left out. */
  readonly mostThreads?: number;
  /** Whether coarser weights will do for now, where they are sooner here; the worker goes on to fetch the whole file and keeps it. */
  readonly early?: boolean;
}

/** The model that runs, and how. */
export interface LoadedModel {
  readonly manifest: ModelManifest;
  readonly precision: Precision;
  readonly engine: EngineId;
  readonly threads: number;
  /** As many as `useThreads` may be asked for; left out where their number stays as it is. */
  readonly mostThreads?: number;
  /** From request to first self-test answer, milliseconds. */
  readonly loadMs: number;
  /** Whether the self-test compared with a stored answer (or could only see that the answer is sane). */
  readonly selfTest: 'matched' | 'sane';
  /** How many the network has itself. */
  readonly classes: number;
  /** Whether it runs on the first part of its file alone: with coarser weights, until the whole is there. */
  readonly coarse?: boolean;
}

export interface RecogniseOptions {
  /** The caller's number of this frame, given back. */
  readonly id: number;
  /** When the frame was captured, milliseconds on the page's `performance.now()` clock. */
  readonly capturedAt: number;
  /** Labels wanted in `top`, 1 or more. */
  readonly count: number;
  /**
   * Whether to give the features as well, of networks that have them: true to look at the image as it is for them; `whole` only where this
   * look is of the whole square as it is anyhow.
   */
  readonly features?: boolean | 'whole';
  /** False for a still image that has nothing to do with the frames before it: no smoothing, none disturbed. */
  readonly live?: boolean;
  /** The square that a person aims at; if left out, the middle of the image as the model's own preprocessing takes it. */
  readonly aim?: Aim;
  /** How the network looks at successive live frames that nobody aims; everything that the model gains by if left out. */
  readonly looks?: Partial<LookOptions>;
  /** Whether to give the map of where the network looked for its first label, where the engine can. */
  readonly map?: boolean;
}

/** In which ways live frames are looked at in turn, one way a frame; the answers are averaged. */
export interface LookOptions {
  /** Every other frame is looked at closely, where the network's own map has its centre; only while nobody aims. */
  readonly second: boolean;
  /** As the image is, mirrored, and a little tighter. */
  readonly views: boolean;
}

/** Where the network looked for a class. */
export interface LookMap {
  readonly map: ClassMap;
  /** Index of the class. */
  readonly index: number;
  /** What of the frame the map lies over, source pixels. */
  readonly square: Region;
}

/** The answer for one frame. */
export interface Recognition {
  readonly id: number;
  readonly capturedAt: number;
  /** The answer for this frame, most probable first; of a live frame averaged with the looks just before at the same scene. */
  readonly top: readonly Prediction[];
  /** The labels to show: smoothed and held (the same as `top` where both are off). */
  readonly steady: readonly Prediction[];
  readonly sceneChanged: boolean;
  /** Light and sharpness of what the network was given. */
  readonly quality: ImageQuality;
  /** Reading, resizing and normalising the frame, milliseconds. */
  readonly preprocessMs: number;
  /** The network alone, milliseconds. */
  readonly inferenceMs: number;
  /** What the last fully connected layer reads (512 numbers of ResNet-18), where asked for and the model has them. */
  readonly features: Float32Array | undefined;
  /** As it is seen. */
  readonly frame: FrameSize;
  /** The square that the answer is of: that which was aimed at, else the middle one; pixels of the frame, not whole ones. */
  readonly square: Region;
  /** Whether a person aimed that square. */
  readonly aimed: boolean;
  /** Where asked for and the engine can. */
  readonly look?: LookMap;
}

/** Folder of kept models in the private file system (OPFS): one folder each, by id. */
export const MODELS_FOLDER = 'models';
export const MODEL_FILE = 'model.onnx';

/** A model that a person put on this device. */
export interface StoredModel {
  readonly manifest: ModelManifest;
  /** When it was put there, milliseconds since 1970. */
  readonly storedAt: number;
}

/** A model that a person has taken in, and the whole of it where the browser keeps no files: it is then the page's to hold. */
export interface TakenModel {
  readonly manifest: ModelManifest;
  readonly file: Blob | undefined;
}

/** A folder of a model whose manifest cannot be read: it cannot be run, and is a person's to remove or to repair by its file. */
export interface DamagedModel {
  /** The folder's name. */
  readonly id: string;
  /** What the model is called, where that can still be read. */
  readonly name: string | undefined;
}

/** All that a person put on this device. */
export interface KeptModels {
  readonly models: readonly StoredModel[];
  readonly damaged: readonly DamagedModel[];
}

/** What the worker's browser can do. */
export interface WorkerCapabilities extends Capabilities {
  readonly offscreenCanvas: boolean;
  readonly privateFileSystem: boolean;
}

/**
 * What the recogniser worker does for the page, through Comlink. Errors arrive as `Fault` names: turn them back with
 * `Fault.from`. Calls may overlap; the worker runs `load` and `recognise` one after another.
 */
export interface RecogniserApi {
  capabilities(): WorkerCapabilities;
  /** Whether the processor multiplies and adds bytes as quickly as floats (VNNI, SDOT); times it anew, some ten milliseconds. */
  quickInt8(): Promise<boolean>;
  /** Loads a model in place of the one before. Once a worker has had threads it keeps them: start a new one to change. */
  load(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel>;
  /** Recognises one frame; the frame is closed whatever happens. */
  recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition>;
  /**
   * Times the loaded network on the self-test input, one run after another.
   * @param runs at most
   * @param limitMs no run begins later than this, milliseconds
   * @param threads have these runs on so many threads, at most `mostThreads`; afterwards there are as many as before
   * @returns milliseconds of each run, one at least
   */
  measure(runs: number, limitMs: number, threads?: number): Promise<number[]>;
  /** Has so many threads compute from now on, at most `mostThreads`. */
  useThreads(threads: number): Promise<void>;
  /** Changes smoothing and hold. */
  configure(options: SmootherOptions): void;
  /**
   * Finds out what a dropped model file is, with lists of names or configurations that may lie beside it; runs nothing of it. Then `load`
   * takes it as the location `draft`, and `keep` keeps it.
   */
  inspect(files: readonly File[], onProgress: (progress: LoadProgress) => void): Promise<ModelDraft>;
  /**
   * Looks at a kept model again, as it was kept, to be corrected: from then on as after `inspect`.
   * @param file of one that is in the page's memory
   */
  reopen(manifest: ModelManifest, file?: Blob): Promise<ModelDraft>;
  /** Keeps the file that was looked at last on the device, as a manifest says; where the browser keeps no files, gives it back. */
  keep(manifest: ModelManifest): Promise<TakenModel>;
  storedModels(): Promise<KeptModels>;
}
