import { Constants } from './constants.ts';
import { intAttribute, type OnnxGraph, type OnnxNode } from './model.ts';

/** What the numbers of an input stand for where a network normalises them itself. */
export type InputRange = '0..1' | '0..255';

/** What a network's own arithmetic tells of the pictures that it wants. */
export interface InputNormalisation {
  readonly range: InputRange;
  /** Which colour comes first; undefined where the means are not those of ImageNet. */
  readonly colours: 'rgb' | 'bgr' | undefined;
}

/** What a chain of nodes makes of x, per channel: scale x + offset. */
interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** A deviation or a mean from here on is one of bytes, not of numbers from 0 to 1. */
const OF_BYTES = 16;
/** ImageNet's mean red, as a multiple of its mean blue; that of Caffe's networks is nearly the same. */
const RED_TO_BLUE = 0.485 / 0.406;
/** What changes the numbers less than this normalises nothing. */
const LITTLE = 0.1;

/** What a node does to `name`; undefined where it is no arithmetic with constants of one or three numbers. */
function stepOf(node: OnnxNode, name: string, constants: Constants): Affine | undefined {
  if (['Identity', 'Cast', 'Transpose', 'QuantizeLinear', 'DequantizeLinear', 'Dropout'].includes(node.op)) return { scale: [1], offset: [0] };
  if (node.op === 'BatchNormalization') {
    const [gamma, beta, mean, variance] = node.inputs.slice(1, 5).map((input) => constants.numbers(input));
    if (!gamma || !beta || !mean || !variance || gamma.length !== 3) return undefined;
    const epsilon = node.attributes['epsilon'];
    const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + (epsilon?.kind === 'float' ? epsilon.value : 1e-5)));
    return { scale, offset: scale.map((s, c) => beta[c] - mean[c] * s) };
  }
  const left = node.inputs[0] === name;
  const other = constants.numbers(node.inputs[left ? 1 : 0]);
  if (!other || (other.length !== 1 && other.length !== 3)) return undefined;
  const zeros = other.map(() => 0);
  const ones = other.map(() => 1);
  if (node.op === 'Add') return { scale: ones, offset: other };
  if (node.op === 'Sub') return left ? { scale: ones, offset: other.map((v) => -v) } : { scale: other.map(() => -1), offset: other };
  if (node.op === 'Mul') return { scale: other, offset: zeros };
  if (node.op === 'Div' && left) return { scale: other.map((v) => 1 / v), offset: zeros };
  return undefined;
}

function then(first: Affine, second: Affine): Affine {
  const at = (values: readonly number[], c: number): number => values[values.length === 1 ? 0 : c];
  const channels = [0, 1, 2];
  return {
    scale: channels.map((c) => at(first.scale, c) * at(second.scale, c)),
    offset: channels.map((c) => at(first.offset, c) * at(second.scale, c) + at(second.offset, c)),
  };
}

/**
 * Whether a network normalises its input itself, and what it wants to be given then: arithmetic with constants between the input and the first
 * layer. Numbers from 0 to 1 are divided by deviations near 0.2, bytes by ones near 58 or 255. Means of ImageNet tell the order of the colours too.
 *
 * @returns undefined where there is no such arithmetic, or it changes next to nothing
 */
export function inputNormalisation(graph: OnnxGraph, input: string): InputNormalisation | undefined {
  const constants = new Constants(graph);
  let whole: Affine = { scale: [1, 1, 1], offset: [0, 0, 0] };
  let name = input;
  for (let i = 0; i < 32; i++) {
    const readers = graph.nodes.filter((node) => node.inputs.includes(name));
    if (readers.length !== 1) break;
    const [node] = readers;
    // From opset 14 on a batch norm in training gives more than one output.
    const step = intAttribute(node, 'training_mode', 0) === 0 ? stepOf(node, name, constants) : undefined;
    if (!step) break;
    whole = then(whole, step);
    [name] = node.outputs;
  }
  const [scale] = whole.scale.map(Math.abs);
  const [offset] = whole.offset.map(Math.abs);
  if (!(scale > 0) || (Math.abs(scale - 1) < LITTLE && offset < LITTLE)) return undefined;
  const [red, , blue] = whole.offset.map((each, c) => -each / whole.scale[c]);
  const is = (ratio: number): boolean => Math.abs(ratio / RED_TO_BLUE - 1) < LITTLE / 2;
  return { range: scale < 1 / OF_BYTES || offset / scale > OF_BYTES ? '0..255' : '0..1', colours: is(red / blue) ? 'rgb' : is(blue / red) ? 'bgr' : undefined };
}
