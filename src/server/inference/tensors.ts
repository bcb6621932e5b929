import { Problem } from '../problem';

/** Types of the Open Inference Protocol that are taken and given here. */
export type Datatype = 'FP32' | 'BYTES';

/** Bytes of a request's JSON that are read: a list costs many times its text while it is parsed. Tensors may lie behind it. */
export const MAX_JSON = 8 * 2 ** 20;
/** Sides of a tensor's shape. */
const MAX_SIDES = 8;

/** A tensor as the protocol's JSON has it. */
export interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
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
  readonly input: InputTensor;
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

/** @param limit bytes of JSON that are accepted */
export const jsonTooLarge = (limit: number): Problem =>
  new Problem('upload-too-large', `The request's JSON is larger than the ${limit} bytes that are accepted.`, {
    next: 'Send the tensor behind the JSON (the binary data extension), or fewer pictures in one request.',
  });
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
  if (datatype !== 'FP32' && datatype !== 'BYTES') throw bad(`${name} is ${datatype}; FP32 and BYTES are taken.`);
  const isShape = Array.isArray(shape) && shape.length <= MAX_SIDES && shape.every((side) => Number.isSafeInteger(side) && (side as number) > 0);
  if (!isShape) throw bad(`The shape of ${JSON.stringify(name)} is a list of at most ${MAX_SIDES} whole numbers above 0.`);
  return { name, datatype, shape: shape as number[], data, parameters: parametersOf(value['parameters'], name) };
}

/** How many elements a tensor of a shape has. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** A tensor's elements as they are read: no more than its shape has. */
class Elements<Element> {
  readonly all: Element[] = [];
  readonly #count: number;

  constructor(private readonly head: TensorHead) {
    this.#count = elements(head.shape);
  }

  /** @throws Problem `bad-tensor` for the one that is too many */
  add(element: Element): void {
    if (this.all.length === this.#count) throw this.#wrong(`more than ${this.#count}`);
    this.all.push(element);
  }

  /** @throws Problem `bad-tensor` where some are missing */
  whole(): Element[] {
    if (this.all.length !== this.#count) throw this.#wrong(String(this.all.length));
    return this.all;
  }

  #wrong(found: string): Problem {
    return bad(`${this.head.name} has ${found} elements; its shape [${this.head.shape.join(', ')}] has ${this.#count}.`);
  }
}

/** Elements of nested lists in order; lists nest no deeper than the shape has sides. */
function flat<Element>(head: TensorHead, read: (value: unknown) => Element): Element[] {
  const found = new Elements<Element>(head);
  const walk = (value: unknown, deep: number): void => {
    if (!Array.isArray(value)) return found.add(read(value));
    if (deep === head.shape.length) throw bad(`The data of ${head.name} are nested deeper than its shape [${head.shape.join(', ')}].`);
    for (const each of value) walk(each, deep + 1);
  };
  walk(head.data, 0);
  return found.whole();
}

/** Pictures behind the JSON: each with its length in front, 4 bytes, the least significant first. */
function bytesIn(head: TensorHead, raw: Buffer): Uint8Array[] {
  const found = new Elements<Uint8Array>(head);
  let at = 0;
  while (at < raw.length) {
    const end = at + 4 <= raw.length ? at + 4 + raw.readUInt32LE(at) : Infinity;
    if (end > raw.length) throw bad(`The bytes of ${head.name} end within an element.`);
    found.add(raw.subarray(at + 4, end));
    at = end;
  }
  return found.whole();
}

function tensorOf(head: TensorHead, raw: Buffer | undefined): InputTensor {
  const { name, datatype, shape } = head;
  if (datatype === 'BYTES') {
    if (raw) return { name, datatype, shape, values: bytesIn(head, raw) };
    const values = flat(head, (value) => {
      if (typeof value !== 'string') throw bad(`${name} has data that are no strings: a picture in JSON is base64.`);
      return new Uint8Array(Buffer.from(value, 'base64'));
    });
    return { name, datatype, shape, values };
  }
  if (raw) {
    const count = elements(shape);
    if (raw.length !== 4 * count) throw bad(`${name} has ${raw.length} bytes; its shape [${shape.join(', ')}] has ${count} elements, and FP32 takes four bytes an element.`);
    // Little-endian in the protocol, as in every machine that Node runs on; copied, as it may lie anywhere.
    return { name, datatype, shape, values: new Float32Array(new Uint8Array(raw).buffer) };
  }
  const list = flat(head, (value) => {
    if (typeof value !== 'number') throw bad(`${name} has data that are no numbers.`);
    return value;
  });
  return { name, datatype, shape, values: Float32Array.from(list) };
}

function outputOf(value: unknown, binaryOutputs: boolean): WantedOutput {
  if (!isObject(value) || typeof value['name'] !== 'string') throw bad('Each output is an object with a name.');
  const { binary_data: binary = binaryOutputs, classification = 0 } = parametersOf(value['parameters'], value['name']);
  if (typeof binary !== 'boolean') throw bad('binary_data is true or false.');
  if (typeof classification !== 'number' || !Number.isInteger(classification) || classification < 0) throw bad('classification is a whole number.');
  return { name: value['name'], binary, classes: classification };
}

function jsonOf(body: Buffer, length: number): Record<string, unknown> {
  if (length > MAX_JSON) throw jsonTooLarge(MAX_JSON);
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8', 0, length));
  } catch (error) {
    throw new Problem('bad-tensor', 'The request is no JSON.', { cause: error });
  }
  if (!isObject(json)) throw bad('The request has no inputs.');
  return json;
}

/**
 * Reads a request of the Open Inference Protocol, with its binary data extension.
 * @param headLength bytes of the JSON where tensors lie behind it (Inference-Header-Content-Length)
 * @param check refuses an input by its name, type and shape, before any element of it is read
 * @throws Problem `bad-tensor`, `upload-too-large`, and what `check` throws
 */
export function readInferRequest(body: Buffer, headLength: number | undefined, check: (head: TensorHead) => void): InferRequest {
  const length = headLength ?? body.length;
  if (!Number.isInteger(length) || length < 0 || length > body.length) throw bad(`Inference-Header-Content-Length is not within the body's ${body.length} bytes.`);
  const json = jsonOf(body, length);
  const { id, inputs, outputs } = json;
  if (!Array.isArray(inputs) || inputs.length === 0) throw bad('The request has no inputs.');
  if (inputs.length !== 1) throw bad(`One input is taken; the request has ${inputs.length}.`);
  if (id !== undefined && typeof id !== 'string') throw bad('The id is a string.');
  if (outputs !== undefined && !Array.isArray(outputs)) throw bad('outputs is a list.');
  const binaryOutputs = parametersOf(json['parameters'], 'the request')['binary_data_output'] === true;
  const head = headOf(inputs[0]);
  const size = head.parameters['binary_data_size'] ?? 0;
  const behind = body.length - length;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > behind) throw bad(`The body does not hold the bytes of ${head.name}.`);
  if (size !== behind) throw bad(`${behind - size} bytes of the body belong to no input.`);
  check(head);
  const input = tensorOf(head, head.parameters['binary_data_size'] === undefined ? undefined : body.subarray(length));
  return { id, input, outputs: outputs?.map((value: unknown) => outputOf(value, binaryOutputs)), binaryOutputs };
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
