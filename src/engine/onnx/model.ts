import { EngineError } from '../engine-error.ts';

/** Element types of ONNX tensors that we read or write (onnx.proto, TensorProto.DataType). */
export const OnnxType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;
export type OnnxTypeCode = number;

/** A stored tensor: weights, or the value of an attribute. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxTypeCode;
  readonly shape: readonly number[];
  /** Little-endian numbers, row-major: the field raw_data. */
  readonly raw: Uint8Array;
}

export type OnnxAttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  /** The body of an If or a Loop. */
  | { readonly kind: 'graph'; readonly value: OnnxGraph };

export type OnnxAttributes = Readonly<Record<string, OnnxAttributeValue>>;

/** One operation of the graph. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Operator set's domain, '' for ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** Name, type and shape of an input or output of the graph; a string is a symbolic dimension, undefined any shape. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxTypeCode;
  readonly shape: readonly (number | string)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
  /** What the functions that the file defines itself are made of; read alone, not written. */
  readonly functions?: readonly OnnxNode[];
}

/** Why bytes are no ONNX model, in words for the person who chose them. */
export class OnnxError extends EngineError {
  override readonly name = 'OnnxError';

  constructor(message: string, options?: ErrorOptions) {
    super('model-invalid', message, options);
  }
}

/** A float32 tensor over the same memory. */
export function floatTensor(name: string, shape: readonly number[], values: Float32Array): OnnxTensor {
  return { name, type: OnnxType.float, shape, raw: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** An int8, uint8 or int32 tensor over the same memory. */
export function integerTensor(name: string, shape: readonly number[], values: Int8Array | Uint8Array | Int32Array): OnnxTensor {
  const type = values instanceof Int8Array ? OnnxType.int8 : values instanceof Int32Array ? OnnxType.int32 : OnnxType.uint8;
  return { name, type, shape, raw: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** An int64 tensor of whole numbers within 2^53. */
export function int64Tensor(name: string, shape: readonly number[], values: readonly number[]): OnnxTensor {
  const wide = BigInt64Array.from(values, BigInt);
  return { name, type: OnnxType.int64, shape, raw: new Uint8Array(wide.buffer) };
}

/** Attribute makers, so that a graph reads as ONNX's operator documents do. */
export const attribute = {
  int: (value: number): OnnxAttributeValue => ({ kind: 'int', value }),
  float: (value: number): OnnxAttributeValue => ({ kind: 'float', value }),
  ints: (...value: number[]): OnnxAttributeValue => ({ kind: 'ints', value }),
};

/** A whole number among a node's attributes. */
export function intAttribute({ attributes }: OnnxNode, name: string, fallback: number): number {
  const value = attributes[name];
  return value?.kind === 'int' ? value.value : fallback;
}

/** A list of whole numbers among a node's attributes. */
export function intsAttribute({ attributes }: OnnxNode, name: string): readonly number[] | undefined {
  const value = attributes[name];
  return value?.kind === 'ints' ? value.value : undefined;
}

/** Nodes by what they make. */
export function makersOf({ nodes }: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** Operations that hand on what they read, in another shape or another number format. */
export const HANDS_ON: readonly string[] = ['Reshape', 'Flatten', 'Squeeze', 'Identity', 'Cast', 'QuantizeLinear', 'DequantizeLinear'];
