import { Constants } from './constants.ts';
import { intAttribute, type OnnxGraph, type OnnxNode } from './model.ts';

/** What the numbers of an input stand for where a network normalises them itself. */
export type InputRange = '0..1' | '-1..1' | '0..255';

/** What a network's own arithmetic tells of the pictures that it wants. */
export interface InputNormalisation {
  readonly range: InputRange;
  /** Which colour comes first; undefined where the means are not those of ImageNet. */
  readonly colours: 'rgb' | 'bgr' | undefined;
  /** Whether what a batch norm has seen of its input tells the range alone, and it may be another one: pictures differ. */
  readonly learned: boolean;
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
/** Deviations of pictures whose numbers go from -1 to 1 are about 0.5, with a mean near 0; of those that were normalised before, about 1. */
const OF_SIGNED = [0.35, 0.75] as const;
const NEAR_ZERO = 0.25;

/** What a node does to `name`; undefined where it is no arithmetic with constants of one or three numbers. */
function stepOf(node: OnnxNode, name: string, constants: Constants): Affine | undefined {
  if (['Identity', 'Cast', 'Transpose', 'QuantizeLinear', 'DequantizeLinear', 'Dropout'].includes(node.op)) return { scale: [1], offset: [0] };
  if (node.op === 'BatchNormalization') {
    const [gamma, beta, mean, variance] = node.inputs.slice(1, 5).map((input) => constants.numbers(input));
    if (!gamma || !beta || !mean || !variance || gamma.length !== 3) return undefined;
    // What it has seen of its input counts, not what it makes of it (gamma and beta).
    const epsilon = node.attributes['epsilon'];
    const scale = variance.map((v) => 1 / Math.sqrt(v + (epsilon?.kind === 'float' ? epsilon.value : 1e-5)));
    return { scale, offset: scale.map((s, c) => -mean[c] * s) };
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
 * layer. Numbers from 0 to 1 are divided by deviations near 0.2, those from -1 to 1 by ones near 0.5 around 0, bytes by ones near 58 or 255. Means of
 * ImageNet tell the order of the colours too.
 *
 * @returns undefined where there is no such arithmetic, or it changes next to nothing
 */
export function inputNormalisation(graph: OnnxGraph, input: string): InputNormalisation | undefined {
  const constants = new Constants(graph);
  let whole: Affine = { scale: [1, 1, 1], offset: [0, 0, 0] };
  let name = input;
  let learned = false;
  /** Whether constants that somebody has chosen come before it. */
  let chosen = false;
  for (let i = 0; i < 32 && !learned; i++) {
    const readers = graph.nodes.filter((node) => node.inputs.includes(name));
    if (readers.length !== 1) break;
    const [node] = readers;
    // From opset 14 on a batch norm in training gives more than one output.
    const step = intAttribute(node, 'training_mode', 0) === 0 ? stepOf(node, name, constants) : undefined;
    if (!step) break;
    whole = then(whole, step);
    learned = node.op === 'BatchNormalization';
    chosen ||= !learned && step.scale.concat(step.offset).join() !== '1,0';
    [name] = node.outputs;
  }
  if (!whole.scale.every((scale) => Math.abs(scale) > 0)) return undefined;
  const largest = Math.max(...whole.offset.map(Math.abs));
  if (whole.scale.every((scale) => Math.abs(Math.abs(scale) - 1) < LITTLE) && largest < LITTLE) return undefined;
  const means = whole.offset.map((offset, c) => -offset / whole.scale[c]);
  const mean = average(means);
  const deviation = average(whole.scale.map((scale) => Math.abs(1 / scale)));
  const centred = Math.abs(mean) < NEAR_ZERO && largest > 0;
  // What was seen of pictures tells nothing of the order of their colours: skies are blue.
  if (learned) {
    const range = learnedRange(mean, deviation);
    // Pictures that were made smaller numbers before never differ so much: of bytes it is certain.
    return range && { range, colours: undefined, learned: !chosen && range !== '0..255' };
  }
  const [red, , blue] = means;
  const is = (ratio: number): boolean => Math.abs(ratio / RED_TO_BLUE - 1) < LITTLE / 2;
  return { range: rangeOf(mean, deviation, centred), colours: is(red / blue) ? 'rgb' : is(blue / red) ? 'bgr' : undefined, learned: false };
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const isSigned = (deviation: number): boolean => deviation > OF_SIGNED[0] && deviation < OF_SIGNED[1];

/** @returns undefined where no pictures have such a mean and deviation but those that were normalised before */
function learnedRange(mean: number, deviation: number): InputRange | undefined {
  if (deviation > OF_BYTES || mean > OF_BYTES) return '0..255';
  if (Math.abs(mean) < NEAR_ZERO && isSigned(deviation)) return '-1..1';
  // Of numbers from 0 to 1 half is the largest deviation that there is.
  return mean >= 0 && mean <= 1 && deviation <= 0.5 ? '0..1' : undefined;
}

/** @param mean what becomes 0 of the numbers that a network is given, and by what `deviation` they are divided */
function rangeOf(mean: number, deviation: number, centred: boolean): InputRange {
  if (deviation > OF_BYTES || mean > OF_BYTES) return '0..255';
  // The numbers from -1 to 1 are made such from 0 up, or their own mean is taken off.
  const lowest = Math.abs(mean + 1) < LITTLE;
  return lowest || (centred && isSigned(deviation)) ? '-1..1' : '0..1';
}
