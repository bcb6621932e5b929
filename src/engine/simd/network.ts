import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import type { Operator } from './operator.ts';

/** What class activation maps are made of: the classifier's weights, and the activations whose average it reads. */
export interface MapSource {
  /** Address of the weights, [classes] rows of `rowFloats`, of which the first `channels` count. */
  readonly weights: number;
  readonly rowFloats: number;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** Copies the activations of the latest run, shape [channels, height, width]. */
  read(memory: ArrayBufferLike, into: Float32Array): void;
}

/** A network in memory, cut into operators; addresses in bytes. */
export interface PlannedNetwork {
  readonly input: number;
  /** Side of the picture, pixels. */
  readonly size: number;
  readonly logits: number;
  readonly classes: number;
  /** What the classifier reads; undefined where it reads nothing of the kind. */
  readonly features?: { readonly address: number; readonly width: number };
  readonly map?: MapSource;
  readonly operators: readonly Operator[];
  /** Lists of operators that the leading thread runs by itself, for `check`. */
  readonly alone: readonly (readonly Operator[])[];
  /** Room for the largest layer's weights, used while they are placed. */
  readonly stagingBytes: number;
  /** Puts the weights where the kernels read them. */
  place(kernels: Kernels, memory: ArrayBufferLike, staging: number): void;
  /**
   * Compares what the kernels give for the input with its definition.
   * @returns undefined where all is well, else what is wrong
   */
  check?(memory: ArrayBufferLike, runAlone: (list: number) => void): string | undefined;
}

/** Lays a network out where memory is free, for so many threads. */
export type PlanNetwork = (arena: Arena, threads: number) => PlannedNetwork;
