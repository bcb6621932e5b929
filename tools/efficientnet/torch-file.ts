import { PickleError, PickleReader, type PickleValue } from '../../src/engine/torch/pickle';
import { gather, type StridedView } from '../../src/engine/torch/torch-zip';

/** float32 weights of a state dict, row-major. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** First number of torch.save's files before the zip format (torch/serialization.py, MAGIC_NUMBER and PROTOCOL_VERSION). */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** The weights came from TensorFlow, so some are transposed views. */
interface View extends StridedView {
  readonly storage: string;
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

function floatsOf(name: string, storage: Uint8Array | undefined, view: View): Float32Array {
  const furthest = view.shape.reduce((at, d, i) => at + (d - 1) * view.stride[i], view.offset);
  if (!storage || (furthest + 1) * 4 > storage.length) throw new PickleError(`${name} reaches over the end of its storage.`);
  return new Float32Array(gather(storage, 4, view).buffer);
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
  const storages = new Map<string, Uint8Array>();
  for (const key of keys as string[]) {
    const count = at + 8 <= file.length ? Number(file.readBigUInt64LE(at)) : NaN;
    const bytes = count * (floats.has(key) ? 4 : 8);
    if (!(at + 8 + bytes <= file.length)) throw new PickleError('The file is cut off within the weights.');
    if (floats.has(key)) storages.set(key, file.subarray(at + 8, at + 8 + bytes));
    at += 8 + bytes;
  }
  if (at !== file.length) throw new PickleError(`${file.length - at} bytes follow the weights: the file is damaged.`);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, view] of views) {
    tensors.set(name, { shape: view.shape, values: floatsOf(name, storages.get(view.storage), view) });
  }
  return tensors;
}
