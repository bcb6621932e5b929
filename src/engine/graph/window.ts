import { intAttribute, intsAttribute, type OnnxNode } from '../onnx/model.ts';
import { UncoveredError, type Shape, type Window } from './layers.ts';

/** Sides of the kernels that there are. */
export const KERNELS = [1, 3, 5, 7];

export function floatAttribute({ attributes }: OnnxNode, name: string, fallback: number): number {
  const value = attributes[name];
  return value?.kind === 'float' ? value.value : fallback;
}

export function stringAttribute({ attributes }: OnnxNode, name: string): string {
  const value = attributes[name];
  return value?.kind === 'string' ? value.value : '';
}

/** The window of a convolution or a pool. @throws UncoveredError where it is none that the kernels know */
export function windowOf(node: OnnxNode, kernel: number, from: Shape, extra: readonly number[]): Window {
  const refuse = (reason: string): never => {
    throw new UncoveredError(node.op, reason, node.name);
  };
  const [stride, strideX = stride] = intsAttribute(node, 'strides') ?? [1];
  if (stride !== strideX || stride < 1) refuse('its strides differ');
  if ((intsAttribute(node, 'dilations') ?? []).some((d) => d !== 1)) refuse('it is dilated');
  if (intAttribute(node, 'ceil_mode', 0) !== 0) refuse('its size is rounded up');
  const auto = stringAttribute(node, 'auto_pad');
  let pads = intsAttribute(node, 'pads') ?? [0, 0, 0, 0];
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const [y, x] = [from.height, from.width].map((side) => Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel - side));
    const first = auto === 'SAME_UPPER' ? Math.floor : Math.ceil;
    pads = [first(y / 2), first(x / 2), y - first(y / 2), x - first(x / 2)];
  } else if (auto === 'VALID') pads = [0, 0, 0, 0];
  if (pads.some((p) => p < 0)) refuse('its padding is below zero');
  const [padTop, padLeft, padBottom, padRight] = pads.map((p, i) => p + extra[i]);
  return { kernel, stride, padTop, padLeft, padBottom, padRight };
}

export function outputShape({ kernel, stride, padTop, padLeft, padBottom, padRight }: Window, from: Shape, channels: number): Shape {
  const side = (length: number, pads: number): number => Math.floor((length + pads - kernel) / stride) + 1;
  return { channels, width: side(from.width, padLeft + padRight), height: side(from.height, padTop + padBottom) };
}
