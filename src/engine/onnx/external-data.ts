import { OnnxError } from './model.ts';

/** A piece of a protocol buffer message: a field's number, wire type and payload, and where it stands. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly from: number;
  /** Where the payload begins; for numbers, where they do. */
  readonly body: number;
  readonly to: number;
}

/** Bytes of a message that is put together anew: what stays as it was are views into the file. */
type Pieces = readonly Uint8Array[];

/** The file of a name; undefined where it was not given. */
type FileOf = (location: string) => Uint8Array | undefined;

const LENGTH_DELIMITED = 2;

const damaged = (cause?: unknown): OnnxError => new OnnxError('The file is no ONNX model, or it is damaged. Choose an .onnx file or fetch it again.', { cause });

/** Walks the fields of a message (protocol buffers' encoding, "Message Structure"). */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      if (at >= bytes.length) throw damaged();
      const byte = bytes[at++];
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const from = at;
    const tag = varint();
    const wire = tag % 8;
    let body = at;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === LENGTH_DELIMITED) {
      const length = varint();
      body = at;
      at += length;
    } else throw damaged();
    if (at > bytes.length) throw new OnnxError('The ONNX file is cut off. Fetch it again.');
    yield { number: Math.floor(tag / 8), wire, from, body, to: at };
  }
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

const lengthOf = (pieces: Pieces): number => pieces.reduce((n, piece) => n + piece.length, 0);

/** A length-delimited field around pieces. */
const wrapped = (number: number, pieces: Pieces): Pieces => [Uint8Array.from([...varintBytes(number * 8 + LENGTH_DELIMITED), ...varintBytes(lengthOf(pieces))]), ...pieces];

/** Puts some fields of a message anew; undefined where none of them is changed. */
function changed(bytes: Uint8Array, change: (field: Field, payload: () => Uint8Array) => Pieces | undefined): Pieces | undefined {
  const pieces: Uint8Array[] = [];
  let kept = 0;
  for (const field of fieldsOf(bytes)) {
    const found = change(field, () => bytes.subarray(field.body, field.to));
    if (!found) continue;
    pieces.push(bytes.subarray(kept, field.from), ...found);
    kept = field.to;
  }
  return kept === 0 ? undefined : [...pieces, bytes.subarray(kept)];
}

/** Changes what messages stand in the fields of some numbers. */
const within = (bytes: Uint8Array, inner: Readonly<Record<number, ((bytes: Uint8Array) => Pieces | undefined) | undefined>>): Pieces | undefined =>
  changed(bytes, ({ number, wire }, payload) => {
    const found = wire === LENGTH_DELIMITED ? inner[number]?.(payload()) : undefined;
    return found && wrapped(number, found);
  });

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
}

/** Where a tensor's numbers lie (onnx.proto, TensorProto: 13 is external_data, 14 data_location); undefined where they are in it. */
function placeOf(tensor: Uint8Array): { readonly name: string; readonly place: Place | undefined } {
  const entries = new Map<string, string>();
  let name = '';
  let external = false;
  for (const { number, body, to } of fieldsOf(tensor)) {
    if (number === 8) name = textOf(tensor.subarray(body, to));
    else if (number === 14) external = tensor[body] === 1;
    else if (number === 13) {
      const parts = new Map<number, string>();
      const entry = tensor.subarray(body, to);
      for (const part of fieldsOf(entry)) parts.set(part.number, textOf(entry.subarray(part.body, part.to)));
      entries.set(parts.get(1) ?? '', parts.get(2) ?? '');
    }
  }
  if (!external) return { name, place: undefined };
  const length = entries.get('length');
  return { name, place: { location: entries.get('location') ?? '', offset: Number(entries.get('offset') ?? 0), length: length === undefined ? undefined : Number(length) } };
}

/** The tensor with its numbers in it (9 is raw_data). */
function filledTensor(tensor: Uint8Array, fileOf: FileOf): Pieces | undefined {
  const { name, place } = placeOf(tensor);
  if (!place) return undefined;
  const { location, offset, length } = place;
  const file = fileOf(lastPart(location));
  if (!file) return undefined;
  const end = length === undefined ? file.length : offset + length;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(end) || offset < 0 || end < offset || end > file.length) {
    throw new OnnxError(`The weights ${name} end at byte ${end} of ${location}, which has ${file.length}: it is cut off, or belongs to another model. Fetch it again.`);
  }
  const rest: Uint8Array[] = [];
  for (const field of fieldsOf(tensor)) if (![9, 13, 14].includes(field.number)) rest.push(tensor.subarray(field.from, field.to));
  return [...rest, ...wrapped(9, [file.subarray(offset, end)])];
}

// Numbers of the fields that hold tensors or graphs (onnx.proto): graph 7 and functions 25 of the model; nodes 1 and initializers 5 of a
// graph; nodes 7 of a function; attributes 5 of a node; tensor 5, graph 6, tensors 10 and graphs 11 of an attribute.
function filledModel(model: Uint8Array, fileOf: FileOf): Pieces | undefined {
  const tensor = (bytes: Uint8Array): Pieces | undefined => filledTensor(bytes, fileOf);
  const attribute = (bytes: Uint8Array): Pieces | undefined => within(bytes, { 5: tensor, 6: graph, 10: tensor, 11: graph });
  const node = (bytes: Uint8Array): Pieces | undefined => within(bytes, { 5: attribute });
  const graph = (bytes: Uint8Array): Pieces | undefined => within(bytes, { 1: node, 5: tensor });
  return within(model, { 7: graph, 25: (bytes) => within(bytes, { 7: node }) });
}

const lastPart = (location: string): string => location.split(/[\\/]/u).at(-1) ?? location;

/** Names, without folders, of the files beside an .onnx file that hold its weights ("external data"). @throws OnnxError where it is damaged */
export function externalFiles(model: Uint8Array): readonly string[] {
  const names = new Set<string>();
  filledModel(model, (name) => void names.add(name));
  return [...names];
}

/**
 * One file of an ONNX model whose weights lie in others beside it, as torch.onnx.export and Optimum write it.
 *
 * @param model bytes of the .onnx file
 * @param beside the files that were given with it, by name without folders
 * @returns `model` itself where all lies in it
 * @throws OnnxError that names the files which are missing, or one that is too short, or where it would have more bytes than all files
 */
export function withExternalData(model: Uint8Array<ArrayBuffer>, beside: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const missing = externalFiles(model).filter((name) => !beside.has(name));
  if (missing.length > 0) {
    const [them, where] = missing.length === 1 ? ['it', 'another file'] : ['them', 'other files'];
    const names = missing.length > 3 ? `${missing.slice(0, 3).join(', ')} and ${missing.length - 3} more` : missing.join(', ');
    throw new OnnxError(`The model's weights lie in ${where}, ${names}: choose or drop ${them} together with the .onnx file.`);
  }
  const pieces = filledModel(model, (name) => beside.get(name));
  if (!pieces) return model;
  const bytes = lengthOf(pieces);
  // Weights that share their bytes in the file have bytes of their own each in what is put together: a small file could ask for any size.
  const given = [...beside.values()].reduce((sum, { length }) => sum + length, model.length);
  if (bytes > given) throw new OnnxError(`The model names the same bytes of ${[...beside.keys()].join(', ')} more than once: it would have ${bytes} bytes, and its files have ${given}. Export it anew.`);
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
