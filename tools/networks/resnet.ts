import { attribute, type OnnxModel } from '../../src/engine/onnx/model';
import { RandomNetwork } from './random-network';

/** Channels of the four stages (He et al. 2016, table 1). */
const CHANNELS = [64, 128, 256, 512] as const;

/**
 * ResNet with two convolutions a block, batch norms folded, weights from a seed.
 * @param blocks of each of the four stages
 */
export function resNet(blocks: readonly number[], seed: number, classes = 1000): OnnxModel {
  const net = new RandomNetwork(seed);
  const relu = (input: string): string => net.node('Relu', [input]);
  let channels = 64;
  let x = relu(net.convolution('input', 3, channels, 7, 2));
  x = net.node('MaxPool', [x], { kernel_shape: attribute.ints(3, 3), strides: attribute.ints(2, 2), pads: attribute.ints(1, 1, 1, 1) });
  for (const [stage, repeats] of blocks.entries()) {
    const out = CHANNELS[stage];
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 && stage > 0 ? 2 : 1;
      const inner = net.convolution(relu(net.convolution(x, channels, out, 3, stride)), out, out, 3);
      const beside = stride === 1 && channels === out ? x : net.convolution(x, channels, out, 1, stride);
      x = relu(net.node('Add', [inner, beside]));
      channels = out;
    }
  }
  net.classifier(x, channels, classes);
  return net.model(224, classes);
}
