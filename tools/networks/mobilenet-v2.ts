import { attribute, floatTensor, OnnxType, type OnnxAttributes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../src/engine/onnx/model';

/** torchvision's MobileNetV2 (mobilenetv2.py, inverted_residual_setting): expansion, channels, repeats, stride. */
const STAGES = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]] as const;
const HEAD = 1280;

/** Numbers from -1 to 1 that are the same each time. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
}

/** Puts a graph together, with weights from a seed. */
export class RandomNetwork {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly next: () => number;

  constructor(seed: number) {
    this.next = noise(seed);
  }

  tensor(name: string, shape: readonly number[], scale: number, offset = 0): string {
    const values = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => offset + scale * this.next());
    this.initializers.push(floatTensor(name, shape, values));
    return name;
  }

  node(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, output = `${op}_${this.nodes.length}`): string {
    this.nodes.push({ name: output, op, domain: '', inputs: [...inputs], outputs: [output], attributes });
    return output;
  }

  /** Convolution with biases. @param pads top, left, bottom, right; those of PyTorch if left out */
  convolution(input: string, inner: number, out: number, kernel: number, stride = 1, groups = 1, pads: readonly number[] = Array<number>(4).fill(kernel >> 1)): string {
    const name = `conv_${this.nodes.length}`;
    const weights = this.tensor(`${name}.weight`, [out, inner / groups, kernel, kernel], Math.sqrt(6 / ((inner / groups) * kernel ** 2)));
    return this.node('Conv', [input, weights, this.tensor(`${name}.bias`, [out], 0.1)], {
      kernel_shape: attribute.ints(kernel, kernel), strides: attribute.ints(stride, stride), pads: attribute.ints(...pads), group: attribute.int(groups),
    });
  }

  relu6(input: string): string {
    if (!this.initializers.some(({ name }) => name === 'six')) this.initializers.push(floatTensor('zero', [], Float32Array.of(0)), floatTensor('six', [], Float32Array.of(6)));
    return this.node('Clip', [input, 'zero', 'six']);
  }

  /** Average, fully connected layer: the graph is done. */
  classifier(input: string, inner: number, classes: number): void {
    const flat = this.node('Flatten', [this.node('GlobalAveragePool', [input])]);
    this.node('Gemm', [flat, this.tensor('fc.weight', [classes, inner], 0.1), this.tensor('fc.bias', [classes], 0.1)], { transB: attribute.int(1) }, 'logits');
  }

  model(size: number, classes: number, channels = 3): OnnxModel {
    return {
      irVersion: 8, producerName: 'sightglass', producerVersion: '1', opsets: [{ domain: '', version: 17 }], metadata: {},
      graph: {
        name: 'random', nodes: this.nodes, initializers: this.initializers,
        inputs: [{ name: 'input', type: OnnxType.float, shape: [1, channels, size, size] }],
        outputs: [{ name: 'logits', type: OnnxType.float, shape: [1, classes] }],
      },
    };
  }
}

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
