import { EngineError } from '../engine-error.ts';
import { toFloat32, type SafeTensor } from '../safetensors.ts';
import {
  BATCH_NORM_EPSILON,
  RESNET18_CLASSES,
  RESNET18_CONVOLUTIONS,
  RESNET18_FEATURES,
  type ConvolutionShape,
  type FoldedConvolution,
  type FoldedResNet18,
} from './folded.ts';

/** Why weights are not those of a ResNet-18, in words for the person who chose them. */
export class WeightsError extends EngineError {
  override readonly name = 'WeightsError';

  constructor(message: string, options?: ErrorOptions) {
    super('model-invalid', message, options);
  }
}

function take(tensors: ReadonlyMap<string, SafeTensor>, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) {
    throw new WeightsError(`This is no ResNet-18 with torchvision's names: ${name} is missing. Choose ResNet-18 weights.`);
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new WeightsError(
      `${name} has shape [${tensor.shape.join(', ')}], ResNet-18 with 1000 classes wants [${shape.join(', ')}].`,
    );
  }
  const values = toFloat32(name, tensor);
  if (!values.every(Number.isFinite)) throw new WeightsError(`${name} holds numbers that are not finite: the file is damaged.`);
  return values;
}

/**
 * Folds a batch norm into the convolution before it: w' = w g / sqrt(v + eps), b' = beta - mean g / sqrt(v + eps)
 * (Ioffe and Szegedy 2015, the inference form of algorithm 2).
 */
function foldConvolution(tensors: ReadonlyMap<string, SafeTensor>, shape: ConvolutionShape): FoldedConvolution {
  const { outChannels, inChannels, kernel } = shape;
  const weight = take(tensors, `${shape.name}.weight`, [outChannels, inChannels, kernel, kernel]);
  const gamma = take(tensors, `${shape.norm}.weight`, [outChannels]);
  const beta = take(tensors, `${shape.norm}.bias`, [outChannels]);
  const mean = take(tensors, `${shape.norm}.running_mean`, [outChannels]);
  const variance = take(tensors, `${shape.norm}.running_var`, [outChannels]);
  const bias = new Float32Array(outChannels);
  const perChannel = inChannels * kernel * kernel;
  for (let o = 0; o < outChannels; o++) {
    if (variance[o] < 0) throw new WeightsError(`${shape.norm}.running_var has a negative variance: the file is damaged.`);
    const scale = gamma[o] / Math.sqrt(variance[o] + BATCH_NORM_EPSILON);
    bias[o] = beta[o] - mean[o] * scale;
    for (let i = o * perChannel; i < (o + 1) * perChannel; i++) weight[i] *= scale;
  }
  return { ...shape, weight, bias };
}

/**
 * Turns torchvision's ResNet-18 state dict into inference weights.
 *
 * @throws WeightsError where a tensor is missing, has another shape or holds no finite numbers
 */
export function foldResNet18(tensors: ReadonlyMap<string, SafeTensor>): FoldedResNet18 {
  return {
    convolutions: RESNET18_CONVOLUTIONS.map((shape) => foldConvolution(tensors, shape)),
    fc: {
      weight: take(tensors, 'fc.weight', [RESNET18_CLASSES, RESNET18_FEATURES]),
      bias: take(tensors, 'fc.bias', [RESNET18_CLASSES]),
    },
  };
}
