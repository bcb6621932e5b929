import { RESNET18_CONVOLUTIONS, type ConvolutionShape, type FoldedConvolution, type FoldedResNet18 } from '../resnet18/folded.ts';
import type { ConvolutionLayer, LayeredNetwork } from './layers.ts';

/** Side of the picture that ResNet's own kernels are made for, pixels. */
export const RESNET18_SIZE = 224;

function fits(layer: ConvolutionLayer, { kernel, stride, padding, outChannels, inChannels }: ConvolutionShape): boolean {
  const pads = [layer.padTop, layer.padLeft, layer.padBottom, layer.padRight];
  return !layer.depthwise && layer.kernel === kernel && layer.stride === stride && pads.every((p) => p === padding) && layer.high === Infinity
    && layer.bias.length === outChannels && layer.weight.length === outChannels * inChannels * kernel ** 2;
}

/** Goes along ResNet-18's blocks and collects its convolutions. */
class Walk {
  readonly found: FoldedConvolution[] = [];

  constructor(private readonly network: LayeredNetwork) {}

  /** The output of the convolution of that name that reads and adds what is said; undefined where there is none. */
  take(name: string, input: number, low: number, residual?: number): number | undefined {
    const shape = RESNET18_CONVOLUTIONS.find((c) => c.name === name);
    const layer = this.network.layers.find(
      (l): l is ConvolutionLayer => l.kind === 'convolution' && l.input === input && l.residual === residual && l.low === low && shape !== undefined && fits(l, shape),
    );
    if (!layer || !shape) return undefined;
    this.found.push({ ...shape, weight: layer.weight, bias: layer.bias });
    return layer.output;
  }

  block(prefix: string, input: number): number | undefined {
    const hidden = this.take(`${prefix}.conv1`, input, 0);
    if (hidden === undefined) return undefined;
    const downsample = `${prefix}.downsample.0`;
    if (!RESNET18_CONVOLUTIONS.some((c) => c.name === downsample)) return this.take(`${prefix}.conv2`, hidden, 0, input);
    // Whichever of the two comes last in the graph has the addition folded into it.
    const shortcut = this.take(downsample, input, -Infinity);
    if (shortcut !== undefined) return this.take(`${prefix}.conv2`, hidden, 0, shortcut);
    const sum = this.take(`${prefix}.conv2`, hidden, -Infinity);
    return sum === undefined ? undefined : this.take(downsample, input, 0, sum);
  }
}

/** ResNet-18 with any number of classes, by its structure; undefined where a network is another one. */
export function asResNet18(network: LayeredNetwork): FoldedResNet18 | undefined {
  const { layers, size, normalise } = network;
  const walk = new Walk(network);
  if (size !== RESNET18_SIZE || normalise) return undefined;
  const stem = walk.take('conv1', 0, 0);
  const pool = layers.find((l) => l.kind === 'maximum' && l.input === stem && l.kernel === 3 && l.stride === 2 && [l.padTop, l.padLeft, l.padBottom, l.padRight].every((p) => p === 1));
  let x = pool?.output;
  for (const prefix of [1, 2, 3, 4].flatMap((stage) => [`layer${stage}.0`, `layer${stage}.1`])) {
    if (x !== undefined) x = walk.block(prefix, x);
  }
  const dense = layers.at(-1);
  // Convolutions, the two pools and the classifier: nothing else may be there.
  if (x === undefined || x !== network.pooled || dense?.kind !== 'dense' || layers.length !== RESNET18_CONVOLUTIONS.length + 3) return undefined;
  const byName = new Map(walk.found.map((c) => [c.name, c]));
  const convolutions = RESNET18_CONVOLUTIONS.flatMap(({ name }) => byName.get(name) ?? []);
  return { convolutions, fc: { weight: dense.weight, bias: dense.bias } };
}
