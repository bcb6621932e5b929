import type { ClassifierPorts } from '../model.ts';
import { FEATURES_NAME, LOGITS_NAME } from '../resnet18/graph.ts';
import { Constants } from './constants.ts';
import { checkWeights } from './damage.ts';
import { inputNormalisation, type InputRange } from './input-normalisation.ts';
import { checkLimits } from './limits.ts';
import { HANDS_ON, intAttribute, intsAttribute, makersOf, OnnxError, OnnxType, type OnnxModel, type OnnxNode, type OnnxValueInfo } from './model.ts';

/** Sides of a picture that a network may want, pixels. */
export const LEAST_SIZE = 32;
export const MOST_SIZE = 512;
/** Where the file names the sides and gives no numbers: what nearly all classifiers are trained for. */
const USUAL_SIZE = 224;
export const MOST_CLASSES = 100_000;
/** A classifier has one list of scores, or a few. */
const MOST_OUTPUTS = 256;

/** An output that may be the scores. */
export interface ScoresOutput {
  readonly name: string;
  /** Undefined where only a run tells. */
  readonly classes: number | undefined;
  readonly answers: ClassifierPorts['answers'];
}

/** What a file says of itself, as a classifier. */
export interface ClassifierDescription {
  /** With the most likely output of scores. */
  readonly ports: ClassifierPorts;
  readonly outputs: readonly ScoresOutput[];
  /** What the input's numbers have to be where the network normalises them itself; undefined where nothing of that is in the graph. */
  readonly range: InputRange | undefined;
  /** Whether what a batch norm has seen of its input is all that tells it, and not for certain: a configuration knows better. */
  readonly learned: boolean;
  /** Which colour it wants first, where its own means tell. */
  readonly colours: 'rgb' | 'bgr' | undefined;
  /** What the file leaves open, so that a person may have to say it; `scores`: which of several outputs that are not made of each other. */
  readonly open: { readonly size: boolean; readonly layout: boolean; readonly scores: boolean };
  readonly metadata: Readonly<Record<string, string>>;
}

const NUMBERS: Readonly<Record<number, ClassifierPorts['numbers'] | undefined>> = {
  [OnnxType.float]: 'float32', [OnnxType.float16]: 'float16', [OnnxType.uint8]: 'uint8',
};

/** Kinds of numbers that no picture is given in here, as exporters call them (onnx.proto, TensorProto.DataType). */
const OTHER_NUMBERS: Readonly<Record<number, string | undefined>> = { 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 11: 'float64', 16: 'bfloat16' };

const isFixed = (d: number | string | undefined): d is number => typeof d === 'number' && d > 0;
const shapeWords = (shape: readonly (number | string)[]): string => `[${shape.map((d) => (d === '' ? '?' : d)).join(', ')}]`;

/** Nodes by what they read. */
function readersOf(nodes: readonly OnnxNode[]): ReadonlyMap<string, readonly OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

function inputOf({ graph }: OnnxModel): OnnxValueInfo {
  // Before version 4 of the format all weights were listed as inputs too.
  const stored = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !stored.has(name));
  if (inputs.length !== 1) {
    const names = inputs.slice(0, 8).map(({ name }) => name).join(', ');
    throw new OnnxError(`The model has ${inputs.length} inputs${names && ` (${names})`}: one picture is all that can be given to it here.`);
  }
  return inputs[0];
}

function layoutOf(shape: readonly (number | string)[], first: OnnxNode | undefined): { layout: ClassifierPorts['layout']; open: boolean } {
  const [, second, , last] = shape;
  if (second === 3) return { layout: 'nchw', open: false };
  if (last === 3) return { layout: 'nhwc', open: false };
  for (const d of [second, last]) {
    if (d === 1) throw new OnnxError(`The model wants grey pictures, of one channel (${shapeWords(shape)}): one of three channels, red, green and blue, is needed.`);
  }
  if (isFixed(second) && isFixed(last)) throw new OnnxError(`The model's input has the shape ${shapeWords(shape)}: none of its dimensions is the three colours of a picture.`);
  if (first?.op === 'Transpose' && intsAttribute(first, 'perm')?.join() === '0,3,1,2') return { layout: 'nhwc', open: false };
  if (typeof last === 'string' && /^(c|ch|chan.*|.*channels?)$/i.test(last)) return { layout: 'nhwc', open: false };
  if (isFixed(last)) return { layout: 'nchw', open: false };
  if (isFixed(second)) return { layout: 'nhwc', open: false };
  const named = typeof second === 'string' && /chan|^c$/i.test(second);
  return { layout: 'nchw', open: !named && first?.op !== 'Conv' };
}

