import type { ClassifierPorts } from '../model.ts';
import { describeClassifier } from '../onnx/describe.ts';
import { tensorFloats } from '../onnx/half.ts';
import { floatTensor, OnnxType, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model.ts';
import { TOP, type ActivationSteps } from '../resnet18/int8.ts';
import { UncoveredError, type LayeredNetwork } from './layers.ts';
import { readGraph } from './read-graph.ts';

/** Largest uint8. */
const BYTE = 255;

/** A convolution's weights as the file has them. */
export interface Int8Weights {
  /** Shape [outChannels, inChannels, kernel, kernel], -127 to 127. */
  readonly values: Int8Array;
  /** What 1 of each output channel's weights is, shape [outChannels]. */
  readonly steps: Float32Array;
}

/** A network whose convolutions are in integers, but for those that the file keeps float. */
export interface Int8Graph {
  readonly network: LayeredNetwork;
  /** Of activations by number; undefined where the file has floats. In 7 bits of the file's range where that begins at zero, else in its 8. */
  readonly steps: readonly (ActivationSteps | undefined)[];
  /** By the node's name; what is not here computes in floats. */
  readonly weights: ReadonlyMap<string, Int8Weights>;
}

/** Takes QuantizeLinear and DequantizeLinear out of a graph, and keeps what they say. */
class Stripped {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[];
  readonly weights = new Map<string, Int8Weights>();
  readonly steps: { name: string; steps: ActivationSteps }[] = [];
  readonly #stored: ReadonlyMap<string, OnnxTensor>;

  constructor({ graph }: OnnxModel) {
    this.initializers = [...graph.initializers];
    this.#stored = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    for (const node of graph.nodes) this.#node(node);
  }

  #node(node: OnnxNode): void {
    const [integers, scale, zero] = node.inputs.map((name) => this.#stored.get(name));
    if (node.op === 'DequantizeLinear' && integers) return this.#constant(node, integers, scale, zero);
    if (node.op !== 'QuantizeLinear' && node.op !== 'DequantizeLinear') {
      const own = this.weights.get(node.inputs[1] ?? '');
      if (own && node.op !== 'Conv') throw new UncoveredError(node.op, 'it is in integers', node.name);
      if (own) this.weights.set(node.name, own);
      this.nodes.push(node);
      return;
    }
    this.nodes.push({ ...node, op: 'Identity', inputs: node.inputs.slice(0, 1), attributes: {} });
    if (node.op === 'DequantizeLinear') return;
    const step = scale && tensorFloats(scale);
    if (step?.length !== 1 || zero?.type !== OnnxType.uint8) throw new UncoveredError(node.op, 'its activations are not uint8 of one step', node.name);
    const [first] = zero.raw;
    // What does not begin at zero keeps its 8 bits, -128 to 127 instead of 0 to 255; what does has 7, as the dot product wants them.
    const own = first === 0 ? { step: (step[0] * BYTE) / TOP, zero: 0, top: TOP } : { step: step[0], zero: first, top: BYTE };
    this.steps.push({ name: node.inputs[0], steps: own });
  }

  /** Stored integers: weights of a convolution in int8, biases in int32, by output channel both. */
  #constant(node: OnnxNode, integers: OnnxTensor, scale: OnnxTensor | undefined, zero: OnnxTensor | undefined): void {
    const steps = scale && tensorFloats(scale);
    const bytes = new Uint8Array(integers.raw);
    const values = integers.type === OnnxType.int8 ? new Int8Array(bytes.buffer) : integers.type === OnnxType.int32 ? new Int32Array(bytes.buffer) : undefined;
    if (!steps || !values || steps.length !== integers.shape[0] || zero?.raw.some((z) => z !== 0)) {
      throw new UncoveredError(node.op, 'its weights are not int8 by output channel around zero', node.name);
    }
    const each = values.length / steps.length;
    this.initializers.push(floatTensor(node.outputs[0], integers.shape, Float32Array.from(values, (v, i) => v * steps[Math.floor(i / each)])));
    if (values instanceof Int8Array) this.weights.set(node.outputs[0], { values, steps });
  }
}

/**
 * Reads a classifier in QDQ form as `npm run model` makes it: uint8 activations, int8 weights by output channel.
 *
 * @param ports how the model is fed and read, as its file says if left out
 * @throws OnnxError where it is no such classifier at all
 * @throws UncoveredError that names the operator that the kernels do not run in integers, and why
 */
export function readInt8Graph(model: OnnxModel, ports: ClassifierPorts = describeClassifier(model).ports): Int8Graph {
  const { nodes, initializers, weights, steps } = new Stripped(model);
  const network = readGraph({ ...model, graph: { ...model.graph, nodes, initializers } }, ports);
  const known: (ActivationSteps | undefined)[] = network.shapes.map(() => undefined);
  // What is told last of activations is behind the addition and the ReLU that are folded into their convolution.
  for (const { name, steps: own } of steps) {
    const number = network.numbers.get(name);
    if (number !== undefined) known[number] = own;
  }
  return { network, steps: known, weights };
}
