import { halvesToFloats } from '../../engine/index';
import { sparseBlock, type BlockExample } from './low-rank';

/** A stored last block as training reads it. */
export function blockExample({ hidden, sum }: { readonly hidden: Uint16Array; readonly sum: Uint16Array }): BlockExample {
  return sparseBlock(halvesToFloats(hidden), halvesToFloats(sum));
}
