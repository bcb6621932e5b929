import type { ClassifierPorts, KnownAnswer, OwnKernels, Precision, Preprocessing } from '../../engine/index';

/** Measured share of right answers, 0..1. */
export interface Accuracy {
  readonly top1: number;
  /** Undefined where it was not published. */
  readonly top5?: number;
  /** What it was measured on, for example `ImageNet-1k validation (published)`. */
  readonly dataset: string;
}

/** How an int8 network came about. */
export interface Quantisation {
  /** What the ranges were taken from, for people. */
  readonly calibration: string;
  /** Types, ranges and layers kept float, for people. */
  readonly recipe: string;
  /** The images that calibrated: how many, and SHA-256 of their names and sizes; undefined where there were none. */
  readonly pictures?: { readonly count: number; readonly sha256: string };
  /** SHA-256 of recipe and images: a build with another one is out of date. */
  readonly fingerprint: string;
  /** Made by `npm run tool -- quantise`, so `npm run model` leaves it alone. */
  readonly byHand?: boolean;
  /** Images, none of which calibrated, and how many of them got the same first label as from the float network. */
  readonly agreement?: { readonly same: number; readonly of: number };
}

/** A file that holds a part of a model's file, gzipped. */
export interface ModelPart {
  /** File name beside the manifest. */
  readonly file: string;
  /** Size in bytes, as it is fetched. */
  readonly bytes: number;
  /** Lower-case hex SHA-256 of it. */
  readonly sha256: string;
}

/**
 * A model's file in two parts, whose sum byte by byte and modulo 256 is the file (tools/model/split.ts). The first by itself is the same network
 * with coarser weights: it runs while the second is still fetched.
 */
export interface ModelParts {
  readonly first: ModelPart & {
    /** What the network of the first part must answer to the self-test input. */
    readonly selfTest: KnownAnswer;
  };
  readonly rest: ModelPart;
}

/** One file that holds the network's weights in one precision. */
export interface ModelVariant {
  readonly precision: Precision;
  /** File name beside the manifest. */
  readonly file: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** Lower-case hex SHA-256 of the file. */
  readonly sha256: string;
  /** Undefined where nobody measured it. */
  readonly accuracy?: Accuracy;
  /** What the network must answer to the self-test input (engine/self-test.ts); undefined for unchecked files. */
  readonly selfTest?: KnownAnswer;
  /** Of int8 variants that our own tool made. */
  readonly quantisation?: Quantisation;
  /** The same file in two parts, for who has it not yet and wants a label soon. */
  readonly parts?: ModelParts;
}

/** What the model picker shows and the worker needs: one JSON file a model, `public/models/<id>.json`. */
export interface ModelManifest {
  readonly id: string;
  /** Name a person reads, for example `ResNet-18`. */
  readonly name: string;
  /** `classifier` is any other network, a person's own: `kernels` tells what runs it. */
  readonly architecture: 'resnet18' | 'efficientnet-lite0' | 'classifier';
  /** SPDX identifier, or a short phrase where there is none. */
  readonly licence: string;
  /** Where the weights came from, for people. */
  readonly source: string;
  readonly preprocessing: Preprocessing;
  /** Names of the network's own classes, index = class; undefined for ImageNet's 1000. */
  readonly classNames?: readonly string[];
  /** How a person's own network is fed and read; as its file says where undefined. */
  readonly ports?: ClassifierPorts;
  /** Of a person's own network: whether our own kernels run it; undefined where that was not looked at, and onnxruntime-web runs it. */
  readonly kernels?: OwnKernels;
  /** The first is the reference. */
  readonly variants: readonly ModelVariant[];
}

/** How far a model's load has come. */
export interface LoadProgress {
  readonly phase: 'download' | 'verify' | 'convert' | 'session' | 'self-test';
  /** Bytes fetched, in the phase `download`. */
  readonly loaded: number;
  /** Bytes in all, 0 where unknown. */
  readonly total: number;
}
