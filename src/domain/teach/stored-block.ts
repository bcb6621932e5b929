import { floatToHalf, halfToFloat } from '../onnx/half';
import { sparseBlock, type BlockExample } from './low-rank';

let floats: Float32Array | undefined;

/** All 65536 numbers that 16 bits can be: looking them up is quicker than converting 50 000 an example. */
function halfTable(): Float32Array {
  floats ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  return floats;
}

/** Float32 numbers as float16, whose 11 bits are plenty for activations. */
export function toHalves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, floatToHalf);
}

/** A stored last block as training reads it. */
export function blockExample({ hidden, sum }: { readonly hidden: Uint16Array; readonly sum: Uint16Array }): BlockExample {
  const table = halfTable();
  return sparseBlock(Float32Array.from(hidden, (h) => table[h]), Float32Array.from(sum, (h) => table[h]));
}
