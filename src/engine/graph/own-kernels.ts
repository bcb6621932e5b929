import type { ClassifierPorts, OwnKernels } from '../model.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { isQuantised } from '../resnet18/read-int8.ts';
import { UncoveredError } from './layers.ts';
import { readGraph } from './read-graph.ts';
import { asResNet18 } from './resnet.ts';
import type { FoldedResNet18 } from '../resnet18/folded.ts';

/** Operators of integers that are not in QDQ form. */
const INTEGERS = /Integer$|^QLinear/;

/**
 * Whether our own kernels run a classifier in floats, and else what keeps them from it. Nothing is run.
 * @throws OnnxError where the model is no classifier of one picture at all
 */
export function ownKernels(model: OnnxModel, ports?: ClassifierPorts): OwnKernels {
  const integers = model.graph.nodes.find(({ op }) => INTEGERS.test(op));
  if (integers ?? isQuantised(model)) return { runs: false, operator: integers?.op ?? 'QuantizeLinear', reason: 'its int8 is not of this app\'s own making' };
  try {
    const { shapes, scores, features = ports?.answers === 'features' ? scores : undefined } = readGraph(model, ports);
    return { runs: true, ...(features === undefined ? {} : { features: shapes[features].channels }) };
  } catch (error) {
    if (error instanceof UncoveredError) return { runs: false, operator: error.operator, reason: error.reason };
    throw error;
  }
}

/**
 * ResNet-18 with any number of classes, out of a graph that has its structure, batch norms folded or not; undefined for any other network.
 * @throws OnnxError where the model is no classifier of one picture at all
 */
export function resnet18In(model: OnnxModel, ports?: ClassifierPorts): FoldedResNet18 | undefined {
  try {
    return asResNet18(readGraph(model, ports));
  } catch (error) {
    if (error instanceof UncoveredError) return undefined;
    throw error;
  }
}
