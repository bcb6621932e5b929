import type { SafeTensor } from '../safetensors.ts';
import { WeightsError } from './weights-error.ts';
import { resnetConvolutions, RESNET_BLOCKS, type ConvolutionShape } from './folded.ts';

/** What training leaves beside a network's tensors, whatever it holds. */
const BESIDE = /(^|\.)(num_batches_tracked|n_averaged)$|^(ema|model_ema|ema_model|optim(izer)?|lr_scheduler|scheduler)\./;
/** What it leaves under names that a part of the network may have too: then it has layers. */
const BESIDE_WITHOUT_LAYERS = /^(scaler|loss(_fn|_function)?|criterion|metrics?|(train|val|valid|test)_\w+|accuracy|confmat)\./;

function isBeside(name: string, { shape }: SafeTensor): boolean {
  return BESIDE.test(name) || (BESIDE_WITHOUT_LAYERS.test(name) && !(name.endsWith('.weight') && shape.length > 1));
}
/** Blocks of layer3 in the ResNets of three convolutions a block (He et al., table 1). */
const DEEPER: Readonly<Record<number, string | undefined>> = { 6: 'ResNet-50', 23: 'ResNet-101', 36: 'ResNet-152' };

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
  const block = names.find((name) => /(^|\.)layer1\.0\.conv1\.weight$/.test(name))?.slice(0, -'layer1.0.conv1.weight'.length);
  return found.find((prefix) => all.has(`${prefix}layer1.0.conv1.weight`)) ?? block ?? found.at(0) ?? '';
}

function namesOf(convolutions: readonly ConvolutionShape[]): string[] {
  return convolutions.flatMap(({ name, norm }) => [`${name}.weight`, ...['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${norm}.${part}`)]);
}

/** The last layer's name: `fc`, or `fc.1` behind a dropout. */
function classifierOf(names: readonly string[]): string {
  const layers = names.filter((name) => /^fc(\.\d+)?\.weight$/.test(name));
  return layers.length === 1 ? layers[0].slice(0, -'.weight'.length) : 'fc';
}

/** Why names are those of another network. */
function other(strange: string, plain: ReadonlyMap<string, SafeTensor>): WeightsError {
  if (!plain.has('layer1.0.conv1.weight') && !plain.has('conv1.weight')) {
    return new WeightsError(`The weights are not those of a ResNet-18 or ResNet-34 by torchvision's names: there is no conv1.weight, but ${strange}. Weights do not say what is to be computed: export the network as ONNX.`);
  }
  const blocks = [...plain.keys()].filter((name) => /^layer3\.\d+\.conv1\.weight$/.test(name)).length;
  const deeper = plain.has('layer1.0.conv3.weight') && plain.has('layer1.0.bn3.weight') ? DEEPER[blocks] : undefined;
  const whose = deeper ? `a ${deeper}, or of a network like it` : 'another network';
  return new WeightsError(`${strange} is no tensor of ResNet-18 or ResNet-34: these are the weights of ${whose}. Export it as ONNX to use it.`);
}

/**
 * Finds ResNet-18 or ResNet-34 in a state dict: one prefix of all names is taken off, what training leaves beside is left out.
 * @throws WeightsError that names a tensor which neither has
 */
export function resnetState(all: ReadonlyMap<string, SafeTensor>): ResNetState {
  const kept = [...all].filter(([name, tensor]) => !isBeside(name, tensor));
  const prefix = prefixOf(kept.map(([name]) => name));
  const twice = kept.find(([name]) => prefix !== '' && name.startsWith(prefix) && all.has(name.slice(prefix.length)))?.[0];
  if (twice !== undefined) throw new WeightsError(`${twice} and ${twice.slice(prefix.length)} are both there: these are the weights of two networks. Save those of one alone, or export the one that is to be used as ONNX.`);
  const given = new Map(kept.map(([name]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, name]));
  const plain = new Map(kept.map(([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]));
  const names = [...plain.keys()];
  const deep = resnetConvolutions(RESNET_BLOCKS.resnet34);
  const convolutions = namesOf(deep).every((name) => plain.has(name)) ? deep : resnetConvolutions(RESNET_BLOCKS.resnet18);
  const classifier = classifierOf(names);
  const known = new Set([...namesOf(convolutions), `${classifier}.weight`, `${classifier}.bias`]);
  const strange = names.find((name) => !known.has(name));
  if (strange !== undefined) throw other(given.get(strange) ?? strange, plain);
  const tensors = new Map([...plain].map(([name, tensor]) => [name.replace(`${classifier}.`, 'fc.'), tensor] as const));
  return { tensors, convolutions };
}
