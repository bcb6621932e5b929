import { RESNET18_FEATURES, type FoldedConvolution, type FoldedResNet18 } from './folded.ts';

/** Activations of one image, shape [channels, size, size]. */
interface Activations {
  readonly channels: number;
  readonly size: number;
  readonly values: Float32Array;
}

/**
 * Convolution by its definition, a row of the output at a time. All its channels stand side by side meanwhile, so that the
 * innermost loop is long and reads on and on: four times as quick as one channel after the other.
 */
function convolve(input: Activations, { weight, bias, outChannels, inChannels, kernel, stride, padding }: FoldedConvolution): Activations {
  const size = Math.floor((input.size + 2 * padding - kernel) / stride) + 1;
  const values = new Float32Array(outChannels * size * size);
  const taps = inChannels * kernel * kernel;
  // Shape [inChannels, kernel, kernel, outChannels].
  const turned = new Float64Array(weight.length);
  for (let o = 0; o < outChannels; o++) {
    for (let t = 0; t < taps; t++) turned[t * outChannels + o] = weight[o * taps + t];
  }
  // Shape [size, outChannels].
  const row = new Float64Array(size * outChannels);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) row.set(bias, x * outChannels);
    for (let tap = 0; tap < taps; tap++) {
      const i = Math.floor(tap / (kernel * kernel));
      const iy = y * stride + Math.floor(tap / kernel) % kernel - padding;
      const shift = (tap % kernel) - padding;
      if (iy < 0 || iy >= input.size) continue;
      const first = Math.max(0, Math.ceil(-shift / stride));
      const last = Math.min(size - 1, Math.floor((input.size - 1 - shift) / stride));
      for (let x = first; x <= last; x++) {
        const value = input.values[(i * input.size + iy) * input.size + x * stride + shift];
        // As every second activation is behind ReLU.
        if (value === 0) continue;
        const at = x * outChannels;
        const from = tap * outChannels;
        for (let o = 0; o < outChannels; o++) row[at + o] += value * turned[from + o];
      }
    }
    for (let x = 0; x < size; x++) {
      for (let o = 0; o < outChannels; o++) values[(o * size + y) * size + x] = row[x * outChannels + o];
    }
  }
  return { channels: outChannels, size, values };
}

function relu(activations: Activations, added?: Activations): Activations {
  const { values } = activations;
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i] + (added ? added.values[i] : 0));
  return activations;
}

/** 3 x 3 maximum, stride 2, padding 1. */
function maxPool(input: Activations): Activations {
  const size = Math.floor((input.size - 1) / 2) + 1;
  const values = new Float32Array(input.channels * size * size).fill(-Infinity);
  for (let c = 0; c < input.channels; c++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const at = (c * size + y) * size + x;
        for (let iy = Math.max(0, 2 * y - 1); iy <= Math.min(input.size - 1, 2 * y + 1); iy++) {
          for (let ix = Math.max(0, 2 * x - 1); ix <= Math.min(input.size - 1, 2 * x + 1); ix++) {
            values[at] = Math.max(values[at], input.values[(c * input.size + iy) * input.size + ix]);
          }
        }
      }
    }
  }
  return { channels: input.channels, size, values };
}

/**
 * ResNet-18 by the book (He et al. 2015, figure 3 and table 1; the v1 block as in torchvision), without any cleverness:
 * what the engines are compared with. Takes seconds.
 *
 * @param input float32 NCHW [1, 3, size, size], size 32 or more
 * @returns logits, shape [classes], features, shape [512], and the activations that these are the means of, shape [512][size / 32][size / 32]
 */
export function referenceResNet18(
  weights: FoldedResNet18,
  input: Float32Array,
  size: number,
): { logits: Float32Array; features: Float32Array; activations: Float32Array } {
  const named = new Map(weights.convolutions.map((c) => [c.name, c]));
  const conv = (activations: Activations, name: string): Activations => {
    const found = named.get(name);
    if (!found) throw new RangeError(`The weights lack ${name}.`);
    return convolve(activations, found);
  };
  let x = maxPool(relu(conv({ channels: 3, size, values: input }, 'conv1')));
  for (let layer = 1; layer <= 4; layer++) {
    for (let block = 0; named.has(`layer${layer}.${block}.conv1`); block++) {
      const name = `layer${layer}.${block}`;
      const shortcut = named.has(`${name}.downsample.0`) ? conv(x, `${name}.downsample.0`) : x;
      x = relu(conv(relu(conv(x, `${name}.conv1`)), `${name}.conv2`), shortcut);
    }
  }
  const features = new Float32Array(RESNET18_FEATURES);
  const area = x.size * x.size;
  for (let c = 0; c < RESNET18_FEATURES; c++) {
    let sum = 0;
    for (let i = c * area; i < (c + 1) * area; i++) sum += x.values[i];
    features[c] = sum / area;
  }
  const logits = new Float32Array(weights.fc.bias.length);
  for (let o = 0; o < logits.length; o++) {
    let sum = weights.fc.bias[o];
    for (let c = 0; c < RESNET18_FEATURES; c++) sum += weights.fc.weight[o * RESNET18_FEATURES + c] * features[c];
    logits[o] = sum;
  }
  return { logits, features, activations: x.values };
}
