import { PickleError, PickleReader, type PickleValue } from '../../src/engine/torch/pickle';

/** float32 weights of a state dict, row-major. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** First number of torch.save's files before the zip format (torch/serialization.py, MAGIC_NUMBER and PROTOCOL_VERSION). */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

interface View {
  readonly storage: string;
  readonly offset: number;
  readonly shape: readonly number[];
  /** In numbers: the weights came from TensorFlow, so some are transposed views. */
  readonly stride: readonly number[];
}

/** `_rebuild_tensor_v2(('storage', FloatStorage, key, 'cpu', count, None), offset, size, stride, ...)`, recorded, not called. */
function viewOf(name: string, value: PickleValue): View | undefined {
  if (typeof value !== 'object' || value === null || !('callee' in value) || value.callee !== 'torch._utils._rebuild_tensor_v2') {
    throw new PickleError(`${name} is no tensor.`);
  }
  const [storage, offset, shape, stride] = value.args;
  if (typeof storage !== 'object' || storage === null || !('persistentId' in storage) || !Array.isArray(storage.persistentId)) {
    throw new PickleError(`${name} has no storage.`);
  }
  const [, type, key] = storage.persistentId;
  // num_batches_tracked, int64: the network does not need it.
  if (typeof type !== 'object' || type === null || !('global' in type) || type.global !== 'torch.FloatStorage') return undefined;
  return { storage: key as string, offset: offset as number, shape: shape as number[], stride: stride as number[] };
}

/** Copies a strided view row by row. */
function gather(name: string, storage: Float32Array | undefined, { offset, shape, stride }: View): Float32Array {
  const count = shape.reduce((n, d) => n * d, 1);
  const furthest = shape.reduce((at, d, i) => at + (d - 1) * stride[i], offset);
  if (!storage || furthest >= storage.length) throw new PickleError(`${name} reaches over the end of its storage.`);
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    values[i] = storage[at];
    for (let d = shape.length - 1; d >= 0; d--) {
      at += stride[d];
      if (++index[d] < shape[d]) break;
      at -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return values;
}

/**
 * Reads a state dict that torch.save wrote before version 1.6 (pickles, then the storages one after another).
 * The pickle is read as data and not executed.
 *
 * @throws PickleError where the file is cut off, damaged or something else
 */
export function readTorchFile(file: Buffer): Map<string, TorchTensor> {
  const pickles = new PickleReader(file);
  if (pickles.read() !== MAGIC || pickles.read() !== PROTOCOL) throw new PickleError("This is no file of torch.save's old format.");
  pickles.read();
  const state = pickles.read();
  const keys = pickles.read();
  if (!(state instanceof Map) || !Array.isArray(keys)) throw new PickleError('The file holds no state dict.');
  const views = new Map<string, View>();
  const floats = new Set<string>();
  for (const [name, value] of state) {
    if (typeof name !== 'string') throw new PickleError('The state dict has a key that is no name.');
    const view = viewOf(name, value);
    if (!view) continue;
    views.set(name, view);
    floats.add(view.storage);
  }
  let at = pickles.offset;
  const storages = new Map<string, Float32Array>();
  for (const key of keys as string[]) {
    const count = at + 8 <= file.length ? Number(file.readBigUInt64LE(at)) : NaN;
    const bytes = count * (floats.has(key) ? 4 : 8);
    if (!(at + 8 + bytes <= file.length)) throw new PickleError('The file is cut off within the weights.');
    if (floats.has(key)) storages.set(key, new Float32Array(new Uint8Array(file.subarray(at + 8, at + 8 + bytes)).buffer));
    at += 8 + bytes;
  }
  if (at !== file.length) throw new PickleError(`${file.length - at} bytes follow the weights: the file is damaged.`);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, view] of views) {
    tensors.set(name, { shape: view.shape, values: gather(name, storages.get(view.storage), view) });
  }
  return tensors;
}
