import type { ClassifierPorts } from './model.ts';
import { floatToHalf } from './onnx/half.ts';

/** What a network reads its picture from, in the layout, colours and numbers that it wants; of no runtime's own kind. */
export class FedInput {
  readonly dims: readonly number[];
  /** What is to be fed; the engine's input itself where nothing has to be changed. */
  readonly values: Float32Array | Uint16Array | Uint8Array;
  /** Takes over what the engine's input holds now. */
  readonly fill: () => void;

  /** @param input float32 NCHW [1, 3, size, size], red first, as a preprocessor writes it */
  constructor(input: Float32Array, { layout, numbers, size, colours }: ClassifierPorts) {
    this.dims = layout === 'nchw' ? [1, 3, size, size] : [1, size, size, 3];
    const values = numbers === 'float32' ? (layout === 'nchw' && colours !== 'bgr' ? input : new Float32Array(input.length))
      : numbers === 'float16' ? new Uint16Array(input.length) : new Uint8Array(input.length);
    this.values = values;
    const convert = numbers === 'float16' ? floatToHalf : numbers === 'uint8' ? (v: number): number => Math.min(255, Math.max(0, Math.round(v))) : (v: number): number => v;
    const plane = size * size;
    this.fill = (): void => {
      if (values === input) return;
      for (let c = 0; c < 3; c++) {
        const to = colours === 'bgr' ? 2 - c : c;
        for (let i = 0; i < plane; i++) values[layout === 'nchw' ? to * plane + i : 3 * i + to] = convert(input[c * plane + i]);
      }
    };
  }
}
