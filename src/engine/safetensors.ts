import { EngineError } from './engine-error.ts';
import { halvesToFloats } from './onnx/half.ts';

/** One tensor of a safetensors file. */
export interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The raw little-endian bytes, a view into the file. */
  readonly bytes: Uint8Array;
}

/** Why a file is no safetensors file, in words for the person who chose it. */
export class SafetensorsError extends EngineError {
  override readonly name = 'SafetensorsError';

  constructor(message: string, options?: ErrorOptions) {
    super('model-invalid', message, options);
  }
}

/** A ResNet's header has 10 KB. The format's own limit is 100 MB, which as objects would take more memory than a phone gives a page. */
const MAX_HEADER_BYTES = 8_000_000;

const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ['F64', 8], ['F32', 4], ['F16', 2], ['BF16', 2], ['I64', 8], ['I32', 4], ['I16', 2], ['I8', 1], ['U64', 8], ['U32', 4], ['U16', 2], ['U8', 1], ['BOOL', 1],
]);

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function isHeaderEntry(value: unknown): value is HeaderEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<HeaderEntry>;
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount)
  );
}

/** What the header's length is told to be. */
function headerBytesOf(file: Uint8Array): number {
  return Number(new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true));
}

/** Whether a file begins as a safetensors file does: whatever follows may still be cut off or damaged. */
export function beginsAsSafetensors(file: Uint8Array): boolean {
  if (file.byteLength < 9 || file[8] !== 0x7b) return false;
  const headerBytes = headerBytesOf(file);
  return headerBytes >= 2 && headerBytes <= MAX_HEADER_BYTES;
}

/**
 * Reads a safetensors file: 8 bytes of header length (little endian), a JSON header, then the tensors' bytes
 * (format: github.com/huggingface/safetensors#format). Nothing is copied.
 *
 * @throws SafetensorsError where the file is truncated, has bytes left over, or is something else
 */
export function readSafetensors(file: Uint8Array): Map<string, SafeTensor> {
  if (file.byteLength < 8) throw new SafetensorsError(`The file has only ${file.byteLength} bytes: it is no safetensors file.`);
  const headerBytes = headerBytesOf(file);
  if (!beginsAsSafetensors(file)) {
    throw new SafetensorsError('The file does not begin as a safetensors file does. Choose a .safetensors file.');
  }
  if (8 + headerBytes > file.byteLength) {
    throw new SafetensorsError(
      `The file is cut off: its header wants ${8 + headerBytes} bytes, there are ${file.byteLength}. Fetch it again.`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerBytes)));
  } catch (error) {
    throw new SafetensorsError('The header of the safetensors file cannot be read: the file is damaged. Fetch it again.', {
      cause: error,
    });
  }
  const data = file.subarray(8 + headerBytes);
  const tensors = new Map<string, SafeTensor>();
  const parts: (readonly [from: number, to: number, name: string])[] = [];
  for (const [name, entry] of Object.entries(header as object)) {
    if (name === '__metadata__') continue;
    if (!isHeaderEntry(entry)) throw new SafetensorsError(`The header entry of ${name} is not as the format wants it.`);
    const [from, to] = entry.data_offsets;
    const itemBytes = DTYPE_BYTES.get(entry.dtype);
    if (itemBytes === undefined) throw new SafetensorsError(`${name} has the unknown number type ${entry.dtype}.`);
    const wanted = entry.shape.reduce((n, d) => n * d, itemBytes);
    if (to - from !== wanted) {
      throw new SafetensorsError(`${name} has ${to - from} bytes, its shape [${entry.shape.join(', ')}] wants ${wanted}.`);
    }
    if (to > data.byteLength) {
      throw new SafetensorsError(
        `The file is cut off: ${name} ends at byte ${8 + headerBytes + to}, there are ${file.byteLength}. Fetch it again.`,
      );
    }
    parts.push([from, to, name]);
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, bytes: data.subarray(from, to) });
  }
  checkParts(parts, data.byteLength);
  return tensors;
}

/** Every byte behind the header is of one tensor and of no other, as the format wants it: what lies hidden in a hole, or is read twice, is nobody's weights. */
function checkParts(parts: (readonly [from: number, to: number, name: string])[], bytes: number): void {
  let end = 0;
  for (const [from, to, name] of parts.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from < end) throw new SafetensorsError(`${name} shares ${Math.min(to, end) - from} bytes with another tensor: the file is damaged.`);
    if (from > end) throw new SafetensorsError(`The file has ${from - end} bytes before ${name} that belong to no tensor: it is damaged.`);
    end = to;
  }
  if (end !== bytes) throw new SafetensorsError(`The file has ${bytes - end} bytes that belong to no tensor: it is damaged.`);
}

/**
 * The tensor's numbers as float32: F32 (a copy, aligned), F16, BF16 or F64.
 * @throws SafetensorsError for other number types
 */
export function toFloat32(name: string, tensor: SafeTensor): Float32Array {
  // Not slice(): on a Node Buffer that would be a view.
  const copy = new Uint8Array(tensor.bytes);
  switch (tensor.dtype) {
    case 'F32':
      return new Float32Array(copy.buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(copy.buffer));
    case 'F16':
      return halvesToFloats(new Uint16Array(copy.buffer));
    case 'BF16': {
      const wide = Uint32Array.from(new Uint16Array(copy.buffer), (bits) => bits << 16);
      return new Float32Array(wide.buffer);
    }
    default:
      throw new SafetensorsError(`${name} holds ${tensor.dtype} numbers; weights must be F32, F16, BF16 or F64.`);
  }
}
