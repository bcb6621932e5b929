import { encodeModel } from '../../src/engine/onnx/encode';
import { attribute, floatTensor, int64Tensor, OnnxType, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from '../../src/engine/onnx/model';
import { floatToHalf } from '../../src/engine/onnx/half';
import { noise } from './weights';

/** What a classifier of averaged colours is made with; each option is one that exporters differ in. */
export interface ClassifierOptions {
  readonly classes?: number;
  readonly input?: string;
  readonly shape?: readonly (number | string)[];
  /** OnnxType of input and weights. */
  readonly type?: number;
  readonly layout?: 'nchw' | 'nhwc';
  readonly output?: string;
  readonly outputShape?: readonly (number | string)[];
  /** Nodes between the input and the network, each reading the value before. */
  readonly before?: readonly OnnxNode[];
  /** Nodes behind the scores, `raw` first. */
  readonly after?: readonly OnnxNode[];
  readonly initializers?: readonly OnnxTensor[];
  readonly outputs?: readonly OnnxValueInfo[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the network reads: the input itself, or what `before` made of it. */
  readonly reads?: string;
}

export function node(op: string, inputs: string[], outputs: string[], attributes: OnnxNode['attributes'] = {}): OnnxNode {
  return { name: `${op} of ${inputs.join()}`, op, domain: '', inputs, outputs, attributes };
}

/** A tensor of floats, or of the same as float16. */
export function numbers(name: string, shape: readonly number[], values: readonly number[], type: number = OnnxType.float): OnnxTensor {
  if (type === OnnxType.float16) return { name, type, shape, raw: new Uint8Array(Uint16Array.from(values, floatToHalf).buffer) };
  return floatTensor(name, shape, Float32Array.from(values));
}

/** An ONNX classifier that names colours: red wins where the picture is red, for `classes` of 3; random weights else. */
export function colourClassifier(options: ClassifierOptions = {}): Uint8Array<ArrayBuffer> {
  const { classes = 3, input = 'input', layout = 'nchw', type = OnnxType.float, output = 'scores', before = [], after = [], initializers = [] } = options;
  const shape = options.shape ?? (layout === 'nchw' ? [1, 3, 224, 224] : [1, 224, 224, 3]);
  const next = noise(9);
  const weight = Array.from({ length: classes * 3 }, (_, i) => (Math.floor(i / 3) === i % 3 ? 8 : Math.floor(i / 3) < 3 ? -4 : next() - 6));
  const inner = type === OnnxType.uint8 ? OnnxType.float : type;
  let read = options.reads ?? before.at(-1)?.outputs[0] ?? input;
  const nodes: OnnxNode[] = [...before];
  if (type === OnnxType.uint8) {
    nodes.push(node('Cast', [read], ['cast'], { to: attribute.int(OnnxType.float) }), node('Div', ['cast', 'of255'], ['unit']));
    read = 'unit';
  }
  if (layout === 'nhwc') {
    nodes.push(node('Transpose', [read], ['nchw'], { perm: attribute.ints(0, 3, 1, 2) }));
    read = 'nchw';
  }
  const scores = after.length > 0 ? 'raw' : output;
  nodes.push(
    node('GlobalAveragePool', [read], ['pooled']),
    node('Flatten', ['pooled'], ['flat']),
    node('Gemm', ['flat', 'w', 'b'], [scores], { transB: attribute.int(1) }),
    ...after,
  );
  return encodeModel({
    irVersion: 8, producerName: 'test', producerVersion: '1', opsets: [{ domain: '', version: 17 }], metadata: options.metadata ?? {},
    graph: {
      name: 'colours',
      nodes,
      initializers: [
        numbers('w', [classes, 3], weight, inner), numbers('b', [classes], weight.slice(0, classes).map(() => 0), inner),
        ...(type === OnnxType.uint8 ? [numbers('of255', [1], [255])] : []),
        ...initializers,
      ],
      inputs: [{ name: input, type, shape }],
      outputs: options.outputs ?? [{ name: output, type: inner, shape: options.outputShape ?? [1, classes] }],
    },
  }) as Uint8Array<ArrayBuffer>;
}

export { int64Tensor };