function sizeOf(shape: readonly (number | string)[], layout: ClassifierPorts['layout']): { size: number; open: boolean } {
  const [height, width] = layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3);
  if (isFixed(height) && isFixed(width) && height !== width) {
    throw new OnnxError(`The model wants pictures of ${width} x ${height} pixels: only square ones can be given to it here.`);
  }
  const size = isFixed(height) ? height : isFixed(width) ? width : undefined;
  if (size !== undefined && (size < LEAST_SIZE || size > MOST_SIZE)) {
    throw new OnnxError(`The model wants pictures of ${size} x ${size} pixels: from ${LEAST_SIZE} to ${MOST_SIZE} is what can be given to it here.`);
  }
  return { size: size ?? USUAL_SIZE, open: size === undefined };
}

/** The rank of an output that others are made of, above all that names make. */
const USED = 4;
/** Between a network and its outputs. */
const PASSED_OVER = [...HANDS_ON, 'Unsqueeze'];

class Outputs {
  readonly #makers: ReadonlyMap<string, OnnxNode>;
  readonly #readers: ReadonlyMap<string, readonly OnnxNode[]>;
  readonly #constants: Constants;

  constructor(private readonly model: OnnxModel) {
    const { nodes } = model.graph;
    this.#makers = makersOf(model.graph);
    this.#readers = readersOf(nodes);
    this.#constants = new Constants(model.graph);
  }

