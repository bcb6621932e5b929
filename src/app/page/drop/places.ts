import type { FileInbox } from '../../../base/page/file-inbox';
import type { ViewId } from '../views';
import type { Refusal } from './sort-files';

/** Where files can be taken. */
export interface DropPlaces {
  /** The view that is shown. */
  readonly view: ViewId;
  readonly images: FileInbox;
  readonly sessions: FileInbox;
  readonly classes: FileInbox;
  go(view: ViewId): void;
  playVideos(files: readonly File[]): void;
  /** @returns false where another model is being tried */
  tryModel(files: readonly File[]): boolean;
  /** The code that finds out where files belong could not be fetched. */
  onMissing(): void;
}

/** Files that went to one place. */
export interface Share {
  readonly kind: 'images' | 'examples' | 'videos' | 'model' | 'sessions' | 'classes' | 'label-sets';
  readonly count: number;
  /** Where they are seen; undefined where a sheet shows them. */
  readonly view: ViewId | undefined;
}

/** What became of files, where a person has to be told. */
export interface Routed {
  /** Where they went, if to several places. */
  readonly shares: readonly Share[];
  readonly refused: readonly { readonly name: string; readonly reason: Refusal | 'model-busy' }[];
}
