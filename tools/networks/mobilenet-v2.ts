import type { OnnxModel } from '../../src/engine/onnx/model';
import { RandomNetwork } from './random-network';

/** torchvision's MobileNetV2 (mobilenetv2.py, inverted_residual_setting): expansion, channels, repeats, stride. */
const STAGES = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]] as const;
const HEAD = 1280;

/** MobileNetV2 as torchvision exports it for inference, batch norms folded, with weights from a seed. */
export function mobileNetV2(seed: number, classes = 1000, size = 224): OnnxModel {
  const net = new RandomNetwork(seed);
  let channels = 32;
  let x = net.relu6(net.convolution('input', 3, channels, 3, 2));
  for (const [expand, out, repeats, first] of STAGES) {
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 ? first : 1;
      const wide = channels * expand;
      let y = expand === 1 ? x : net.relu6(net.convolution(x, channels, wide, 1));
      y = net.relu6(net.convolution(y, wide, wide, 3, stride, wide));
      y = net.convolution(y, wide, out, 1);
      x = stride === 1 && channels === out ? net.node('Add', [x, y]) : y;
      channels = out;
    }
  }
  net.classifier(net.relu6(net.convolution(x, channels, HEAD, 1)), HEAD, classes);
  return net.model(size, classes);
}
