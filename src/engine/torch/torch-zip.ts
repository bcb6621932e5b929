import type { SafeTensor } from '../safetensors.ts';
import { PickleError, PickleReader, type PickleValue } from './pickle.ts';

// Record signatures and offsets: PKWARE APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL_ENTRY = 0x04034b50;
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
/** A comment may follow the end of the directory. */
const MOST_COMMENT = 65_535;

/** Number types of torch's storages by safetensors' names, with bytes each. */
const STORAGES: Readonly<Record<string, readonly [dtype: string, bytes: number] | undefined>> = {
  FloatStorage: ['F32', 4], DoubleStorage: ['F64', 8], HalfStorage: ['F16', 2], BFloat16Storage: ['BF16', 2],
  LongStorage: ['I64', 8], IntStorage: ['I32', 4], ShortStorage: ['I16', 2], CharStorage: ['I8', 1], ByteStorage: ['U8', 1], BoolStorage: ['BOOL', 1],
};

/** Where a state dict may lie in what was saved, the likeliest first. */
const PLACES = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'network', 'weights', 'module'];

/** Whether a file begins as a zip does: torch.save writes one since version 1.6. */
export function isZip(file: Uint8Array): boolean {
  return file.length > 4 && new DataView(file.buffer, file.byteOffset, 4).getUint32(0, true) === LOCAL_ENTRY;
}

/** What other files of PyTorch's are that look like this one, by an entry of theirs. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(code\/|constants\.pkl$)/, 'a program of TorchScript'],
  [/(^|\/)archive_format$/, 'a program of torch.export'],
];

/** @throws PickleError where an entry is one of a file that holds a program */
function refuseProgram(name: string): void {
  const other = OTHERS.find(([entry]) => entry.test(name));
  if (other) throw new PickleError(`The file holds ${other[1]}, which cannot be run here. Export the network as ONNX, or save its state dict with torch.save(model.state_dict(), ...).`);
}

const isPickle = (name: string): boolean => /(^|\/)data\.pkl$/.test(name);

/** The stored entries of a zip of torch.save's, which packs nothing closer. Views into the file. */
function entriesOf(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const entries = new Map<string, Uint8Array>();
  const names: string[] = [];
  let packed: string | undefined;
  try {
    let end = file.length - END_BYTES;
    const first = Math.max(0, end - MOST_COMMENT);
    while (end >= first && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
    if (end < first) throw new PickleError('The file is cut off: its directory is missing. Fetch it again.');
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    for (let i = 0; i < count; i++) {
      if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new PickleError('The directory of the file is damaged. Fetch it again.');
      const bytes = view.getUint32(at + 20, true);
      const nameBytes = view.getUint16(at + 28, true);
      const local = view.getUint32(at + 42, true);
      const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameBytes));
      refuseProgram(name);
      names.push(name);
      if (view.getUint16(at + 10, true) !== 0) packed ??= name;
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      if (start + bytes > file.length) throw new PickleError('The file is cut off within the weights. Fetch it again.');
      entries.set(name, file.subarray(start, start + bytes));
      at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new PickleError('The file is cut off or damaged. Fetch it again.', { cause: error });
    throw error;
  }
  if (!names.some(isPickle)) throw new PickleError('The file is a zip, but none of torch.save: it has no data.pkl. If a model was packed into it, unpack it and choose that file.');
  if (packed !== undefined) throw new PickleError(`${packed} is compressed, which torch.save does not do. Save the weights anew.`);
  return entries;
}

function called(value: PickleValue): { readonly callee: string; readonly args: readonly PickleValue[] } | undefined {
  return typeof value === 'object' && value !== null && 'callee' in value ? value : undefined;
}

const isTensor = (value: PickleValue): boolean => /^torch\._utils\._rebuild_(tensor_v2|parameter|tensor_v3)$/.test(called(value)?.callee ?? '');

/** The dictionary that holds tensors, in a checkpoint or by itself. A checkpoint may have tensors beside it: a loss, an accuracy. */
function stateDict(value: PickleValue, depth = 0): ReadonlyMap<PickleValue, PickleValue> | undefined {
  if (!(value instanceof Map)) return undefined;
  for (const place of depth > 2 ? [] : PLACES) {
    const found = stateDict(value.get(place) ?? null, depth + 1);
    if (found) return found;
  }
  return [...value.values()].some(isTensor) ? value : undefined;
}

const isCounts = (value: PickleValue): value is number[] => Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

/** What tensors are made of. */
interface Storages {
  bytes(key: string): Uint8Array | undefined;
  /** Bytes that may still be copied: many tensors may be views of one storage, all together of more bytes than the file has. */
  copies: number;
}

