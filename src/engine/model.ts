/** How images become the network's input; the values of the weights' own training recipe. */
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

/** torchvision's `ResNet18_Weights.IMAGENET1K_V1.transforms()`: resize 256, crop 224, bilinear, ImageNet mean and deviation. */
export const TORCHVISION_PREPROCESSING: Preprocessing = {
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

export type Precision = 'fp32' | 'fp16' | 'int8';

/** The first logits of a reference run, from another implementation than the one that is tested. */
export interface KnownAnswer {
  readonly logits: readonly number[];
  /** Largest allowed absolute difference of each. */
  readonly tolerance: number;
}

/** Whether our own kernels run a network, and else what keeps them from it. */
export type OwnKernels =
  /**
   * `features`: how many numbers its last fully connected layer reads, by which it can be taught on; undefined where the scores are no such layer's.
   * Of a network without a classifier how many it gives, whichever engine runs it.
   */
  | { readonly runs: true; readonly features?: number }
  /** `operator` as ONNX calls it, and what about it, for people. */
  | { readonly runs: false; readonly operator: string; readonly reason: string; readonly features?: number };

/** How a classifier in ONNX is given a picture and gives its answer. */
export interface ClassifierPorts {
  /** Name of the input. */
  readonly input: string;
  /** Order of its dimensions: batch, channels, height, width, or the channels last. */
  readonly layout: 'nchw' | 'nhwc';
  /** Which colour comes first, red where undefined: networks of Caffe's and OpenCV's kind want blue. */
  readonly colours?: 'rgb' | 'bgr';
  readonly numbers: 'float32' | 'float16' | 'uint8';
  /** Side of the picture, pixels. */
  readonly size: number;
  /** Name of the output that is read. */
  readonly scores: string;
  /**
   * Whether that output has scores that a softmax makes probabilities of, has been through one, or has a probability of its own for each
   * class (a sigmoid), or scores that a sigmoid makes such ones of, so that several may be right at once; or features, of a network without a
   * classifier, which names nothing itself.
   */
  readonly answers: 'scores' | 'probabilities' | 'independent' | 'independent-scores' | 'features';
  /** Name of the output with what the classifier reads, shape [1, width]; undefined where there is none. */
  readonly features?: string;
}
