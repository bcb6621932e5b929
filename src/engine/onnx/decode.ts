import { PbfReader } from 'pbf';
import { OnnxError, OnnxType } from './model.ts';
import type { OnnxAttributeValue, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts';

// Field numbers are those of onnx.proto (github.com/onnx/onnx, IR version 8).

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface TensorParts extends Mutable<OnnxTensor> {
  floats: number[];
  integers: number[];
  external: boolean;
}

/** Fields of a file: a network of thousands of layers has some ten thousand. Each becomes an object here, larger than its bytes in the file. */
const MOST_FIELDS = 1_000_000;

/** Counts what it reads, as two bytes may be a whole node. */
class CountingReader extends PbfReader {
  #fields = 0;

  override nextField(end?: number): number {
    if (++this.#fields > MOST_FIELDS) throw new OnnxError('The model has more parts than a classifier needs, and more than there is room for. Choose another file.');
    return super.nextField(end);
  }
}

function repeated(pbf: PbfReader, into: number[], read: () => number): void {
  // Packed (length-delimited, wire type 2) or one by one.
  if (pbf.type !== 2) {
    into.push(read());
    return;
  }
  const end = pbf.readVarint() + pbf.pos;
  while (pbf.pos < end) into.push(read());
}

function rawOf(parts: TensorParts): Uint8Array {
  if (parts.external) throw new OnnxError(`The weights of ${parts.name} lie in another file. Choose or drop it together with the .onnx file.`);
  if (parts.raw.length > 0) return parts.raw;
  if (parts.floats.length > 0) return new Uint8Array(Float32Array.from(parts.floats).buffer);
  if (parts.integers.length === 0) return parts.raw;
  switch (parts.type) {
    case OnnxType.int64:
      return new Uint8Array(BigInt64Array.from(parts.integers, BigInt).buffer);
    case OnnxType.int32:
      return new Uint8Array(Int32Array.from(parts.integers).buffer);
    case OnnxType.float16:
      return new Uint8Array(Uint16Array.from(parts.integers).buffer);
    default:
      return Uint8Array.from(parts.integers);
  }
}

function readTensor(pbf: PbfReader): OnnxTensor {
  const parts: TensorParts = {
    name: '', type: 0, shape: [], raw: new Uint8Array(0), floats: [], integers: [], external: false,
  };
  const shape: number[] = [];
  pbf.readMessage((tag) => {
    if (tag === 1) repeated(pbf, shape, () => pbf.readVarint(true));
    else if (tag === 2) parts.type = pbf.readVarint();
    else if (tag === 4) repeated(pbf, parts.floats, () => pbf.readFloat());
    else if (tag === 5 || tag === 7) repeated(pbf, parts.integers, () => pbf.readVarint(true));
    else if (tag === 8) parts.name = pbf.readString();
    else if (tag === 9) parts.raw = pbf.readBytes();
    else if (tag === 14) parts.external = pbf.readVarint() === 1;
  }, undefined);
  return { name: parts.name, type: parts.type, shape, raw: rawOf(parts) };
}

/** A few numbers with the places of all others: their full size is in no relation to the file's. */
const sparse = (): OnnxError => new OnnxError('The model stores its weights as sparse tensors, which cannot be used here. Export it with plain ones.');

function readAttribute(pbf: PbfReader): [string, OnnxAttributeValue | undefined] {
  let name = '';
  let single: OnnxAttributeValue | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  let type = 0;
  pbf.readMessage((tag) => {
    if (tag === 1) name = pbf.readString();
    else if (tag === 2) single = { kind: 'float', value: pbf.readFloat() };
    else if (tag === 3) single = { kind: 'int', value: pbf.readVarint(true) };
    else if (tag === 4) single = { kind: 'string', value: new TextDecoder().decode(pbf.readBytes()) };
    else if (tag === 5) single = { kind: 'tensor', value: readTensor(pbf) };
    else if (tag === 6) single = { kind: 'graph', value: readGraph(pbf) };
    else if (tag === 22) throw sparse();
    else if (tag === 7) repeated(pbf, floats, () => pbf.readFloat());
    else if (tag === 8) repeated(pbf, ints, () => pbf.readVarint(true));
    else if (tag === 20) type = pbf.readVarint();
  }, undefined);
  if (type === 6) return [name, { kind: 'floats', value: floats }];
  if (type === 7) return [name, { kind: 'ints', value: ints }];
  // proto3 leaves out zeros.
  if (!single && type === 1) single = { kind: 'float', value: 0 };
  if (!single && type === 2) single = { kind: 'int', value: 0 };
  return [name, single];
}

function readNode(pbf: PbfReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  // Names are anybody's: also those that every object has.
  const attributes = Object.create(null) as Record<string, OnnxAttributeValue>;
  const node = { name: '', op: '', domain: '', inputs, outputs, attributes };
  pbf.readMessage((tag) => {
    if (tag === 1) inputs.push(pbf.readString());
    else if (tag === 2) outputs.push(pbf.readString());
    else if (tag === 3) node.name = pbf.readString();
    else if (tag === 4) node.op = pbf.readString();
    else if (tag === 5) {
      const [name, value] = readAttribute(pbf);
      if (value) attributes[name] = value;
    } else if (tag === 7) node.domain = pbf.readString();
  }, undefined);
  return node;
}

function readValueInfo(pbf: PbfReader): OnnxValueInfo {
  const shape: (number | string)[] = [];
  const info = { name: '', type: 0, shape };
  const dimension = (tag: number): void => {
    if (tag === 1) shape.push(pbf.readVarint(true));
    else if (tag === 2) shape.push(pbf.readString());
  };
  const dimensions = (tag: number): void => {
    if (tag !== 1) return;
    const before = shape.length;
    pbf.readMessage(dimension, undefined);
    if (shape.length === before) shape.push('');
  };
  const tensorType = (tag: number): void => {
    if (tag === 1) info.type = pbf.readVarint();
    else if (tag === 2) pbf.readMessage(dimensions, undefined);
  };
  const valueType = (tag: number): void => {
    if (tag === 1) pbf.readMessage(tensorType, undefined);
  };
  pbf.readMessage((tag) => {
    if (tag === 1) info.name = pbf.readString();
    else if (tag === 2) pbf.readMessage(valueType, undefined);
  }, undefined);
  return info;
}

function readGraph(pbf: PbfReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  const graph = { name: '', nodes, initializers, inputs, outputs };
  pbf.readMessage((tag) => {
    if (tag === 1) nodes.push(readNode(pbf));
    else if (tag === 2) graph.name = pbf.readString();
    else if (tag === 5) initializers.push(readTensor(pbf));
    else if (tag === 15) throw sparse();
    else if (tag === 11) inputs.push(readValueInfo(pbf));
    else if (tag === 12) outputs.push(readValueInfo(pbf));
  }, undefined);
  return graph;
}

function readEntry(pbf: PbfReader): [string, string] {
  let key = '';
  let value = '';
  pbf.readMessage((tag) => {
    if (tag === 1) key = pbf.readString();
    else if (tag === 2) value = pbf.readString();
  }, undefined);
  return [key, value];
}

/**
 * Reads an ONNX file. Weights stay views into `bytes`.
 * @throws OnnxError where the bytes are cut off or no ONNX model
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const opsets: { domain: string; version: number }[] = [];
  const metadata = Object.create(null) as Record<string, string>;
  const functions: OnnxNode[] = [];
  let graph: OnnxGraph | undefined;
  const model = { irVersion: 0, producerName: '', producerVersion: '' };
  const pbf = new CountingReader(bytes);
  try {
    pbf.readFields((tag) => {
      if (tag === 1) model.irVersion = pbf.readVarint();
      else if (tag === 2) model.producerName = pbf.readString();
      else if (tag === 3) model.producerVersion = pbf.readString();
      else if (tag === 7) graph = readGraph(pbf);
      else if (tag === 8) {
        const opset = { domain: '', version: 0 };
        pbf.readMessage((inner) => {
          if (inner === 1) opset.domain = pbf.readString();
          else if (inner === 2) opset.version = pbf.readVarint();
        }, undefined);
        opsets.push(opset);
      } else if (tag === 14) {
        const [key, value] = readEntry(pbf);
        metadata[key] = value;
      } else if (tag === 25) {
        pbf.readMessage((inner) => {
          if (inner === 7) functions.push(readNode(pbf));
        }, undefined);
      }
      if (pbf.pos > bytes.length) throw new OnnxError('The ONNX file is cut off. Fetch it again.');
    }, undefined);
  } catch (error) {
    if (error instanceof OnnxError) throw error;
    throw new OnnxError('The file is no ONNX model, or it is damaged. Choose an .onnx file or fetch it again.', { cause: error });
  }
  if (!graph || graph.nodes.length === 0 || opsets.length === 0) {
    throw new OnnxError('The file holds no ONNX graph. Choose an .onnx file.');
  }
  return { ...model, opsets, metadata, graph, ...(functions.length > 0 ? { functions } : {}) };
}
