import type { SafeTensor } from '../safetensors.ts';
import { WeightsError } from './weights-error.ts';
import { resnetConvolutions, RESNET_BLOCKS, type ConvolutionShape } from './folded.ts';

/** What training leaves beside a network's tensors. */
const BESIDE = /(^|\.)num_batches_tracked$|^(ema|model_ema|ema_model|optim(izer)?|lr_scheduler|scheduler|scaler)\./;

/** A ResNet's tensors by torchvision's names. */
export interface ResNetState {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly convolutions: readonly ConvolutionShape[];
}

/** What stands before all names: `module.`, `model.`, `backbone.`, or several. */
function prefixOf(names: readonly string[]): string {
  const firsts = names.filter((name) => /(^|\.)conv1\.weight$/.test(name) && !/layer\d/.test(name));
  const all = new Set(names);
  const found = firsts.map((name) => name.slice(0, -'conv1.weight'.length));
  return found.find((prefix) => all.has(`${prefix}layer1.0.conv1.weight`)) ?? found.at(0) ?? '';
}

function namesOf(convolutions: readonly ConvolutionShape[]): string[] {
  return convolutions.flatMap(({ name, norm }) => [`${name}.weight`, ...['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${norm}.${part}`)]);
}

/** The last layer's name: `fc`, or `fc.1` behind a dropout. */
function classifierOf(names: readonly string[]): string {
  const layers = names.filter((name) => /^fc(\.\d+)?\.weight$/.test(name));
  return layers.length === 1 ? layers[0].slice(0, -'.weight'.length) : 'fc';
}

/**
 * Finds ResNet-18 or ResNet-34 in a state dict: one prefix of all names is taken off, what training leaves beside is left out.
 * @throws WeightsError that names a tensor which neither has
 */
export function resnetState(all: ReadonlyMap<string, SafeTensor>): ResNetState {
  const kept = [...all].filter(([name]) => !BESIDE.test(name));
  const prefix = prefixOf(kept.map(([name]) => name));
  const plain = new Map(kept.map(([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]));
  const names = [...plain.keys()];
  const deep = resnetConvolutions(RESNET_BLOCKS.resnet34);
  const convolutions = namesOf(deep).every((name) => plain.has(name)) ? deep : resnetConvolutions(RESNET_BLOCKS.resnet18);
  const classifier = classifierOf(names);
  const known = new Set([...namesOf(convolutions), `${classifier}.weight`, `${classifier}.bias`]);
  const strange = names.find((name) => !known.has(name));
  if (strange !== undefined && plain.has('conv1.weight')) {
    throw new WeightsError(`${prefix}${strange} is no tensor of ResNet-18 or ResNet-34: these are the weights of another network. Export it as ONNX to use it.`);
  }
  const tensors = new Map([...plain].map(([name, tensor]) => [name.replace(`${classifier}.`, 'fc.'), tensor] as const));
  return { tensors, convolutions };
}
