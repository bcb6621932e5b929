/** Where one convolution of ResNet-18 stands and how it runs; sizes in pixels, square kernels. */
export interface ConvolutionShape {
  /** torchvision's state-dict name without `.weight`, for example `layer2.0.downsample.0`. */
  readonly name: string;
  /** State-dict name of the batch norm that follows. */
  readonly norm: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** A convolution with its batch norm folded in. */
export interface FoldedConvolution extends ConvolutionShape {
  /** Shape [outChannels, inChannels, kernel, kernel]. */
  readonly weight: Float32Array;
  /** Shape [outChannels]. */
  readonly bias: Float32Array;
}

/** ResNet-18 without its classifier, as weights for transfer are saved: 20 convolutions without batch norms; ResNet-34 has 36. */
export interface FoldedBackbone {
  /** In the order of {@link RESNET18_CONVOLUTIONS}. */
  readonly convolutions: readonly FoldedConvolution[];
}

/** ResNet-18, or -34, for inference. */
export interface FoldedResNet18 extends FoldedBackbone {
  readonly fc: {
    /** Shape [classes, 512]; 1000 classes where our own kernels are to run it. */
    readonly weight: Float32Array;
    /** Shape [classes]. */
    readonly bias: Float32Array;
  };
}

export const RESNET18_CLASSES = 1000;
export const RESNET18_FEATURES = 512;
/** Of layer4.1's activations; side in pixels. */
export const RESNET18_LAST_BLOCK = { channels: 512, side: 7 } as const;
/** `eps` of torchvision's BatchNorm2d. */
export const BATCH_NORM_EPSILON = 1e-5;

/** Channels of layer1 to layer4 (He et al., Deep Residual Learning, table 1). */
const STAGE_CHANNELS = [64, 128, 256, 512] as const;

/** Blocks of layer1 to layer4. */
export const RESNET_BLOCKS = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3] } as const;

function stageConvolutions(stage: number, blocks: number): ConvolutionShape[] {
  const out = STAGE_CHANNELS[stage];
  const before = stage === 0 ? 64 : STAGE_CHANNELS[stage - 1];
  const layer = `layer${stage + 1}`;
  const stride = stage === 0 ? 1 : 2;
  const three = (block: number, conv: number, inChannels: number, step: number): ConvolutionShape => ({
    name: `${layer}.${block}.conv${conv}`,
    norm: `${layer}.${block}.bn${conv}`,
    inChannels,
    outChannels: out,
    kernel: 3,
    stride: step,
    padding: 1,
  });
  const downsample: ConvolutionShape = {
    name: `${layer}.0.downsample.0`,
    norm: `${layer}.0.downsample.1`,
    inChannels: before,
    outChannels: out,
    kernel: 1,
    stride,
    padding: 0,
  };
  return [
    three(0, 1, before, stride),
    three(0, 2, out, 1),
    ...(stage === 0 ? [] : [downsample]),
    ...Array.from({ length: blocks - 1 }, (_, i) => [three(i + 1, 1, out, 1), three(i + 1, 2, out, 1)]).flat(),
  ];
}

/** All convolutions of torchvision's ResNets of basic blocks, in state-dict order. */
export const resnetConvolutions = (blocks: readonly number[]): readonly ConvolutionShape[] => [
  { name: 'conv1', norm: 'bn1', inChannels: 3, outChannels: 64, kernel: 7, stride: 2, padding: 3 },
  ...STAGE_CHANNELS.flatMap((_, stage) => stageConvolutions(stage, blocks[stage])),
];

/** torchvision's ResNet-18. */
export const RESNET18_CONVOLUTIONS: readonly ConvolutionShape[] = resnetConvolutions(RESNET_BLOCKS.resnet18);
