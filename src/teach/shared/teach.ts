import type { TaughtHead } from './head';
import type { HeldOutReport } from './report';
import type { ExampleSource } from './classes-file';
import type { Aim } from '../../engine/index';
import type { FeatureModel } from '../../recognise/shared/index';
import type { TeachProgress } from './train-head';

/** Name of the BroadcastChannel on which every tab and worker tells of taught classes. */
export const TEACH_CHANNEL = 'sightglass.teach';

/** What has changed. Sent after it was kept. */
export type TeachChange =
  /** Classes or examples. */
  | { readonly kind: 'things' }
  /** What recognisers name; undefined for nothing. */
  | { readonly kind: 'live'; readonly live: LiveClasses | undefined };

/** An example that is to be kept. */
export interface NewExample {
  /** Shape [width of the model's features]. */
  readonly features: Float32Array;
  /** JPEG of the square that the network saw, resized to 256 x 256 pixels. */
  readonly image: Blob | undefined;
  /** Same for those that were taken together: a burst, a span, an image. */
  readonly group: string;
  readonly source: ExampleSource;
  /** The square of the frame that it is of, in shares of the frame to 4 decimals; left out for the middle one. */
  readonly square?: Aim;
}

/** An example as it is listed. */
export interface ExampleSummary {
  readonly id: string;
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly source: ExampleSource;
  readonly image: Blob | undefined;
  /** SHA-256 of the weights that gave its features. */
  readonly modelSha256: string;
}

/** A taught class, or the collection of anything else. */
export interface TaughtClass {
  readonly id: string;
  readonly name: string;
  /** True for the one collection of examples that are none of the classes. */
  readonly other: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** In the order in which they were added. */
  readonly examples: readonly ExampleSummary[];
}

/** How well the classes were learned. */
export interface TrainingResult {
  /** Ids in the order of the rows of the confusion matrix. */
  readonly thingIds: readonly string[];
  readonly exampleIds: readonly string[];
  readonly report: HeldOutReport;
  /** Ids of held-out examples that were taken for something else. */
  readonly wrongIds: readonly string[];
  /** Seconds until the head was ready. */
  readonly headSeconds: number;
}

/** What recognisers name beside the 1000 labels. */
export interface LiveClasses {
  /** Only for this network. */
  readonly model: FeatureModel;
  readonly head: TaughtHead;
}

/** Everything that the view shows. */
export interface TeachState {
  /** In the order in which they were made, anything else last. */
  readonly classes: readonly TaughtClass[];
  readonly result: TrainingResult | undefined;
  /** The network that the result is for. */
  readonly model: FeatureModel | undefined;
  /** Whether there are other examples now than those that the result is from. */
  readonly stale: boolean;
  /** Whether recognisers name the classes. */
  readonly enabled: boolean;
  /** False where the browser keeps nothing (private window, storage refused): the classes last for the visit. */
  readonly kept: boolean;
  /** How many classes and examples were kept that cannot be read: they are left out, and stay as they are. */
  readonly unreadable: number;
}

/** What another network sees in an example's image. */
export interface FeatureUpdate {
  readonly id: string;
  readonly features: Float32Array;
}

/** A change that can be undone until the worker ends. */
export type UndoToken = number;

export interface ImportSummary {
  readonly classes: number;
  /** Examples that were not there yet. */
  readonly examples: number;
  readonly undo: UndoToken;
}

/**
 * What the teaching worker does for the page, through Comlink. Errors arrive as `Fault` names: turn them back with
 * `Fault.from`. Everywhere: `storage-failed` or `storage-full` where the device cannot keep it.
 */
export interface TeachApi {
  state(): Promise<TeachState>;
  /** Makes a class, or the collection of anything else where `other`. @returns its id @throws Fault `name-taken` */
  addClass(name: string, other?: boolean): Promise<string>;
  /** @throws Fault `name-taken` */
  rename(classId: string, name: string): Promise<void>;
  addExamples(classId: string, model: FeatureModel, examples: readonly NewExample[]): Promise<UndoToken>;
  /** Puts features of another network in the place of those that examples have. */
  updateFeatures(model: FeatureModel, updates: readonly FeatureUpdate[]): Promise<void>;
  deleteExamples(ids: readonly string[]): Promise<UndoToken>;
  deleteClass(classId: string): Promise<UndoToken>;
  deleteAll(): Promise<UndoToken>;
  /** Deletes what cannot be read, for good. */
  deleteUnreadable(): Promise<void>;
  /** Takes a change back; does nothing where that has been done. */
  undo(token: UndoToken): Promise<void>;
  /**
   * Learns the classes anew from the examples of one network; the head is live as soon as it is ready.
   * The latest call wins.
   * @returns undefined where another call came, it was cancelled, or there is nothing to learn
   */
  train(model: FeatureModel, onProgress: (progress: TeachProgress) => void): Promise<TrainingResult | undefined>;
  cancel(): void;
  /** Whether recognisers name the classes. */
  enable(enabled: boolean): Promise<void>;
  /** The classes as a JSON file. @throws Fault `things-model` where no example is of this network */
  exportFile(model: FeatureModel, images: boolean): Promise<Blob>;
  /**
   * Adds the classes of a file to those there are; examples that are there already are left out.
   * @throws Fault `things-file` where it is no such file or a damaged one, `things-model` where its features are another
   * network's and not every example has an image to learn from anew; nothing is changed then
   */
  importFile(file: Blob, model: FeatureModel): Promise<ImportSummary>;
}
