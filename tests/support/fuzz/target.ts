import type { Random } from './mutate';

/** A reader of foreign bytes, as the fuzz knows it: what good files are, and how one is read. */
export interface FuzzTarget {
  /** Good files, small. */
  seeds(): Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  /** What lengths and counts stand near, in files where most bytes are payload. */
  readonly marks?: readonly Uint8Array[];
  /** Other ways to change a file than byte by byte; half of the cases are made so. */
  mutate?(seed: Uint8Array, random: Random): Promise<Uint8Array> | Uint8Array;
  /**
   * Reads all of a file as the app does, and throws where what it was given back cannot be.
   * @throws errors of the project's own classes, which is what a bad file is told by; any other is a fault of the reader
   */
  read(file: Uint8Array<ArrayBuffer>): unknown;
  /** Whether an error is one of the project's own. */
  isOwn(error: unknown): boolean;
}

/** What a file of targets gives. */
export type FuzzTargets = Readonly<Record<string, FuzzTarget>>;

/** What a case that failed was, as the child writes it, one a line. */
export interface FuzzFailure {
  readonly index: number;
  readonly what: string;
}
