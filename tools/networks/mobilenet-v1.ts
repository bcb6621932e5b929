import type { OnnxModel } from '../../src/engine/onnx/model';
import { RandomNetwork } from './random-network';

/** Channels and stride of MobileNet V1's blocks (Howard et al. 2017, table 1). */
const MOBILENET_V1 = [[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1]] as const;

/** MobileNet V1 with batch norms folded and weights from a seed. */
export function mobileNetV1(seed: number, classes = 1000, size = 224): OnnxModel {
  const net = new RandomNetwork(seed);
  let channels = 32;
  let x = net.relu6(net.convolution('input', 3, channels, 3, 2));
  for (const [out, stride] of MOBILENET_V1) {
    x = net.relu6(net.convolution(net.relu6(net.convolution(x, channels, channels, 3, stride, channels)), channels, out, 1));
    channels = out;
  }
  net.classifier(x, channels, classes);
  return net.model(size, classes);
}