function tensorOf(name: string, value: PickleValue, storages: Storages): SafeTensor {
  const call = called(value);
  // A parameter is a tensor with a flag.
  if (call?.callee === 'torch._utils._rebuild_parameter') return tensorOf(name, call.args[0], storages);
  const [place, offset, shape, stride] = call?.args ?? [];
  const id = typeof place === 'object' && place !== null && 'persistentId' in place && Array.isArray(place.persistentId) ? place.persistentId : [];
  const [, type, key] = id;
  const typeName = typeof type === 'object' && type !== null && 'global' in type ? type.global.replace(/^torch\./, '') : '';
  const kind = STORAGES[typeName];
  if (!kind || typeof key !== 'string' || typeof offset !== 'number' || !isCounts(shape) || !isCounts(stride) || shape.length !== stride.length) {
    throw new PickleError(`${name} is no tensor of a known kind${typeName ? ` (${typeName})` : ''}.`);
  }
  const [dtype, width] = kind;
  const bytes = storages.bytes(key);
  if (!bytes) throw new PickleError(`The file lacks the numbers of ${name}.`);
  const count = shape.reduce((n, d) => n * d, 1);
  const furthest = shape.reduce((at, d, i) => at + Math.max(0, d - 1) * stride[i], offset);
  // More numbers than are stored: a view that repeats them, which no weights are.
  if (count * width > bytes.length || (furthest + 1) * width > bytes.length) throw new PickleError(`${name} reaches over the end of its numbers: the file is damaged.`);
  if (isDense(shape, stride)) return { dtype, shape, bytes: bytes.subarray(offset * width, (offset + count) * width) };
  storages.copies -= count * width;
  if (storages.copies < 0) throw new PickleError(`${name} and others are views of the same numbers, of more bytes than the file has. Save each tensor on its own (tensor.contiguous()).`);
  return { dtype, shape, bytes: gather(bytes, width, { offset, shape, stride }) };
}

function isDense(shape: readonly number[], stride: readonly number[]): boolean {
  let wanted = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && stride[d] !== wanted) return false;
    wanted *= shape[d];
  }
  return true;
}

/** A tensor in a storage, in numbers. */
export interface StridedView {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** Copies a tensor whose numbers lie in another order: channels last, or transposed. @param width bytes of a number */
export function gather(bytes: Uint8Array, width: number, { offset, shape, stride }: StridedView): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((n, d) => n * d, 1);
  const out = new Uint8Array(count * width);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < width; b++) out[i * width + b] = bytes[at * width + b];
    for (let d = shape.length - 1; d >= 0; d--) {
      at += stride[d];
      if (++index[d] < shape[d]) break;
      at -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}

/**
 * Reads the state dict of a .pt or .pth file that torch.save wrote (its zip format, since version 1.6): tensors and containers alone. The
 * pickle in it is read as data: nothing of it is run.
 *
 * @throws PickleError where the file is cut off, damaged, or holds no state dict
 */
export function readTorchZip(file: Uint8Array): Map<string, SafeTensor> {
  if (!isZip(file)) {
    throw new PickleError("The file is no file of torch.save's zip format: of before version 1.6, or something else. Load it with PyTorch and save its state dict anew.");
  }
  const entries = entriesOf(file);
  const [name, bytes] = [...entries].find(([entry]) => isPickle(entry)) ?? ['', new Uint8Array(0)];
  const folder = name.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`)) throw new PickleError('This is a TorchScript file: save the state dict instead (torch.save(model.state_dict(), ...)), or export the model as ONNX.');
  if (new TextDecoder().decode(entries.get(`${folder}byteorder`) ?? new Uint8Array(0)) === 'big') throw new PickleError('The numbers of the file are big-endian. Save it on another machine.');
  const value = new PickleReader(bytes).read();
  const state = stateDict(value);
  if (!state) {
    throw new PickleError(
      value instanceof Map
        ? 'The file holds no state dict of tensors. Save it with torch.save(model.state_dict(), ...).'
        : 'The file holds a whole model as Python objects, which are not run here. Save its state dict with torch.save(model.state_dict(), ...), or export it as ONNX.',
    );
  }
  const tensors = new Map<string, SafeTensor>();
  const storages: Storages = { bytes: (key) => entries.get(`${folder}data/${key}`), copies: file.length };
  for (const [key, entry] of state) {
    if (typeof key !== 'string' || !isTensor(entry)) continue;
    tensors.set(key, tensorOf(key, entry, storages));
  }
  return tensors;
}
