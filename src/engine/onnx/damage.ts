import { makersOf, OnnxError, OnnxType, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from './model.ts';

/** bfloat16, which no other part of the app reads. */
const BFLOAT16 = 16;
/** Bytes of a tensor that are looked at together: nothing of a large file is copied whole. */
const PIECE = 2 ** 20;

/** What the numbers of a tensor are. */
interface Looked {
  readonly none: boolean;
  readonly infinite: boolean;
  readonly zeros: boolean;
}

/** Numbers as they lie in a file, at any place in it. */
function* pieces(raw: Uint8Array): Generator<ArrayBuffer> {
  for (let at = 0; at < raw.length; at += PIECE) yield new Uint8Array(raw.subarray(at, at + PIECE)).buffer;
}

/** @param infinity bits of infinity where a sign takes one bit more: what is above is none (NaN) */
function lookAtWords(words: Uint32Array | Uint16Array, infinity: number, sign: number): Looked {
  let none = false;
  let infinite = false;
  let any = 0;
  for (const word of words) {
    const bits = word & ~sign;
    any |= bits;
    if (bits >= infinity) {
      if (bits > infinity) none = true;
      else infinite = true;
    }
  }
  return { none, infinite, zeros: any === 0 };
}

function lookAtDoubles(numbers: Float64Array): Looked {
  return { none: numbers.some(Number.isNaN), infinite: numbers.some((value) => Math.abs(value) === Infinity), zeros: numbers.every((value) => value === 0) };
}

/** Undefined for types whose numbers are whole. */
function lookAt({ type, raw }: OnnxTensor): Looked | undefined {
  const look = (piece: ArrayBuffer): Looked | undefined => {
    const whole = (bytes: number): number => Math.floor(piece.byteLength / bytes);
    if (type === OnnxType.float) return lookAtWords(new Uint32Array(piece, 0, whole(4)), 0x7f800000, 0x80000000);
    if (type === OnnxType.float16) return lookAtWords(new Uint16Array(piece, 0, whole(2)), 0x7c00, 0x8000);
    if (type === BFLOAT16) return lookAtWords(new Uint16Array(piece, 0, whole(2)), 0x7f80, 0x8000);
    return type === OnnxType.double ? lookAtDoubles(new Float64Array(piece, 0, whole(8))) : undefined;
  };
  let all: Looked | undefined;
  for (const piece of pieces(raw)) {
    const found = look(piece);
    if (!found) return undefined;
    all = all ? { none: all.none || found.none, infinite: all.infinite || found.infinite, zeros: all.zeros && found.zeros } : found;
  }
  return all;
}

/** Which inputs of a node are its weights, and the step and the zero point of those that are integers. */
interface WeightInputs {
  readonly weights: number;
  readonly step?: number;
  readonly zero?: number;
}

function weightInputs(op: string): WeightInputs | undefined {
  if (/^(Fused)?(Conv|ConvTranspose|Gemm|MatMul)$/u.test(op)) return { weights: 1 };
  if (op === 'ConvInteger' || op === 'MatMulInteger') return { weights: 1, zero: 3 };
  if (op === 'DynamicQuantizeMatMul') return { weights: 1, step: 2, zero: 3 };
  return op === 'QLinearConv' || op === 'QLinearMatMul' || op === 'QGemm' ? { weights: 3, step: 4, zero: 5 } : undefined;
}

/** Between a stored tensor and the layer that it belongs to. */
const SAME_NUMBERS = ['Cast', 'Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'QuantizeLinear'];
/** No file has more of them in a row. */
const DEEPEST = 16;

/** The stored weights of layers that multiply by them. */
class Weights {
  readonly #stored = new Map<string, OnnxTensor>();
  readonly #makers: ReadonlyMap<string, OnnxNode>;
  /** Names of all that a layer multiplies by: nothing finite comes of an infinite one. */
  readonly multiply = new Set<string>();

  constructor(private readonly graph: OnnxGraph, readonly tensors: readonly OnnxTensor[]) {
    for (const tensor of tensors) this.#stored.set(tensor.name, tensor);
    this.#makers = makersOf(graph);
  }

  /** Layers whose stored weights are all zero, with the name of these. */
  zeros(isZeros: (name: string) => boolean): ReadonlyMap<OnnxNode, string> {
    const found = new Map<OnnxNode, string>();
    for (const node of this.graph.nodes) {
      const { op, inputs } = node;
      const which = weightInputs(op);
      for (const input of which ? inputs.slice(1) : []) this.#origin(input);
      if (op === 'BatchNormalization') for (const input of inputs.slice(1)) this.#origin(input);
      if (!which) continue;
      const { name, quantised } = this.#origin(inputs[which.weights]);
      const tensor = this.#stored.get(name);
      if (!tensor || tensor.raw.length === 0) continue;
      const step = quantised?.[1] ?? (which.step === undefined ? undefined : inputs[which.step]);
      const zero = quantised?.[2] ?? (which.zero === undefined ? undefined : inputs[which.zero]);
      if (isZeros(name) || this.#areZeroPoints(tensor, zero) || (step !== undefined && isZeros(step))) found.set(node, name);
    }
    return found;
  }

  /** What a value is read from, with what it was divided into steps by. */
  #origin(name: string): { readonly name: string; readonly quantised?: readonly string[] } {
    let quantised: readonly string[] | undefined;
    for (let i = 0; i < DEEPEST; i++) {
      this.multiply.add(name);
      const node = this.#makers.get(name);
      if (node?.op === 'DequantizeLinear') {
        quantised = node.inputs;
        this.multiply.add(node.inputs[1]);
      } else if (!node || !SAME_NUMBERS.includes(node.op)) break;
      [name] = node.inputs;
    }
    return { name, ...(quantised ? { quantised } : {}) };
  }

  /** Whether integers are all what stands for zero. Of zero points that differ from channel to channel nothing is said. */
  #areZeroPoints({ type, raw }: OnnxTensor, zero: string | undefined): boolean {
    if (type !== OnnxType.int8 && type !== OnnxType.uint8) return false;
    const points = zero ? this.#stored.get(zero)?.raw : new Uint8Array(1);
    const point = points?.at(0);
    return point !== undefined && points?.every((byte) => byte === point) === true && raw.every((byte) => byte === point);
  }
}

/** The tensors of Constant nodes, by the name that is read. */
function constantsOf({ nodes }: OnnxGraph): OnnxTensor[] {
  return nodes.flatMap(({ attributes, outputs }) => {
    const value = attributes['value'];
    return value?.kind === 'tensor' ? [{ ...value.value, name: outputs.at(0) ?? value.value.name }] : [];
  });
}

/** The names of the weights by which nothing of the picture comes to the scores; undefined where something does. */
function blockedBy({ nodes }: OnnxGraph, zeros: ReadonlyMap<OnnxNode, string>, input: string, scores: string): string | undefined {
  if (zeros.size === 0) return undefined;
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    // What an If reads stands in its branches.
    for (const name of node.op === 'If' ? [input, ...node.inputs] : node.inputs) {
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  }
  const reached = new Set([input]);
  const blocked: OnnxNode[] = [];
  for (const name of reached) {
    for (const node of readers.get(name) ?? []) {
      if (zeros.has(node)) blocked.push(node);
      else for (const output of node.outputs) reached.add(output);
    }
  }
  const first = blocked.at(0);
  return first && !reached.has(scores) ? zeros.get(first) : undefined;
}

/** @param picture names of the picture and of the scores, for the graph that they stand in */
function checkGraph(graph: OnnxGraph, picture?: { readonly input: string; readonly scores: string }): void {
  const weights = new Weights(graph, [...graph.initializers, ...constantsOf(graph)]);
  const looked = new Map(weights.tensors.map((tensor) => [tensor.name, lookAt(tensor)]));
  for (const [name, found] of looked) {
    if (found?.none) throw new OnnxError(`The weights ${name} hold numbers that are none (NaN): the model is damaged.`);
  }
  const zeros = weights.zeros((name) => looked.get(name)?.zeros === true);
  // Elsewhere, as the limit of a Clip or in a mask, infinity is meant.
  for (const name of weights.multiply) {
    if (looked.get(name)?.infinite) throw new OnnxError(`The weights ${name} hold infinite numbers: the model is damaged.`);
  }
  // A layer beside which its input goes on may be zero: so begin many residual blocks, and so end some. What stops all of the picture is damage.
  const name = picture && blockedBy(graph, zeros, picture.input, picture.scores);
  if (name !== undefined) throw new OnnxError(`The weights ${name} are all zero, and nothing of the picture goes past them: the network was never trained, or the file is damaged.`);
  for (const { attributes } of graph.nodes) for (const value of Object.values(attributes)) if (value.kind === 'graph') checkGraph(value.value);
}

/**
 * Looks at the stored numbers of a model, each once.
 * @param input name of the picture
 * @param scores name of the output that is read
 * @throws OnnxError that names the weights where a number is none (NaN), or what a layer multiplies by is infinite, or all of it is zero (as
 * floats, float16 or integers) so that the scores do not depend on the picture
 */
export function checkWeights({ graph }: OnnxModel, input: string, scores: string): void {
  checkGraph(graph, { input, scores });
}