  /** The outputs that may be scores, the most likely one first, and whether nothing but their names tells which it is. @throws OnnxError where there is none */
  scores(input: string): { readonly outputs: ScoresOutput[]; readonly open: boolean } {
    const { outputs } = this.model.graph;
    if (outputs.length > MOST_OUTPUTS) throw new OnnxError(`The model has ${outputs.length} outputs: a classifier has one, or a few. Choose another file.`);
    const fromPicture = this.#reachable(input);
    const able = outputs.filter(({ name, type, shape }) => {
      const floats = type === OnnxType.float || type === OnnxType.float16;
      const maker = this.#maker(name);
      return floats && isScores(shape) && name !== input && fromPicture.has(name) && maker !== undefined && maker.op !== 'TopK';
    });
    const found = able.map(({ name, shape }): ScoresOutput => ({ name, classes: this.#classes(name, shape), answers: this.#answers(name) }));
    if (found.length === 0) throw new OnnxError(`The model gives no list of scores, one for each class: ${this.#words(fromPicture)}.`);
    const ranks = new Map(found.map(({ name }) => [name, this.#rank(name, found)]));
    found.sort((a, b) => (ranks.get(a.name) ?? 0) - (ranks.get(b.name) ?? 0));
    const isUsed = ({ name }: ScoresOutput): boolean => (ranks.get(name) ?? 0) >= USED;
    const features = this.features(found[0].name);
    return { outputs: found, open: found.filter((output) => output.name !== features && isUsed(output) === isUsed(found[0])).length > 1 };
  }

  /** Name of what the classifier reads, where the file gives it by the name that this app writes. */
  features(scores: string): string | undefined {
    const { outputs } = this.model.graph;
    return outputs.find(({ name, shape }) => name === FEATURES_NAME && name !== scores && shape?.length === 2)?.name;
  }

  /** What other outputs that may be scores are made of is less likely the scores; among equals, what is called so. */
  #rank(name: string, able: readonly ScoresOutput[]): number {
    const others = able.filter((output) => output.name !== name);
    const reachable = this.#reachable(name);
    const used = others.some((output) => reachable.has(output.name)) ? USED : 0;
    const named = name === LOGITS_NAME ? 0 : /logit|prob|score|class|pred|softmax/i.test(name) ? 1 : /feat|embed|aux|hidden|pool/i.test(name) ? 3 : 2;
    return used + named;
  }

  #reachable(from: string): ReadonlySet<string> {
    const found = new Set([from]);
    for (const name of found) {
      for (const node of this.#readers.get(name) ?? []) for (const output of node.outputs) found.add(output);
    }
    // What an If reads stands in its branches.
    for (const node of this.model.graph.nodes) if (node.op === 'If') for (const output of node.outputs) found.add(output);
    return found;
  }

  /** The node that makes a value, behind what only hands it on; undefined where that is the picture itself. */
  #maker(name: string): OnnxNode | undefined {
    let node = this.#makers.get(name);
    for (let i = 0; node && PASSED_OVER.includes(node.op) && i < 32; i++) node = this.#makers.get(node.inputs[0]);
    return node;
  }

  #answers(name: string): ClassifierPorts['answers'] {
    const node = this.#maker(name);
    if (node?.op === 'Softmax') return 'probabilities';
    if (node?.op === 'Sigmoid' || node?.op === 'HardSigmoid') return 'independent';
    // A softmax in parts: exp(x) / sum(exp(x)).
    const parts = node?.op === 'Div' ? node.inputs.map((input) => this.#maker(input)?.op) : [];
    return parts[0] === 'Exp' && parts[1] === 'ReduceSum' ? 'probabilities' : 'scores';
  }

  #classes(name: string, shape: OnnxValueInfo['shape']): number | undefined {
    const fixed = shape?.slice(1).filter((d) => d !== 1) ?? [];
    if (fixed.length === 1 && isFixed(fixed[0])) return fixed[0];
    let node = this.#maker(name);
    while (node && ['Softmax', 'LogSoftmax', 'Sigmoid', 'Add'].includes(node.op)) {
      const [left, right] = node.inputs.map((input) => this.#maker(input));
      node = left ?? right;
    }
    if (node?.op !== 'Gemm' && node?.op !== 'MatMul') return undefined;
    return this.#constants.tensor(node.inputs[1])?.shape[intAttribute(node, 'transB', 0) === 1 ? 0 : 1];
  }

  #words(fromPicture: ReadonlySet<string>): string {
    const outputs = this.model.graph.outputs.map(({ name, type, shape }) => {
      if (!fromPicture.has(name)) return `"${name}" does not depend on the picture`;
      const maker = this.#maker(name)?.op;
      if (maker === 'ZipMap') return `"${name}" is a table of names and scores, as scikit-learn's exporter makes it (ZipMap): export it with zipmap=False`;
      if (maker === 'TopK') return `"${name}" has the best few alone (TopK), not a score for each class: export it without that step`;
      if (shape?.every((d) => d === 1)) return `"${name}" is one number alone, as of one class: two or more are needed`;
      if (shape && !isScores(shape)) return `"${name}" has the shape ${shapeWords(shape)}`;
      return type === OnnxType.float || type === OnnxType.float16 ? `"${name}" is the picture itself` : `"${name}" has no float numbers`;
    });
    return outputs.length === 0 ? 'it has no output' : outputs.join(', ');
  }
}

/** Whether a shape is a list of at least two numbers for one picture; one that the file leaves open may be. */
function isScores(shape: OnnxValueInfo['shape']): boolean {
  if (!shape || shape.length === 0) return true;
  const longer = shape.slice(1).filter((d) => d !== 1);
  if (shape.length === 1) return isFixed(shape[0]) && shape[0] > 1 && shape[0] <= MOST_CLASSES;
  return shape.length <= 4 && longer.length === 1 && (!isFixed(longer[0]) || longer[0] <= MOST_CLASSES);
}

/** Operator sets that are tried with what exporters write (tests/exporters), and what onnxruntime-web knows beyond. */
const FIRST_OPSET = 9;
const LAST_OPSET = 25;

/** @throws OnnxError where the file is made for operators that the runtime may know by another meaning, or not at all */
function checkOpset({ opsets }: OnnxModel): void {
  const version = opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (version === undefined || (version >= FIRST_OPSET && version <= LAST_OPSET)) return;
  throw new OnnxError(`The model is made for version ${version} of ONNX's operators (opset): ${FIRST_OPSET} to ${LAST_OPSET} can be used here. Export it anew, with opset_version=17 say.`);
}

/**
 * What an ONNX file is, as a classifier of pictures: its one input, the outputs that may be scores, and whether it normalises itself.
 * All is read from the file, nothing is run.
 *
 * @throws OnnxError with the reason where it is none that can be used
 */
export function describeClassifier(model: OnnxModel): ClassifierDescription {
  checkOpset(model);
  checkLimits(model);
  const input = inputOf(model);
  const numbers = NUMBERS[input.type];
  if (!numbers) throw new OnnxError(`The model's input "${input.name}" has numbers of ${OTHER_NUMBERS[input.type] ?? `ONNX's type ${input.type}`}: float32, float16 or uint8 can be given to it here.`);
  const { shape } = input;
  if (shape?.length !== 4) {
    throw new OnnxError(`The model's input "${input.name}" has ${shape ? `the shape ${shapeWords(shape)}` : 'no shape'}: a picture is [1, 3, height, width] or [1, height, width, 3].`);
  }
  if (isFixed(shape[0]) && shape[0] !== 1) {
    throw new OnnxError(`The model wants a batch of ${shape[0]} pictures at once: one picture is needed. Export it with a batch of 1, or with a batch that is not fixed.`);
  }
  const readers = readersOf(model.graph.nodes).get(input.name) ?? [];
  const { layout, open: layoutOpen } = layoutOf(shape, readers.at(0));
  const { size, open: sizeOpen } = sizeOf(shape, layout);
  const outputs = new Outputs(model);
  const { outputs: candidates, open: scoresOpen } = outputs.scores(input.name);
  const { name: scores, answers } = candidates[0];
  checkWeights(model, input.name, scores);
  const features = outputs.features(scores);
  const inside = inputNormalisation(model.graph, input.name);
  return {
    ports: { input: input.name, layout, numbers, size, scores, answers, ...(features ? { features } : {}) },
    outputs: candidates.filter(({ name }) => name !== features),
    range: numbers === 'uint8' ? '0..255' : inside?.range,
    learned: numbers !== 'uint8' && inside?.learned === true,
    colours: inside?.colours,
    open: { size: sizeOpen, layout: layoutOpen, scores: scoresOpen },
    metadata: model.metadata,
  };
}
