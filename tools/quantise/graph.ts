import { attribute, floatTensor, integerTensor, OnnxError, OnnxType } from '../../src/engine/onnx/model';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/engine/onnx/model';
import { activationParameters, type ActivationScheme, type QuantisationParameters } from './parameters';
import type { Range } from './range';
import { quantiseWeights } from './weights';

/** What becomes of a float graph. */
export interface QuantiseOptions {
  readonly activations: ActivationScheme;
  /** Largest integer of a weight: 127, or 63 where a processor adds pairs of products in 16 bits. */
  readonly weightLevels: number;
  /** Largest integer of a weight beside activations that do not begin at zero, `weightLevels` if left out: our own kernels want 63 there. */
  readonly weightLevelsBesideSigned?: number;
  /** Names of the nodes that stay float. */
  readonly float: readonly string[];
}

/** What is known of a float tensor. */
export interface TensorFacts {
  readonly range: Range;
  /** Mean of each channel (axis 1), for the correction of biases; undefined to leave them. */
  readonly means?: ArrayLike<number>;
}

/** Operations that get int8 weights. */
const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'Gemm']);
/** ReLU and, as Clip, ReLU6: an unsigned range that begins at zero, and ends where the clipped values do, cuts off the same. */
const RECTIFYING: ReadonlySet<string> = new Set(['Relu', 'Clip']);
/** Operations whose output holds values of its input only, and so has its scale. */
const SELECTING: ReadonlySet<string> = new Set(['MaxPool']);

/** Which nodes compute in int8. */
function int8Nodes(model: OnnxModel, options: QuantiseOptions): Set<OnnxNode> {
  const unknown = options.float.filter((name) => !model.graph.nodes.some((node) => node.name === name));
  if (unknown.length > 0) throw new RangeError(`The graph has no node ${unknown.join(', ')} to keep float.`);
  const producers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const chosen = new Set<OnnxNode>();
  const isInt8 = (tensor: string): boolean => {
    const producer = producers.get(tensor);
    return producer !== undefined && (chosen.has(producer) || (RECTIFYING.has(producer.op) && isInt8(producer.inputs[0])));
  };
  for (const node of model.graph.nodes) {
    if (options.float.includes(node.name)) continue;
    if (WEIGHTED.has(node.op) || node.op === 'Add' || (SELECTING.has(node.op) && isInt8(node.inputs[0]))) chosen.add(node);
  }
  return chosen;
}

/**
 * The tensors whose facts {@link quantiseGraph} needs for these options; the graph's own inputs are among them where the
 * first layer is not kept float.
 */
export function tensorsToObserve(model: OnnxModel, options: QuantiseOptions): string[] {
  const stored = new Set(model.graph.initializers.map((tensor) => tensor.name));
  const outputs = new Set(model.graph.outputs.map((output) => output.name));
  const int8 = int8Nodes(model, options);
  const relus = new Map(model.graph.nodes.filter((node) => RECTIFYING.has(node.op)).map((node) => [node.inputs[0], node.outputs[0]]));
  const wanted = new Set<string>();
  for (const node of int8) {
    const activations = WEIGHTED.has(node.op) ? node.inputs.slice(0, 1) : node.inputs;
    for (const input of activations) if (!stored.has(input)) wanted.add(input);
    const output = relus.get(node.outputs[0]) ?? node.outputs[0];
    if (!outputs.has(output)) wanted.add(output);
  }
  return [...wanted];
}

