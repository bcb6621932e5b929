import type { Range } from './range';

/** How activations are stored. */
export type ActivationScheme =
  /** uint8 with a zero point: 256 steps over the range, and a ReLU is a range that begins at zero. */
  | 'uint8'
  /** int8 around zero, -127 to 127: after a ReLU only 128 of them are used. */
  | 'int8';

/** real = scale * (integer - zeroPoint): ONNX's DequantizeLinear. */
export interface QuantisationParameters {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Smallest scale: a tensor that is always zero still needs one to divide by. */
const LEAST_SCALE = 2 ** -24;

/** Integers above the lowest that a scheme has for a range. */
export function levelsOf(scheme: ActivationScheme): number {
  return scheme === 'uint8' ? 255 : 127;
}

/**
 * Scale and zero point of an activation; scales are rounded to float32, as they are stored.
 * The formulas are those of ONNX's DynamicQuantizeLinear (uint8) and of symmetric quantisation (int8).
 */
export function activationParameters({ low, high }: Range, scheme: ActivationScheme): QuantisationParameters {
  if (scheme === 'int8') {
    return { scale: Math.fround(Math.max(-low, high, LEAST_SCALE * 127) / 127), zeroPoint: 0 };
  }
  const scale = Math.fround(Math.max(high - low, LEAST_SCALE * 255) / 255);
  return { scale, zeroPoint: Math.min(255, Math.max(0, roundHalfEven(-low / scale))) };
}

/** Nearest whole number, ties to the even one, as ONNX's QuantizeLinear rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
