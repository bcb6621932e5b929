import { PbfWriter } from 'pbf';
import type { ClassMap } from '../engine.ts';
import { writeValueInfo } from './encode.ts';
import { tensorFloats } from './half.ts';
import { HANDS_ON, intAttribute, intsAttribute, makersOf, type OnnxModel, type OnnxNode, type OnnxValueInfo } from './model.ts';

/** A classifier that reads activations averaged over their places, so that each place's part in a score can be told. */
export interface PooledClassifier {
  /** Name of the activations before they are averaged, shape [1, channels, height, width], or with the channels last. */
  readonly activations: string;
  /** Shape [classes, channels]. */
  readonly weight: Float32Array;
  readonly channels: number;
}

/** Between the average and the classifier, and behind it. */
const PASSED_OVER = [...HANDS_ON, 'Dropout'];

/** [columns, rows] from [rows, columns]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}

function averages(node: OnnxNode): boolean {
  if (node.op === 'GlobalAveragePool') return true;
  if (node.op !== 'ReduceMean') return false;
  const axes = intsAttribute(node, 'axes');
  // From opset 18 on the axes are an input: then all that is known is that the classifier's width fits.
  return !axes || ['2,3', '1,2'].includes(axes.map((axis) => (axis + 4) % 4).sort().join());
}

/**
 * Finds the classifier of a network that ends in averaged activations and one fully connected layer, as ResNet's, MobileNet's and
 * EfficientNet's do.
 *
 * @param scores name of the output of scores
 * @returns undefined where the network ends in another way, or its weights are not stored as floats
 */
export function pooledClassifier({ graph }: OnnxModel, scores: string): PooledClassifier | undefined {
  const makers = makersOf(graph);
  const stored = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const made = (name: string, skipped: readonly string[]): OnnxNode | undefined => {
    let node = makers.get(name);
    // Longer ways, or ones that lead back to where they began, lead to no classifier.
    for (let i = 0; node && skipped.includes(node.op) && i < 32; i++) node = makers.get(node.inputs[0]);
    return node;
  };
  const layer = made(scores, [...PASSED_OVER, 'Add', 'Softmax', 'LogSoftmax']);
  if (layer?.op !== 'Gemm' && layer?.op !== 'MatMul') return undefined;
  const source = makers.get(layer.inputs[1]);
  const tensor = stored.get(layer.inputs[1]) ?? (source?.op === 'Cast' ? stored.get(source.inputs[0]) : undefined);
  const values = tensor && tensorFloats(tensor);
  const pool = made(layer.inputs[0], PASSED_OVER);
  if (!values || tensor.shape.length !== 2 || !pool || !averages(pool) || intAttribute(layer, 'transA', 0) !== 0) return undefined;
  const [rows, columns] = tensor.shape;
  const byClass = intAttribute(layer, 'transB', 0) === 1;
  return {
    activations: pool.inputs[0],
    weight: byClass ? values : transpose(values, rows, columns),
    channels: byClass ? columns : rows,
  };
}

/**
 * The bytes of an ONNX model with one output more. Protocol buffers merge a message that comes twice (their encoding's "last one wins"
 * rule: embedded messages are merged, repeated fields joined), so that nothing of the model has to be written anew.
 */
export function withOutput(bytes: Uint8Array, output: OnnxValueInfo): Uint8Array<ArrayBuffer> {
  const pbf = new PbfWriter();
  pbf.writeMessage(7, (value: OnnxValueInfo, graph: PbfWriter) => graph.writeMessage(12, writeValueInfo, value), output);
  const more = pbf.finish();
  const joined = new Uint8Array(bytes.length + more.length);
  joined.set(bytes);
  joined.set(more, bytes.length);
  return joined;
}

/**
 * The map of one class (see {@link ClassMap}).
 * @param weight the class's weights, shape [channels]
 * @param activations shape [channels, height, width]
 */
export function classMapOf(weight: Float32Array, activations: Float32Array, width: number, height: number): ClassMap {
  const area = width * height;
  const values = new Float32Array(area);
  for (let c = 0; c < weight.length; c++) {
    const factor = weight[c];
    for (let i = 0; i < area; i++) values[i] += factor * activations[c * area + i];
  }
  return { width, height, values };
}
