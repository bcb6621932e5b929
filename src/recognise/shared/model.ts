/** How pictures become the network's input; the values of the weights' own training recipe. */
export interface Preprocessing {
  /** The shorter side is resized to this many pixels before the crop (torchvision `Resize`). */
  readonly resize: number;
  /** Side of the centre crop in pixels, the network's input size (torchvision `CenterCrop`). */
  readonly crop: number;
  /** Resampling filter, antialiased as in Pillow: support is scaled by the reduction. */
  readonly interpolation: 'bilinear' | 'bicubic';
  /** Per-channel mean of RGB in 0..1, subtracted after the division by 255. */
  readonly mean: readonly [number, number, number];
  /** Per-channel standard deviation of RGB in 0..1. */
  readonly std: readonly [number, number, number];
}

/** Measured share of right answers, 0..1. */
export interface Accuracy {
  readonly top1: number;
  /** Undefined where it was not published. */
  readonly top5?: number;
  /** What it was measured on, for example `ImageNet-1k validation (published)`. */
  readonly dataset: string;
}

/** How a network's integers came about. */
export interface Quantisation {
  /** What the ranges were taken from, for people. */
  readonly calibration: string;
  /** Types, ranges and layers kept float, for people. */
  readonly recipe: string;
  /** The pictures that calibrated: how many, and SHA-256 of their names and sizes; undefined where there were none. */
  readonly pictures?: { readonly count: number; readonly sha256: string };
  /** SHA-256 of recipe and pictures: a build with another one is out of date. */
  readonly fingerprint: string;
  /** Made by `npm run quantise`, so `npm run model` leaves it alone. */
  readonly byHand?: boolean;
  /** Pictures, none of which calibrated, and how many of them got the same first label as from the float network. */
  readonly agreement?: { readonly same: number; readonly of: number };
}

export type Precision = 'fp32' | 'fp16' | 'int8';

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
}

/** The first logits of a reference run, from another implementation than the one that is tested. */
export interface KnownAnswer {
  readonly logits: readonly number[];
  /** Largest allowed absolute difference of each. */
  readonly tolerance: number;
}

/** What the model picker shows and the worker needs: one JSON file a model, `public/models/<id>.json`. */
export interface ModelManifest {
  readonly id: string;
  /** Name a person reads, for example `ResNet-18`. */
  readonly name: string;
  readonly architecture: 'resnet18' | 'efficientnet-lite0';
  /** SPDX identifier, or a short phrase where there is none. */
  readonly licence: string;
  /** Where the weights came from, for people. */
  readonly source: string;
  readonly preprocessing: Preprocessing;
  /** The first is the reference. */
  readonly variants: readonly ModelVariant[];
}

/** torchvision's `ResNet18_Weights.IMAGENET1K_V1.transforms()`: resize 256, crop 224, bilinear, ImageNet mean and deviation. */
export const TORCHVISION_PREPROCESSING: Preprocessing = {
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
