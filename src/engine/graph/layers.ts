import { EngineError } from '../engine-error.ts';

/** Activations of one layer: which of a network's, by number; sizes in pixels. */
export interface Shape {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
}

/** What the output of a layer is clamped to: ReLU from 0 to infinity, ReLU6 from 0 to 6, nothing to plus and minus infinity. */
export interface Clamp {
  readonly low: number;
  readonly high: number;
}

interface From {
  /** Numbers of the activations that are read and made. */
  readonly input: number;
  readonly output: number;
}

/** A square window that goes over the activations; padding before the first and behind the last row and column may differ. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly padBottom: number;
  readonly padRight: number;
}

/** A convolution with what is folded into it: batch norm, residual, ReLU. */
export interface ConvolutionLayer extends From, Window, Clamp {
  readonly kind: 'convolution';
  /** Name of the graph's node, for messages. */
  readonly name: string;
  readonly depthwise: boolean;
  /** Shape [outChannels, inChannels, kernel, kernel]; depthwise [channels, 1, kernel, kernel]. */
  readonly weight: Float32Array;
  /** Shape [outChannels]. */
  readonly bias: Float32Array;
  /** Number of the activations that are added before the clamp. */
  readonly residual: number | undefined;
}

/** A pool; an average is of the pixels inside the picture, or of all of the window with zeros for those outside. */
export interface PoolLayer extends From, Window {
  readonly kind: 'maximum' | 'average' | 'averageOfAll';
}

/** input * scale + bias + residual, clamped: what stands by itself of batch norms, additions and ReLUs. */
export interface AffineLayer extends From, Clamp {
  readonly kind: 'affine';
  /** Shape [channels], both. */
  readonly scale: Float32Array | undefined;
  readonly bias: Float32Array | undefined;
  readonly residual: number | undefined;
}

/** The average of each channel over all places. */
export interface MeanLayer extends From {
  readonly kind: 'mean';
}

/** A fully connected layer. */
export interface DenseLayer extends From {
  readonly kind: 'dense';
  /** Shape [out, in]. */
  readonly weight: Float32Array;
  /** Shape [out]. */
  readonly bias: Float32Array;
}

export type Layer = ConvolutionLayer | PoolLayer | AffineLayer | MeanLayer | DenseLayer;

/** A classifier of pictures, in the order in which its layers run. Activations 0 are the picture, [3, size, size]. */
export interface LayeredNetwork {
  readonly size: number;
  /** What the picture's channels are multiplied by, and what is added, before the first layer, where the network does so itself. */
  readonly normalise: { readonly factor: readonly number[]; readonly offset: readonly number[] } | undefined;
  readonly shapes: readonly Shape[];
  readonly layers: readonly Layer[];
  /** Number of the activations that are the scores. */
  readonly scores: number;
  /** The last fully connected layer reads these; undefined where the network ends in another way. */
  readonly features: number | undefined;
  /** What the features are the average of; undefined where they are none. */
  readonly pooled: number | undefined;
  /** Numbers of activations by the names that the graph has for them. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Why our own kernels do not run a network: another engine may. */
export class UncoveredError extends EngineError {
  override readonly name = 'UncoveredError';

  constructor(
    /** The operator that is not covered, as ONNX calls it. */
    readonly operator: string,
    /** What about it. */
    readonly reason: string,
    node = '',
  ) {
    super('engine-failed', `Our own kernels do not run ${operator}${node ? ` ("${node}")` : ''}: ${reason}.`);
  }
}
