import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { DistinctNames } from '../export/distinct-names';
import { lastWhere } from '../label-times';
import { classByLabel } from './classes';
import type { DatasetClass, PictureLabel, PlannedPicture, Side } from './dataset';

/** What labels are called in a dataset: those of its classes as these are, all others by their own names, which no class has. */
export class SetNames {
  readonly #names = new DistinctNames();
  readonly #classes: ReadonlyMap<string, DatasetClass>;

  constructor(classes: readonly DatasetClass[]) {
    this.#classes = classByLabel(classes);
    for (const { name, from } of classes) if (from.length > 0) this.#names.take(name);
  }

  of(label: LabelRef): string {
    return this.#classes.get(labelKey(label))?.name ?? this.#names.of(label);
  }

  /** The number of a label's class; undefined where it is of none. */
  idOf(label: LabelRef): number | undefined {
    return this.#classes.get(labelKey(label))?.id;
  }
}

/** A frame of the film that is a picture of the dataset. */
interface SetFrame {
  /** Microseconds. */
  readonly timeUs: number;
  readonly side: Side;
  /** The first of its labels. */
  readonly label: PictureLabel;
}

/** A session as one of a dataset: what its labels are called there, and on which sides its pictures are. */
export class SetMember {
  /** By time. */
  readonly #frames: readonly SetFrame[];

  /**
   * @param pictures of this session, by time @param sides of each picture's key; those that are left out have none
   */
  constructor(
    readonly names: SetNames,
    pictures: readonly PlannedPicture[],
    private readonly sides: ReadonlyMap<string, Side>,
  ) {
    this.#frames = pictures.flatMap(({ key, timeUs, snapshot, labels: [label] }) => {
      const side = sides.get(key);
      return side && snapshot === undefined ? [{ timeUs, side, label }] : [];
    });
  }

  /** The side of a picture by its key; undefined where it is none of the dataset. */
  sideOf(key: string): Side | undefined {
    return this.sides.get(key);
  }

  /** The picture that the frame of a time is; undefined where it is none. @param timeUs of the frame */
  pictureAt(timeUs: number): SetFrame | undefined {
    const frame = this.#frames.at(this.#first(timeUs));
    return frame?.timeUs === timeUs ? frame : undefined;
  }

  /** The side of the dataset's pictures in a time; undefined where there are none, or on several sides. @param endUs exclusive */
  sideWithin(startUs: number, endUs: number): Side | undefined {
    let side: Side | undefined;
    for (let i = this.#first(startUs); i < this.#frames.length && this.#frames[i].timeUs < endUs; i++) {
      if (side !== undefined && this.#frames[i].side !== side) return undefined;
      side = this.#frames[i].side;
    }
    return side;
  }

  /** Index of the first picture at or behind a time. */
  #first(timeUs: number): number {
    return lastWhere(this.#frames.length, (i) => this.#frames[i].timeUs < timeUs) + 1;
  }
}
