import type { OnnxModel } from '../../src/engine/onnx/model';
import { RandomNetwork } from './random-network';

/** Kernel, stride, expansion, channels and repeats of EfficientNet's stages (Tan and Le 2019, table 1). */
const EFFICIENTNET = [[3, 1, 1, 16, 1], [3, 2, 6, 24, 2], [5, 2, 6, 40, 2], [3, 2, 6, 80, 3], [5, 1, 6, 112, 3], [5, 2, 6, 192, 4], [3, 1, 6, 320, 1]] as const;

/** Side of the picture, and multiples of channels and of repeats, of EfficientNet-Lite0 to -Lite2 (TPU repository, lite/efficientnet_lite_builder.py). */
const SCALES = [[224, 1, 1], [240, 1, 1.1], [260, 1.1, 1.2]] as const;

/**
 * EfficientNet-Lite (no squeeze, ReLU6, the first and the last stage as they are) with batch norms folded and weights from a seed, padded as
 * TensorFlow does: more at the end. @param version 0 to 2: pictures of 224, 240 and 260 pixels
 */
export function efficientNetLite(version: 0 | 1 | 2, seed: number, classes = 1000): OnnxModel {
  const [size, width, depth] = SCALES[version];
  const net = new RandomNetwork(seed);
  let side: number = size;
  const same = (kernel: number, stride: number): number[] => {
    const next = Math.ceil(side / stride);
    const missing = Math.max((next - 1) * stride + kernel - side, 0);
    side = next;
    const before = missing >> 1;
    return [before, before, missing - before, missing - before];
  };
  let channels = 32;
  let x = net.relu6(net.convolution('input', 3, channels, 3, 2, 1, same(3, 2)));
  for (const [stage, [kernel, first, expand, wide, repeats]] of EFFICIENTNET.entries()) {
    const out = Math.max(8, Math.round((wide * width) / 8) * 8);
    const times = stage === 0 || stage === EFFICIENTNET.length - 1 ? repeats : Math.ceil(repeats * depth);
    for (let i = 0; i < times; i++) {
      const stride = i === 0 ? first : 1;
      const inner = channels * expand;
      let y = expand === 1 ? x : net.relu6(net.convolution(x, channels, inner, 1));
      y = net.relu6(net.convolution(y, inner, inner, kernel, stride, inner, same(kernel, stride)));
      y = net.convolution(y, inner, out, 1);
      x = stride === 1 && channels === out ? net.node('Add', [x, y]) : y;
      channels = out;
    }
  }
  net.classifier(net.relu6(net.convolution(x, channels, 1280, 1)), 1280, classes);
  return net.model(size, classes);
}
