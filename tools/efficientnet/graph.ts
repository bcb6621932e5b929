import { attribute, floatTensor, int64Tensor, OnnxType } from '../../src/engine/onnx/model';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/engine/onnx/model';
import type { TorchTensor } from './torch-file';

/** Batch norm's epsilon of EfficientNet (github.com/tensorflow/tpu, efficientnet_lite_builder.py: batch_norm_epsilon). */
const EPSILON = 1e-3;
const SIZE = 224;
const CLASSES = 1000;
const HEAD_CHANNELS = 1280;

/** Stages of EfficientNet-Lite0 (same file; width and depth 1.0; stem and head fixed): repeats, kernel, stride, expansion, channels. */
const STAGES = [
  { repeats: 1, kernel: 3, stride: 1, expand: 1, out: 16 },
  { repeats: 2, kernel: 3, stride: 2, expand: 6, out: 24 },
  { repeats: 2, kernel: 5, stride: 2, expand: 6, out: 40 },
  { repeats: 3, kernel: 3, stride: 2, expand: 6, out: 80 },
  { repeats: 3, kernel: 5, stride: 1, expand: 6, out: 112 },
  { repeats: 4, kernel: 5, stride: 2, expand: 6, out: 192 },
  { repeats: 1, kernel: 3, stride: 1, expand: 6, out: 320 },
] as const;

/** `same`: TensorFlow's, the odd pixel at the lower right; `symmetric`: PyTorch's usual `kernel >> 1`, for comparison only. */
export type Padding = 'same' | 'symmetric';

/** All sizes here are even where the stride is 2, so that SAME pads kernel - stride in all (TensorFlow, "Notes on padding"). */
function pads(kernel: number, stride: number, padding: Padding): number[] {
  if (padding === 'symmetric') return [kernel >> 1, kernel >> 1, kernel >> 1, kernel >> 1];
  const total = kernel - stride;
  const before = total > 0 ? Math.floor(total / 2) : 0;
  const after = Math.max(0, total - before);
  return [before, before, after, after];
}

class LiteBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [
    { name: 'zero', type: OnnxType.float, shape: [], raw: new Uint8Array(Float32Array.of(0).buffer) },
    { name: 'six', type: OnnxType.float, shape: [], raw: new Uint8Array(Float32Array.of(6).buffer) },
    int64Tensor('features.shape', [2], [1, HEAD_CHANNELS]),
  ];

  constructor(
    private readonly tensors: ReadonlyMap<string, TorchTensor>,
    private readonly padding: Padding,
  ) {}

  take(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.tensors.get(name);
    if (tensor?.shape.join() !== shape.join()) {
      throw new RangeError(`${name} should have the shape [${shape.join(', ')}], it has [${tensor?.shape.join(', ') ?? 'nothing'}].`);
    }
    return tensor.values;
  }

  node(op: string, name: string, inputs: string[], attributes: OnnxNode['attributes'] = {}, output = `${name}_out`): string {
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  }

  /** Convolution with its batch norm folded (as src/engine/resnet18/fold.ts), ReLU6 behind it where `activate`. */
  convolution(name: string, norm: string, input: string, shape: readonly [number, number, number, number], stride: number, activate: boolean): string {
    const [out, inPerGroup, kernel] = shape;
    const weight = this.take(`${name}.weight`, shape).slice();
    const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => this.take(`${norm}.${part}`, [out]));
    const bias = new Float32Array(out);
    const perChannel = weight.length / out;
    for (let o = 0; o < out; o++) {
      const scale = gamma[o] / Math.sqrt(variance[o] + EPSILON);
      bias[o] = beta[o] - mean[o] * scale;
      for (let i = o * perChannel; i < (o + 1) * perChannel; i++) weight[i] *= scale;
    }
    this.initializers.push(floatTensor(`${name}.weight`, shape, weight), floatTensor(`${name}.bias`, [out], bias));
    const convolved = this.node('Conv', name, [input, `${name}.weight`, `${name}.bias`], {
      dilations: attribute.ints(1, 1),
      group: attribute.int(inPerGroup === 1 ? out : 1),
      kernel_shape: attribute.ints(kernel, kernel),
      pads: attribute.ints(...pads(kernel, stride, this.padding)),
      strides: attribute.ints(stride, stride),
    });
    return activate ? this.node('Clip', `${name}.relu6`, [convolved, 'zero', 'six']) : convolved;
  }

  /** Inverted residual block without squeeze and excitation (Lite drops it). */
  block(name: string, input: string, kernel: number, stride: number, expand: number, inside: number, out: number): string {
    const wide = inside * expand;
    let x = input;
    if (expand > 1) x = this.convolution(`${name}._expand_conv`, `${name}._bn0`, x, [wide, inside, 1, 1], 1, true);
    x = this.convolution(`${name}._depthwise_conv`, `${name}._bn1`, x, [wide, 1, kernel, kernel], stride, true);
    x = this.convolution(`${name}._project_conv`, `${name}._bn2`, x, [out, wide, 1, 1], 1, false);
    return stride === 1 && inside === out ? this.node('Add', `${name}.add`, [x, input]) : x;
  }
}

/**
 * EfficientNet-Lite0 as an ONNX model (opset 17) with float32 weights: input `input` [1, 3, 224, 224], outputs `logits`
 * [1, 1000] before softmax and `features` [1, 1280].
 *
 * @throws RangeError where a weight is missing or has another shape
 */
export function lite0Onnx(tensors: ReadonlyMap<string, TorchTensor>, metadata: Readonly<Record<string, string>>, padding: Padding = 'same'): OnnxModel {
  const builder = new LiteBuilder(tensors, padding);
  let x = builder.convolution('_conv_stem', '_bn0', 'input', [32, 3, 3, 3], 2, true);
  let channels = 32;
  let index = 0;
  for (const stage of STAGES) {
    for (let repeat = 0; repeat < stage.repeats; repeat++, index++) {
      x = builder.block(`_blocks.${index}`, x, stage.kernel, repeat === 0 ? stage.stride : 1, stage.expand, channels, stage.out);
      channels = stage.out;
    }
  }
  x = builder.convolution('_conv_head', '_bn1', x, [HEAD_CHANNELS, channels, 1, 1], 1, true);
  builder.node('Reshape', 'flatten', [builder.node('GlobalAveragePool', 'avgpool', [x]), 'features.shape'], {}, 'features');
  builder.initializers.push(
    floatTensor('_fc.weight', [CLASSES, HEAD_CHANNELS], builder.take('_fc.weight', [CLASSES, HEAD_CHANNELS])),
    floatTensor('_fc.bias', [CLASSES], builder.take('_fc.bias', [CLASSES])),
  );
  builder.node('Gemm', '_fc', ['features', '_fc.weight', '_fc.bias'], { transB: attribute.int(1) }, 'logits');
  return {
    irVersion: 8,
    producerName: 'sightglass',
    producerVersion: '1',
    opsets: [{ domain: '', version: 17 }],
    metadata,
    graph: {
      name: 'efficientnet-lite0',
      nodes: builder.nodes,
      initializers: builder.initializers,
      inputs: [{ name: 'input', type: OnnxType.float, shape: [1, 3, SIZE, SIZE] }],
      outputs: [
        { name: 'logits', type: OnnxType.float, shape: [1, CLASSES] },
        { name: 'features', type: OnnxType.float, shape: [1, HEAD_CHANNELS] },
      ],
    },
  };
}
