import type { NewExample, UndoToken } from '../shared/teach';

/** The last change, which can be taken back. */
export interface UndoOffer {
  readonly token: UndoToken;
  readonly kind: 'added' | 'deleted-example' | 'deleted-thing' | 'deleted-all' | 'imported';
  /** Examples or classes. */
  readonly count: number;
  readonly name: string;
}

/** Examples on their way, shown before they are kept. */
export interface Collecting {
  readonly classId: string;
  readonly examples: readonly NewExample[];
  /** How many there will be, where that is known. */
  readonly total: number | undefined;
}
