import type { LastBlock } from '../engine.ts';
import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import type { Activations } from './layers.ts';
import type { Operator } from './operator.ts';

/** A network in memory, cut into operators; addresses in bytes. */
interface PlannedNetwork {
  readonly input: number;
  readonly features: number;
  readonly logits: number;
  /** Classifier's weights, shape [1000, 512]. */
  readonly fcWeights: number;
  /** What is averaged to be the features; stays as it is until the next run. */
  readonly activations: Activations;
  readonly operators: readonly Operator[];
  /** Lists of operators that the leading thread runs by itself where somebody wants to know; the first is the last block's. */
  readonly alone: readonly (readonly Operator[])[];
  /** Room for the largest layer's weights, used while they are placed. */
  readonly stagingBytes: number;
  /** Puts the weights where the kernels read them. */
  place(kernels: Kernels, memory: ArrayBufferLike, staging: number): void;
  /** Copies what the last block's list gave. */
  readLastBlock(memory: ArrayBufferLike, into: LastBlock): void;
  /**
   * Compares what the kernels give for the input with its definition.
   * @returns undefined where all is well, else what is wrong
   */
  check?(memory: ArrayBufferLike, runAlone: (list: number) => void): string | undefined;
}

/** Lays a network out where memory is free, for so many threads. */
export type PlanNetwork = (arena: Arena, threads: number) => PlannedNetwork;