/** Writes the new graph, node after node of the old one. */
class QdqWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[];
  readonly #stored: Map<string, OnnxTensor>;
  readonly #parameters = new Map<string, QuantisationParameters>();
  /** Tensor to what it is after QuantizeLinear and DequantizeLinear, where it has these. */
  readonly #rounded = new Map<string, string>();
  /** Tensors that int8 nodes (or a ReLU behind one) make: all read these as int8 has them. */
  readonly #made = new Set<string>();

  constructor(
    private readonly model: OnnxModel,
    private readonly facts: ReadonlyMap<string, TensorFacts>,
    private readonly options: QuantiseOptions,
  ) {
    this.initializers = [...model.graph.initializers];
    this.#stored = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  }

  write(): void {
    const int8 = int8Nodes(this.model, this.options);
    const outputs = new Set(this.model.graph.outputs.map((output) => output.name));
    const relus = new Map(this.model.graph.nodes.filter((node) => RECTIFYING.has(node.op)).map((node) => [node.inputs[0], node]));
    const folded = new Set<OnnxNode>();
    for (const node of this.model.graph.nodes) {
      if (folded.has(node)) continue;
      if (!int8.has(node)) {
        this.nodes.push({ ...node, inputs: node.inputs.map((input) => (this.#made.has(input) && this.#rounded.get(input)) || input) });
        if (RECTIFYING.has(node.op) && this.#made.has(node.inputs[0])) this.#finish(node.outputs[0], outputs);
        continue;
      }
      const relu = relus.get(node.outputs[0]);
      const alone = relu && this.model.graph.nodes.filter((n) => n.inputs.includes(node.outputs[0])).length === 1;
      // In unsigned integers a range that begins at zero cuts off what a ReLU would.
      const fold = alone && !outputs.has(relu.outputs[0]) && this.#of(relu.outputs[0]).zeroPoint === 0 && this.options.activations === 'uint8';
      if (fold) folded.add(relu);
      const output = fold ? relu.outputs[0] : node.outputs[0];
      if (SELECTING.has(node.op)) this.#parameters.set(output, this.#of(node.inputs[0]));
      const inputs = WEIGHTED.has(node.op) ? this.#weighted(node) : node.inputs.map((input) => this.#round(input));
      this.nodes.push({ ...node, inputs, outputs: [output] });
      if (relu && !fold) this.#made.add(output);
      else this.#finish(output, outputs);
    }
  }

  /** Initializers that are still read. */
  get kept(): OnnxTensor[] {
    const read = new Set(this.nodes.flatMap((node) => node.inputs));
    return this.initializers.filter((tensor) => read.has(tensor.name));
  }

  /** An int8 node's output goes on as int8, unless it is the graph's. */
  #finish(output: string, outputs: ReadonlySet<string>): void {
    this.#made.add(output);
    if (!outputs.has(output)) this.#round(output);
  }

  #of(tensor: string): QuantisationParameters {
    const known = this.#parameters.get(tensor);
    if (known) return known;
    const range = this.facts.get(tensor)?.range;
    if (!range) throw new RangeError(`The range of ${tensor} was not observed.`);
    const parameters = activationParameters(range, this.options.activations);
    this.#parameters.set(tensor, parameters);
    return parameters;
  }

  /** QuantizeLinear and DequantizeLinear behind a tensor, once. */
  #round(tensor: string): string {
    const before = this.#rounded.get(tensor);
    if (before !== undefined) return before;
    const rounded = `${tensor}.dequantised`;
    this.#rounded.set(tensor, rounded);
    const { scale, zeroPoint } = this.#of(tensor);
    const zero = this.options.activations === 'uint8' ? Uint8Array.of(zeroPoint) : Int8Array.of(zeroPoint);
    this.initializers.push(floatTensor(`${tensor}.scale`, [], Float32Array.of(scale)), integerTensor(`${tensor}.zero`, [], zero));
    const parameters = [`${tensor}.scale`, `${tensor}.zero`];
    const step = (op: string, from: string, to: string): OnnxNode => ({
      name: to, op, domain: '', inputs: [from, ...parameters], outputs: [to], attributes: {},
    });
    this.nodes.push(step('QuantizeLinear', tensor, `${tensor}.quantised`), step('DequantizeLinear', `${tensor}.quantised`, rounded));
    return rounded;
  }

  #floats(name: string | undefined): Float32Array {
    const tensor = this.#stored.get(name ?? '');
    if (tensor?.type !== OnnxType.float) throw new OnnxError(`${name ?? 'A weight'} is not stored in the model as float32.`);
    return new Float32Array(new Uint8Array(tensor.raw).buffer);
  }

  #weighted(node: OnnxNode): string[] {
    const [input, weight, bias] = node.inputs as [string, string, string | undefined];
    const transposed = node.attributes['transB'];
    if (node.op === 'Gemm' && (transposed?.kind !== 'int' || transposed.value !== 1)) {
      throw new OnnxError(`${node.name} has its outputs last: only Gemm with transB is known here.`);
    }
    const { scale, zeroPoint } = this.#of(input);
    const { weightLevels, weightLevelsBesideSigned = weightLevels } = this.options;
    const shape = this.#stored.get(weight)?.shape ?? [];
    const offsets = bias === undefined ? new Float32Array(shape[0]) : this.#floats(bias);
    const meets = { scale, means: this.facts.get(input)?.means };
    const own = quantiseWeights(this.#floats(weight), offsets, meets, zeroPoint === 0 ? weightLevels : weightLevelsBesideSigned);
    const biasName = bias ?? `${node.name}.bias`;
    this.#constant(weight, integerTensor(`${weight}.quantised`, shape, own.values), own.scales);
    this.#constant(biasName, integerTensor(`${biasName}.quantised`, [own.bias.length], own.bias), own.scales.map((s) => s * scale));
    return [this.#round(input), `${weight}.dequantised`, `${biasName}.dequantised`];
  }

  /** Integers and the DequantizeLinear, by first axis, that makes numbers of them. */
  #constant(name: string, integers: OnnxTensor, scales: Float32Array): void {
    const zeros = integers.type === OnnxType.int32 ? new Int32Array(scales.length) : new Int8Array(scales.length);
    const inputs = [integers.name, `${name}.scale`, `${name}.zero`];
    this.initializers.push(integers, floatTensor(inputs[1], [scales.length], scales), integerTensor(inputs[2], [scales.length], zeros));
    const output = `${name}.dequantised`;
    this.nodes.push({ name: output, op: 'DequantizeLinear', domain: '', inputs, outputs: [output], attributes: { axis: attribute.int(0) } });
  }
}

/**
 * Turns a float32 graph (opset 13 or later) into integers in ONNX's QDQ form: weights int8 per output channel, bias int32,
 * activations between QuantizeLinear and DequantizeLinear, which an engine fuses into integer operations. Inputs and outputs
 * stay float32 under their names.
 *
 * Convolutions, Gemm (with transB), Add and, behind these, MaxPool compute in int8; all else stays float.
 *
 * @param facts of all {@link tensorsToObserve}
 * @throws RangeError where a range is missing or a node to keep float is not there, OnnxError where weights are not float32
 */
export function quantiseGraph(model: OnnxModel, facts: ReadonlyMap<string, TensorFacts>, options: QuantiseOptions): OnnxModel {
  const writer = new QdqWriter(model, facts, options);
  writer.write();
  return { ...model, graph: { ...model.graph, nodes: writer.nodes, initializers: writer.kept } };
}

/** The same graph with further tensors, float32 of any shape, as outputs: for watching what flows through it. */
export function withOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  const known = new Set(model.graph.outputs.map((output) => output.name));
  const made = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  const further = names.filter((name) => made.has(name) && !known.has(name));
  const infos = further.map((name) => ({ name, type: OnnxType.float, shape: undefined }));
  return { ...model, graph: { ...model.graph, outputs: [...model.graph.outputs, ...infos] } };
}
