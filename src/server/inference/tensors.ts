import { Problem } from '../problem';

/** Types of the Open Inference Protocol that are taken and given here. */
export type Datatype = 'FP32' | 'BYTES';

/** A tensor as the protocol's JSON has it. */
interface TensorHead {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** An input whose elements have been read: numbers, or pictures' bytes. */
export type InputTensor =
  | { readonly name: string; readonly datatype: 'FP32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly name: string; readonly datatype: 'BYTES'; readonly shape: readonly number[]; readonly values: readonly Uint8Array[] };

export interface WantedOutput {
  readonly name: string;
  /** Whether it is sent behind the JSON. */
  readonly binary: boolean;
  /** Triton's classification extension: so many classes as `value:index:label`; 0 for the numbers themselves. */
  readonly classes: number;
}

export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly InputTensor[];
  /** Undefined where all are wanted. */
  readonly outputs: readonly WantedOutput[] | undefined;
  /** Whether outputs go behind the JSON where the request does not say so of each. */
  readonly binaryOutputs: boolean;
}

export interface OutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly string[];
  readonly binary: boolean;
}

const bad = (message: string): Problem => new Problem('bad-tensor', message);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parametersOf(value: unknown, where: string): Record<string, unknown> {
  if (value === undefined) return {};
  if (!isObject(value)) throw bad(`The parameters of ${where} are no object.`);
  return value;
}

function headOf(value: unknown): TensorHead {
  if (!isObject(value) || typeof value['name'] !== 'string' || typeof value['datatype'] !== 'string') throw bad('Each input is an object with name, datatype, shape, and data.');
  const { name, datatype, shape, data } = value;
  const isShape = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && (side as number) > 0);
  if (!isShape) throw bad(`The shape of ${JSON.stringify(name)} is a list of whole numbers above 0.`);
  return { name, datatype, shape: shape as number[], data, parameters: parametersOf(value['parameters'], name) };
}

/** Elements of nested lists in order. */
function flat(value: unknown, into: unknown[] = []): unknown[] {
  if (!Array.isArray(value)) into.push(value);
  else for (const each of value) flat(each, into);
  return into;
}

const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Pictures behind the JSON: each with its length in front, 4 bytes, the least significant first. */
function bytesIn(raw: Buffer, name: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  while (at < raw.length) {
    const end = at + 4 <= raw.length ? at + 4 + raw.readUInt32LE(at) : Infinity;
    if (end > raw.length) throw bad(`The bytes of ${name} end within an element.`);
    found.push(raw.subarray(at + 4, end));
    at = end;
  }
  return found;
}

function tensorOf(head: TensorHead, raw: Buffer | undefined): InputTensor {
  const { name, datatype, shape } = head;
  const count = elements(shape);
  const whole = (length: number): void => {
    if (length !== count) throw bad(`${name} has ${length} elements; its shape [${shape.join(', ')}] has ${count}.`);
  };
  if (datatype === 'FP32') {
    if (raw) {
      if (raw.length % 4 !== 0) throw bad(`${name} has ${raw.length} bytes; FP32 takes four an element.`);
      whole(raw.length / 4);
      // Little-endian in the protocol, as in every machine that Node runs on; copied, as it may lie anywhere.
      return { name, datatype, shape, values: new Float32Array(new Uint8Array(raw).buffer) };
    }
    const list = flat(head.data);
    whole(list.length);
    if (!list.every((value) => typeof value === 'number')) throw bad(`${name} has data that are no numbers.`);
    return { name, datatype, shape, values: Float32Array.from(list) };
  }
  if (datatype === 'BYTES') {
    const values = raw
      ? bytesIn(raw, name)
      : flat(head.data).map((value) => {
          if (typeof value !== 'string') throw bad(`${name} has data that are no strings: a picture in JSON is base64.`);
          return new Uint8Array(Buffer.from(value, 'base64'));
        });
    whole(values.length);
    return { name, datatype, shape, values };
  }
  throw bad(`${name} is ${datatype}; FP32 and BYTES are taken.`);
}

function outputOf(value: unknown, binaryOutputs: boolean): WantedOutput {
  if (!isObject(value) || typeof value['name'] !== 'string') throw bad('Each output is an object with a name.');
  const { binary_data: binary = binaryOutputs, classification = 0 } = parametersOf(value['parameters'], value['name']);
  if (typeof binary !== 'boolean') throw bad('binary_data is true or false.');
  if (typeof classification !== 'number' || !Number.isInteger(classification) || classification < 0) throw bad('classification is a whole number.');
  return { name: value['name'], binary, classes: classification };
}

/**
 * Reads a request of the Open Inference Protocol, with its binary data extension.
 * @param headLength bytes of the JSON where tensors lie behind it (Inference-Header-Content-Length)
 * @throws Problem `bad-tensor`
 */
export function readInferRequest(body: Buffer, headLength: number | undefined): InferRequest {
  const length = headLength ?? body.length;
  if (!Number.isInteger(length) || length < 0 || length > body.length) throw bad(`Inference-Header-Content-Length is not within the body's ${body.length} bytes.`);
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8', 0, length));
  } catch (error) {
    throw new Problem('bad-tensor', 'The request is no JSON.', { cause: error });
  }
  if (!isObject(json) || !Array.isArray(json['inputs']) || json['inputs'].length === 0) throw bad('The request has no inputs.');
  const { id, outputs } = json;
  if (id !== undefined && typeof id !== 'string') throw bad('The id is a string.');
  const binaryOutputs = parametersOf(json['parameters'], 'the request')['binary_data_output'] === true;
  let at = length;
  const inputs = json['inputs'].map((value: unknown) => {
    const head = headOf(value);
    const size = head.parameters['binary_data_size'];
    if (size === undefined) return tensorOf(head, undefined);
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || at + size > body.length) throw bad(`The body does not hold the bytes of ${head.name}.`);
    at += size;
    return tensorOf(head, body.subarray(at - size, at));
  });
  if (at !== body.length) throw bad(`${body.length - at} bytes of the body belong to no input.`);
  if (outputs !== undefined && !Array.isArray(outputs)) throw bad('outputs is a list.');
  return { id, inputs, outputs: outputs?.map((value: unknown) => outputOf(value, binaryOutputs)), binaryOutputs };
}

function rawBytes(values: OutputTensor['values']): Buffer {
  if (values instanceof Float32Array) return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat(
    values.flatMap((value) => {
      const text = Buffer.from(value);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(text.length);
      return [size, text];
    }),
  );
}

/** An answer's body. `headLength` is of its JSON where tensors lie behind it, else undefined. */
export function writeInferAnswer(
  head: Readonly<Record<string, unknown>>,
  outputs: readonly OutputTensor[],
): { readonly body: Buffer; readonly headLength: number | undefined } {
  const behind: Buffer[] = [];
  const listed = outputs.map(({ name, datatype, shape, values, binary }) => {
    if (!binary) return { name, datatype, shape, data: [...values] };
    const raw = rawBytes(values);
    behind.push(raw);
    return { name, datatype, shape, parameters: { binary_data_size: raw.length } };
  });
  const json = Buffer.from(JSON.stringify({ ...head, outputs: listed }));
  return { body: Buffer.concat([json, ...behind]), headLength: behind.length > 0 ? json.length : undefined };
}
