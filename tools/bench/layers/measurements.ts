import type { Algorithm } from './alternatives';

/** Addresses of what the worker of the layer benchmark loads. */
export interface LayerRequest {
  readonly modelUrl: string;
  readonly kernelsUrl: string;
  readonly rooflineUrl: string;
  /** Folder of onnxruntime-web's module and WebAssembly. */
  readonly ortUrl: string;
  readonly rounds: number;
}

/** Milliseconds of each round, one thread. */
export interface LayerMeasurements {
  /** By convolution's state-dict name; `pool and fc` is the rest. */
  readonly own: Readonly<Record<string, readonly number[]>>;
  readonly ort: Readonly<Record<string, readonly number[]>>;
  readonly wholeOwn: readonly number[];
  readonly wholeOrt: readonly number[];
  readonly alternatives: readonly { readonly channels: number; readonly algorithm: Algorithm; readonly times: readonly number[]; readonly off: number }[];
  /** GFLOP/s (a multiply-add is two) and GB/s of each round. */
  readonly roofline: {
    readonly mulAdd: readonly number[];
    readonly madd: readonly number[];
    readonly readNear: readonly number[];
    readonly readFar: readonly number[];
  };
}

/** What does not belong to a convolution. */
export const REST = 'pool and fc';
/** Bytes of the two reading measurements: within the second cache, and beyond it. */
export const NEAR_BYTES = 2 ** 20;
export const FAR_BYTES = 2 ** 26;
