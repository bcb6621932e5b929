import type { ClassifierPorts, KnownAnswer, NativeLayout, Precision, Preprocessing } from '../engine/index';
import type { DecodeLimits } from './decode';
import type { ProblemCode } from './problem';

/** Environment variable of a recognising process: JSON of the network that it loads at its start. */
export const NETWORK_VARIABLE = 'SIGHTGLASS_NETWORK';

/** What runs a network: our own kernels, compiled for the processor itself, or onnxruntime. */
export type Engine = 'native' | 'onnxruntime';

/** Weights in a file as the kernels read them. */
export interface NativeWeights extends NativeLayout {
  /** SHA-256 of the addon that prepared them. */
  readonly kernels: string;
}

/** What a recognising process needs to know of a network. */
export interface Network {
  /** Model id of the manifest. */
  readonly model: string;
  readonly precision: Precision;
  /** Path of the .onnx file. */
  readonly path: string;
  /**
   * Path of the same as the engine wants it on this machine, whose weights all processes share (mapped-network.ts): with a layout our own
   * kernels' memory, without one an .onnx file that onnxruntime has optimised.
   */
  readonly mapped?: string;
  readonly native?: NativeWeights;
  /** Whatever else could: what is to run it. */
  readonly engine?: Engine;
  readonly preprocessing: Preprocessing;
  readonly selfTest: KnownAnswer | undefined;
  /** Of a model that the app has saved as a file: how it is fed and read. Its names are read from the file, as they may be many. */
  readonly own?: ClassifierPorts;
  /** How many classes it has; left out where its file does not say. */
  readonly classes?: number;
}

/** One image to recognise; without `bytes` and `tensor` the process only makes sure that the network runs. */
export interface Job {
  readonly network: Network;
  readonly bytes?: Uint8Array;
  /** In place of `bytes`: the network's input itself, float32 NCHW [3, crop, crop], normalised. */
  readonly tensor?: Float32Array;
  /** Labels wanted, 1 or more. */
  readonly count: number;
  readonly limits: DecodeLimits;
  /** Whether the scores of all classes are wanted as well. */
  readonly scores?: boolean;
  /** Threads that the network may take, 1 or more; 1 if left out. */
  readonly threads?: number;
}

export interface LabelConfidence {
  /** Name of the class: ImageNet's, or of a person's own model. */
  readonly label: string;
  /** Probability, 0..1. */
  readonly confidence: number;
  /** Of the class; where the request asks for it. */
  readonly index?: number;
}

/** Milliseconds of each step. */
export interface Timings {
  readonly decode: number;
  readonly preprocess: number;
  readonly inference: number;
}

/** What a network gives of one image, by class. */
export interface Scores {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly labels: readonly string[];
}

/** A process's answer. Failures travel as data: an Error would lose its code on the way between processes. */
export type JobAnswer =
  | { readonly ok: true; readonly predictions: readonly LabelConfidence[]; readonly timings: Timings; readonly engine: Engine; readonly scores?: Scores }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string; readonly next: string; readonly detail?: string };
