import type { Precision } from '../model.ts';
import { isQuantised } from '../resnet18/read-int8.ts';
import { OnnxType, type OnnxModel } from './model.ts';

/** Bytes of a tensor below which it is no layer's weights. */
const FEW = 256;

/** What a network's weights are stored as, for the most part. */
export function precisionOf(model: OnnxModel): Precision {
  const { nodes, initializers } = model.graph;
  if (isQuantised(model) || nodes.some(({ op }) => /Integer$|^QLinear/u.test(op))) return 'int8';
  return initializers.some(({ raw, type }) => raw.length > FEW && type === OnnxType.float16) ? 'fp16' : 'fp32';
}
