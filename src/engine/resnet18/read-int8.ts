import { OnnxType, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model.ts';
import { WeightsError } from './fold.ts';
import { RESNET18_CONVOLUTIONS, type ConvolutionShape, type FoldedConvolution } from './folded.ts';
import { TOP, type ActivationSteps, type Int8Convolution, type Int8ResNet18 } from './int8.ts';
import { convolutionNodes, floats, readClassifier } from './read.ts';

/** Largest uint8. */
export const BYTE = 255;

/** Finds its way through a graph of QuantizeLinear and DequantizeLinear (tools/quantise/graph.ts writes such). */
class QdqGraph {
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;
  readonly #producers: ReadonlyMap<string, OnnxNode>;

  constructor(
    private readonly model: OnnxModel,
    private readonly top: number,
  ) {
    this.#tensors = new Map(model.graph.initializers.map((t) => [t.name, t]));
    this.#producers = new Map(model.graph.nodes.flatMap((n) => n.outputs.map((output) => [output, n])));
  }

  get tensors(): ReadonlyMap<string, OnnxTensor> {
    return this.#tensors;
  }

  /** The inputs of the DequantizeLinear that makes a tensor: integers, scale, zero point. */
  #dequantised(name: string, what: string): [OnnxTensor | undefined, OnnxTensor | undefined, OnnxTensor | undefined] {
    const node = this.#producers.get(name);
    if (node?.op !== 'DequantizeLinear') throw new WeightsError(`The ONNX model's ${what} are not in integers.`);
    const [int8, scale, zero] = node.inputs.map((input) => this.#tensors.get(input));
    return [int8, scale, zero];
  }

  /** Steps of an activation as the file has them: uint8 with a zero point. */
  #bytes(tensor: string, what: string): ActivationSteps {
    const [, scale, zero] = this.#dequantised(tensor, what);
    const step = floats(scale, [], `scale of ${what}`)[0];
    if (zero?.type !== OnnxType.uint8) throw new WeightsError(`The ONNX model's ${what} are not uint8.`);
    return { step, zero: zero.raw[0], top: BYTE };
  }

  /** Steps of an activation behind a ReLU: the range is the file's, the steps are those of as many bits as are wanted. */
  activation(tensor: string, what: string): ActivationSteps {
    const { step, zero } = this.#bytes(tensor, what);
    if (zero !== 0) throw new WeightsError(`The ONNX model's ${what} do not begin at zero.`);
    return { step: (step * BYTE) / this.top, zero: 0, top: this.top };
  }

  /** Steps of what is only added: 8 bits around a zero point. */
  added(tensor: string, what: string): ActivationSteps {
    return this.#bytes(tensor, what);
  }

  /** The DequantizeLinear behind a node's output, or behind the ReLU that follows it. */
  roundedOutput(node: OnnxNode, what: string): string {
    const readers = (tensor: string): OnnxNode[] => this.model.graph.nodes.filter((n) => n.inputs[0] === tensor);
    const [quantise] = readers(node.outputs[0]).filter((n) => n.op === 'QuantizeLinear');
    const [dequantise] = readers((quantise as OnnxNode | undefined)?.outputs[0] ?? '');
    const output = (dequantise as OnnxNode | undefined)?.outputs[0];
    if (output === undefined) throw new WeightsError(`What ${what} gives is not rounded to integers.`);
    return output;
  }

  /** The Add that reads a tensor. */
  addition(tensor: string, what: string): OnnxNode {
    const found = this.model.graph.nodes.find((n) => n.op === 'Add' && n.inputs.includes(tensor));
    if (!found) throw new WeightsError(`Nothing is added to what ${what} gives: it is no ResNet-18.`);
    return found;
  }

  weights(node: OnnxNode, shape: ConvolutionShape): Pick<Int8Convolution, 'weight' | 'weightSteps' | 'bias'> {
    const of = `of ${shape.name}`;
    const dims = [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel];
    const [weight, scale, zero] = this.#dequantised(node.inputs[1], `weights ${of}`);
    const [bias, biasScale] = this.#dequantised(node.inputs[2], `biases ${of}`);
    if (weight?.type !== OnnxType.int8 || weight.shape.join() !== dims.join() || zero?.raw.some((z) => z !== 0)) {
      throw new WeightsError(`The weights ${of} are not int8 [${dims.join(', ')}] around zero.`);
    }
    if (bias?.type !== OnnxType.int32 || bias.shape.join() !== String(shape.outChannels)) throw new WeightsError(`The biases ${of} are not int32.`);
    const steps = floats(biasScale, [shape.outChannels], `bias scales ${of}`);
    const integers = new Int32Array(new Uint8Array(bias.raw).buffer);
    return {
      weight: new Int8Array(weight.raw.buffer, weight.raw.byteOffset, weight.raw.byteLength),
      weightSteps: floats(scale, [shape.outChannels], `weight scales ${of}`),
      bias: Float32Array.from(integers, (b, o) => b * steps[o]),
    };
  }
}

