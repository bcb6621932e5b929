import { makersOf, OnnxType, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.ts';
import { halvesToFloats } from './half.ts';

/** How far back a number is followed that nodes compute. */
const DEEPEST = 24;
/** Numbers that a shape, a mean or a deviation may have. */
const MOST = 64;

/** A stored tensor's numbers, undefined for types that hold none that matter here. */
function tensorNumbers({ type, raw }: OnnxTensor): number[] | undefined {
  const { buffer } = new Uint8Array(raw);
  try {
    switch (type) {
      case OnnxType.float: return Array.from(new Float32Array(buffer));
      case OnnxType.double: return Array.from(new Float64Array(buffer));
      case OnnxType.float16: return Array.from(halvesToFloats(new Uint16Array(buffer)));
      case OnnxType.int64: return Array.from(new BigInt64Array(buffer), Number);
      case OnnxType.int32: return Array.from(new Int32Array(buffer));
      case OnnxType.uint8: return Array.from(new Uint8Array(buffer));
      case OnnxType.int8: return Array.from(new Int8Array(buffer));
      default: return undefined;
    }
  } catch {
    // A length that is no multiple of a number's: the file is damaged, which is told elsewhere.
    return undefined;
  }
}

/** Small constants of a graph, by name: stored, in a Constant node, or computed from such by a few nodes. Nothing large is touched. */
export class Constants {
  readonly #stored: ReadonlyMap<string, OnnxTensor>;
  readonly #makers: ReadonlyMap<string, OnnxNode>;
  /** What is known, or being looked for: a value that many nodes read, each twice, is computed once. */
  readonly #known = new Map<string, readonly number[] | undefined>();

  constructor(graph: OnnxGraph) {
    this.#stored = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    this.#makers = makersOf(graph);
  }

  /** A stored tensor, or that of a Constant node; undefined where it is neither. */
  tensor(name: string): OnnxTensor | undefined {
    const stored = this.#stored.get(name);
    if (stored) return stored;
    const maker = this.#makers.get(name);
    const value = maker?.op === 'Constant' ? maker.attributes['value'] : undefined;
    return value?.kind === 'tensor' ? value.value : undefined;
  }

  /** Up to 64 numbers, undefined where there are more or they are not known before the network runs. */
  numbers(name: string | undefined, depth = 0): readonly number[] | undefined {
    if (!name || depth > DEEPEST) return undefined;
    if (this.#known.has(name)) return this.#known.get(name);
    this.#known.set(name, undefined);
    const found = this.#computed(name, depth);
    this.#known.set(name, found);
    return found;
  }

  #computed(name: string, depth: number): readonly number[] | undefined {
    const tensor = this.tensor(name);
    if (tensor) return tensor.raw.length <= MOST * 8 ? tensorNumbers(tensor) : undefined;
    const maker = this.#makers.get(name);
    if (!maker) return undefined;
    if (maker.op === 'Constant') return constantNumbers(maker);
    if (maker.op === 'Concat') return concat(maker.inputs.map((input) => this.numbers(input, depth + 1)));
    const first = this.numbers(maker.inputs[0], depth + 1);
    if (!first) return undefined;
    if (['Identity', 'Cast', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Transpose'].includes(maker.op)) return first;
    const combine = ARITHMETIC[maker.op];
    const second = combine && this.numbers(maker.inputs[1], depth + 1);
    return second && broadcast(first, second, combine);
  }
}

const ARITHMETIC: Readonly<Record<string, ((a: number, b: number) => number) | undefined>> = {
  Add: (a, b) => a + b, Sub: (a, b) => a - b, Mul: (a, b) => a * b, Div: (a, b) => a / b, Pow: (a, b) => a ** b,
};

function constantNumbers({ attributes }: OnnxNode): readonly number[] | undefined {
  for (const name of ['value_int', 'value_float', 'value_ints', 'value_floats']) {
    const value = attributes[name];
    if (value?.kind === 'int' || value?.kind === 'float') return [value.value];
    if (value?.kind === 'ints' || value?.kind === 'floats') return value.value;
  }
  return undefined;
}

function concat(parts: readonly (readonly number[] | undefined)[]): readonly number[] | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length && known.reduce((n, part) => n + part.length, 0) <= MOST ? known.flat() : undefined;
}

function broadcast(a: readonly number[], b: readonly number[], combine: (a: number, b: number) => number): readonly number[] | undefined {
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => combine(a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]));
}
