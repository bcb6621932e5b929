import { attribute, floatTensor, OnnxType, type OnnxAttributes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../src/engine/onnx/model';

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