/** Whether a model computes in int8, as {@link readInt8ResNet18} may be able to read. */
export function isQuantised(model: OnnxModel): boolean {
  return model.graph.nodes.some((n) => n.op === 'QuantizeLinear');
}

/**
 * Takes ResNet-18 in int8 out of an ONNX model in QDQ form with uint8 activations, conv1 and fc kept float: what
 * `npm run model` makes. Weights stay views into the file.
 *
 * @param top largest integer of an activation: the file's range in 7 bits, as they go through WebAssembly, or in all 8
 * @throws WeightsError where the model is of another shape or recipe
 */
export function readInt8ResNet18(model: OnnxModel, top: typeof TOP | typeof BYTE = TOP): Int8ResNet18 {
  const graph = new QdqGraph(model, top);
  const shapeOf = (name: string): string | undefined => {
    const node = model.graph.nodes.find((n) => n.outputs[0] === name && n.op === 'DequantizeLinear');
    return (graph.tensors.get(name) ?? graph.tensors.get(node?.inputs[0] ?? ''))?.shape.join();
  };
  const nodes = convolutionNodes(model, shapeOf);
  const [firstShape, ...shapes] = RESNET18_CONVOLUTIONS;
  const first = nodes.get(firstShape.name);
  if (!first) throw new WeightsError('The ONNX model has no conv1.');
  const conv1: FoldedConvolution = {
    ...firstShape,
    weight: floats(graph.tensors.get(first.inputs[1]), [64, 3, 7, 7], 'weights of conv1'),
    bias: floats(graph.tensors.get(first.inputs[2]), [64], 'biases of conv1'),
  };
  let blockInput = '';
  const convolutions = shapes.map((shape): Int8Convolution => {
    const { name } = shape;
    const node = nodes.get(name);
    if (!node) throw new WeightsError(`The ONNX model has no ${name}.`);
    const input = graph.activation(node.inputs[0], `inputs of ${name}`);
    const own = { ...shape, ...graph.weights(node, shape), input };
    if (name.endsWith('.conv1')) blockInput = node.inputs[0];
    const output = graph.roundedOutput(node, name);
    if (name.includes('downsample')) return { ...own, output: graph.added(output, `outputs of ${name}`), residual: undefined };
    if (name.endsWith('.conv1')) return { ...own, output: graph.activation(output, `outputs of ${name}`), residual: undefined };
    const add = graph.addition(output, name);
    const other = add.inputs.find((input) => input !== output) ?? '';
    const residual = other === blockInput ? graph.activation(other, `inputs of ${name}'s block`) : graph.added(other, `shortcut of ${name}`);
    return { ...own, residual, output: graph.activation(graph.roundedOutput(add, `${name}'s sum`), `outputs of ${name}'s block`) };
  });
  return { conv1, pooled: convolutions[0].input, convolutions, fc: readClassifier(model) };
}
