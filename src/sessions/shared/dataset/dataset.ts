import type { Aim, Region } from '../../../engine/index';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import type { RecognitionEntry } from '../session';

/*
 * A dataset: pictures out of one or more sessions, with one set of classes, on three sides that do not leak into each other. It is made
 * anew from the sessions at each export; what is kept of it is which sessions, which rules, and which class has which number.
 */

/** Which pictures are taken, and what is said of them. */
export interface PictureRules {
  /** Whose labels; the two are never mixed. */
  readonly whose: 'human' | 'predicted';
  /** Microseconds from picture to picture; undefined for one a span, 0 for every frame of the film. */
  readonly everyUs: number | undefined;
  /** What is left off at both ends of each span, microseconds: a hand is slower than the thing. A short span keeps its middle. */
  readonly marginUs: number;
  /** Whether time without any label is taken too, as a class `background`; where formats have boxes, as pictures without one. */
  readonly background: boolean;
  /** A picture with several labels: stands under each, under the one that began last, or is left out. */
  readonly overlaps: 'each' | 'latest' | 'none';
}

/** How pictures are put on sides. */
export interface SplitRule {
  /** Whole sessions, or moments of them; `none` puts all on the side of training. */
  readonly by: 'moment' | 'session' | 'none';
  /** Shares of the pictures, 0..1. */
  readonly val: number;
  readonly test: number;
  /** Pictures of one session on different sides are at least this far from each other, microseconds. */
  readonly gapUs: number;
  /** Whole number: the same one gives the same sides again. */
  readonly seed: number;
}

/** The side of a split. */
export type Side = 'train' | 'val' | 'test';
export const SIDES: readonly Side[] = ['train', 'val', 'test'];

/** A class of a dataset. */
export interface DatasetClass {
  /** From 0; never given to another class later. */
  readonly id: number;
  readonly name: string;
  /** Keys of the labels that it stands for (`labelKey`); none where it was merged into another. */
  readonly from: readonly string[];
}

/** A picture of no session that was chosen, and what it shows. */
export interface ChosenStill {
  /** Of the picture, where it is kept. */
  readonly key: number;
  readonly label: LabelRef;
  readonly accepted?: true;
}

/** Everything that says what a dataset is. */
export interface DatasetDefinition {
  readonly name: string;
  readonly sessionIds: readonly string[];
  /** Pictures of no session. */
  readonly stills: readonly ChosenStill[];
  readonly pictures: PictureRules;
  readonly split: SplitRule;
  /** Classes that have their numbers already. */
  readonly classes: readonly DatasetClass[];
  /** Keys of pictures that a person picked out as wrong. */
  readonly leftOut: readonly string[];
  /** What pictures show that were labelled wrongly, by their keys: a person's word, in place of all their labels. */
  readonly given: Readonly<Record<string, LabelRef>>;
  /** True to cut pictures to the square that the network looked at. */
  readonly cut: boolean;
  /** As Hugging Face names licences (`cc-by-4.0`); undefined where a person chose none. */
  readonly licence: string | undefined;
}

/** Who said that a label holds: `accepted` is the network's guess that a person took over. */
export type Author = 'human' | 'accepted' | 'network' | 'unlabelled';

export interface PictureLabel {
  readonly label: LabelRef;
  readonly author: Author;
  /** Of `network`: mean over the run, 0..1. */
  readonly probability?: number;
}

/** The class that time without labels has. */
export const BACKGROUND: LabelRef = { name: 'background' };

/** A picture that is wanted, before it is taken out of the film. */
export interface PlannedPicture {
  /** What it is known by, in all exports: the session's id, and its time or its snapshot's file. */
  readonly key: string;
  readonly sessionId: string;
  /** Time of the frame, microseconds from the film's first one. */
  readonly timeUs: number;
  /** The moment that its labels are of, which the frame is in sight at: not before `timeUs`. */
  readonly labelUs: number;
  /** Number of the frame, from 0; undefined where the film's frames could not be counted. */
  readonly frame: number | undefined;
  /** File of the snapshot; undefined for a frame of the film, and where there is no session. */
  readonly snapshot: string | undefined;
  /** Key of a picture of no session; undefined where it is of one. */
  readonly still?: number;
  /** What holds in it, by start: at least one. */
  readonly labels: readonly PictureLabel[];
  /** Where the network looked, shares of the film's picture; undefined where the session does not say. */
  readonly square: Aim | undefined;
  /** The network's answer that stood then. */
  readonly answer: Pick<RecognitionEntry, 'top' | 'sure'> | undefined;
}

/** A label as a class of the dataset. */
export interface PictureClass {
  readonly id: number;
  readonly name: string;
  readonly author: Author;
  readonly probability?: number;
}

/** What is known of a picture beside its bytes. */
export interface PictureInfo extends PlannedPicture {
  /** Name of its session, or of the picture where it is of none. */
  readonly session: string;
  readonly side: Side;
  /** File name, safe everywhere and its own in the whole dataset; ends in .jpg. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The square in pixels of the picture, whole numbers or not; the whole picture where the session does not say. */
  readonly box: Region;
  /** The same in pixels of the uncut picture; undefined where the session does not say. */
  readonly looked: Region | undefined;
  readonly classes: readonly PictureClass[];
}

/** A picture with its bytes. */
export interface DatasetPicture extends PictureInfo {
  readonly jpeg: Blob;
}

/** A dataset as it begins: a person's labels, a picture a second, split by moment. */
export function newDataset(name: string, sessionIds: readonly string[]): DatasetDefinition {
  return {
    name,
    sessionIds,
    stills: [],
    pictures: { whose: 'human', everyUs: 1_000_000, marginUs: 0, background: false, overlaps: 'latest' },
    split: { by: 'moment', val: 0.15, test: 0.15, gapUs: 2_000_000, seed: 1 },
    classes: [],
    leftOut: [],
    given: {},
    cut: false,
    licence: undefined,
  };
}
