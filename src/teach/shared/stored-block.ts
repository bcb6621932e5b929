import { floatToHalf, halvesToFloats } from '../../engine/onnx/half';
import { sparseBlock, type BlockExample } from './low-rank';

/** Float32 numbers as float16, whose 11 bits are plenty for activations. */
export function toHalves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, floatToHalf);
}

/** A stored last block as training reads it. */
export function blockExample({ hidden, sum }: { readonly hidden: Uint16Array; readonly sum: Uint16Array }): BlockExample {
  return sparseBlock(halvesToFloats(hidden), halvesToFloats(sum));
}
