import { toFloat32, type SafeTensor } from '../safetensors.ts';
import {
  BATCH_NORM_EPSILON,
  RESNET18_CLASSES,
  RESNET18_CONVOLUTIONS,
  RESNET18_FEATURES,
  type ConvolutionShape,
  type FoldedBackbone,
  type FoldedConvolution,
  type FoldedResNet18,
} from './folded.ts';
import { resnetState } from './state-dict.ts';
import { WeightsError } from './weights-error.ts';

export { WeightsError };

function take(tensors: ReadonlyMap<string, SafeTensor>, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) {
    throw new WeightsError(`This is no ResNet-18 with torchvision's names: ${name} is missing. Choose ResNet-18 weights.`);
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new WeightsError(`${name} has shape [${tensor.shape.join(', ')}], ResNet-18 wants [${shape.join(', ')}].`);
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
  refuseZeros(`${shape.name}.weight`, weight);
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

function refuseZeros(name: string, values: Float32Array): void {
  if (values.every((value) => value === 0)) throw new WeightsError(`${name} is all zeros: the network was never trained, or the file is damaged.`);
}

/**
 * Turns the state dict of a ResNet-18 or ResNet-34 with torchvision's names, and any number of classes from 2, into inference weights.
 *
 * @returns without `fc` where the weights end before the classifier: they give features alone
 * @throws WeightsError where a tensor is missing, is one that neither has, has another shape, or holds no finite numbers or zeros alone
 */
export function foldResNet(state: ReadonlyMap<string, SafeTensor>): FoldedResNet18 | (FoldedBackbone & { readonly fc?: undefined }) {
  const { tensors, convolutions } = resnetState(state);
  const folded = convolutions.map((shape) => foldConvolution(tensors, shape));
  if (!tensors.has('fc.weight') && !tensors.has('fc.bias')) return { convolutions: folded };
  const classes = tensors.get('fc.weight')?.shape[0] ?? 0;
  if (!tensors.has('fc.weight')) throw new WeightsError('fc.weight is missing, and fc.bias is there: the file is damaged.');
  if (classes < 2) throw new WeightsError(`fc.weight has shape [${tensors.get('fc.weight')?.shape.join(', ')}]: a classifier of two classes or more is needed.`);
  const weight = take(tensors, 'fc.weight', [classes, RESNET18_FEATURES]);
  refuseZeros('fc.weight', weight);
  const bias = tensors.has('fc.bias') ? take(tensors, 'fc.bias', [classes]) : new Float32Array(classes);
  return { convolutions: folded, fc: { weight, bias } };
}

/**
 * The same of a ResNet-18 with ImageNet's 1000 classes alone.
 * @throws WeightsError as `foldResNet`, and where it is another one
 */
export function foldResNet18(state: ReadonlyMap<string, SafeTensor>): FoldedResNet18 {
  const folded = foldResNet(state);
  if (!folded.fc) throw new WeightsError('The weights end before the classifier (fc.weight is missing): they name nothing. The app takes them for what is taught: drop the file onto its page.');
  if (folded.convolutions.length !== RESNET18_CONVOLUTIONS.length) throw new WeightsError('These are the weights of a ResNet-34: its layer1.2.conv1.weight is none of ResNet-18\'s.');
  const classes = folded.fc.bias.length;
  if (classes !== RESNET18_CLASSES) throw new WeightsError(`fc.weight has shape [${classes}, ${RESNET18_FEATURES}], ResNet-18 with 1000 classes wants [1000, ${RESNET18_FEATURES}].`);
  return folded;
}
