import { attribute, floatTensor, int64Tensor, OnnxType } from '../onnx/model.ts';
import type { OnnxAttributes, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { RESNET18_CONVOLUTIONS, RESNET18_FEATURES, type FoldedBackbone, type FoldedConvolution, type FoldedResNet18 } from './folded.ts';

/** Names of the graph's input and outputs. */
export const INPUT_NAME = 'input';
export const LOGITS_NAME = 'logits';
export const FEATURES_NAME = 'features';

class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];

  node(op: string, name: string, inputs: string[], attributes: OnnxAttributes = {}, output = `${name}_out`): string {
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  }

  convolution(c: FoldedConvolution, input: string): string {
    this.initializers.push(
      floatTensor(`${c.name}.weight`, [c.outChannels, c.inChannels, c.kernel, c.kernel], c.weight),
      floatTensor(`${c.name}.bias`, [c.outChannels], c.bias),
    );
    return this.node('Conv', c.name, [input, `${c.name}.weight`, `${c.name}.bias`], {
      dilations: attribute.ints(1, 1),
      group: attribute.int(1),
      kernel_shape: attribute.ints(c.kernel, c.kernel),
      pads: attribute.ints(c.padding, c.padding, c.padding, c.padding),
      strides: attribute.ints(c.stride, c.stride),
    });
  }
}

/**
 * ResNet-18, or -34, as an ONNX model (opset 17): input `input` float32 [1, 3, 224, 224], outputs `logits` [1, classes] and
 * `features` [1, 512], the globally averaged activations that the classifier reads; those alone where the weights have no classifier.
 *
 * @param sides height and width of the input, pixels, or names for them: then any will do
 */
export function resnet18Onnx(
  weights: FoldedBackbone & { readonly fc?: FoldedResNet18['fc'] | undefined },
  metadata: Readonly<Record<string, string>> = {},
  sides: readonly [number | string, number | string] = [224, 224],
): OnnxModel {
  const builder = new GraphBuilder();
  const byName = new Map(weights.convolutions.map((c) => [c.name, c]));
  const convolution = (name: string, input: string): string => {
    const found = byName.get(name);
    if (!found) throw new RangeError(`The weights lack ${name}.`);
    return builder.convolution(found, input);
  };
  let x = builder.node('Relu', 'relu', [convolution('conv1', INPUT_NAME)]);
  x = builder.node('MaxPool', 'maxpool', [x], {
    kernel_shape: attribute.ints(3, 3),
    pads: attribute.ints(1, 1, 1, 1),
    strides: attribute.ints(2, 2),
  });
  for (let layer = 1; layer <= 4; layer++) {
    for (let block = 0; byName.has(`layer${layer}.${block}.conv1`); block++) {
      const prefix = `layer${layer}.${block}`;
      const inner = builder.node('Relu', `${prefix}.relu1`, [convolution(`${prefix}.conv1`, x)]);
      const residual = convolution(`${prefix}.conv2`, inner);
      const shortcut = byName.has(`${prefix}.downsample.0`) ? convolution(`${prefix}.downsample.0`, x) : x;
      x = builder.node('Relu', `${prefix}.relu2`, [builder.node('Add', `${prefix}.add`, [residual, shortcut])]);
    }
  }
  const { fc } = weights;
  const classes = fc?.bias.length ?? 0;
  if (fc) builder.initializers.push(floatTensor('fc.weight', [classes, RESNET18_FEATURES], fc.weight), floatTensor('fc.bias', [classes], fc.bias));
  builder.initializers.push(int64Tensor('features.shape', [2], [1, RESNET18_FEATURES]));
  const pooled = builder.node('GlobalAveragePool', 'avgpool', [x]);
  builder.node('Reshape', 'flatten', [pooled, 'features.shape'], {}, FEATURES_NAME);
  if (fc) builder.node('Gemm', 'fc', [FEATURES_NAME, 'fc.weight', 'fc.bias'], { transB: attribute.int(1) }, LOGITS_NAME);
  return {
    irVersion: 8,
    producerName: 'sightglass',
    producerVersion: '1',
    opsets: [{ domain: '', version: 17 }],
    metadata,
    graph: {
      name: weights.convolutions.length === RESNET18_CONVOLUTIONS.length ? 'resnet18' : 'resnet34',
      nodes: builder.nodes,
      initializers: builder.initializers,
      inputs: [{ name: INPUT_NAME, type: OnnxType.float, shape: [1, 3, ...sides] }],
      outputs: [
        ...(fc ? [{ name: LOGITS_NAME, type: OnnxType.float, shape: [1, classes] }] : []),
        { name: FEATURES_NAME, type: OnnxType.float, shape: [1, RESNET18_FEATURES] },
      ],
    },
  };
}
