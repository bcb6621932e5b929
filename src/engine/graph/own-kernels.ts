import type { ClassifierPorts, OwnKernels } from '../model.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { RESNET18_FEATURES, type FoldedResNet18 } from '../resnet18/folded.ts';
import { isQuantised, readInt8ResNet18 } from '../resnet18/read-int8.ts';
import { WeightsError } from '../resnet18/weights-error.ts';
import { Arena } from '../simd/arena.ts';
import { UncoveredError, type LayeredNetwork } from './layers.ts';
import { planInt8Graph } from './plan-int8-graph.ts';
import { readInt8Graph } from './read-int8-graph.ts';
import { readGraph } from './read-graph.ts';
import { asResNet18 } from './resnet.ts';

/** Operators of integers that are not in QDQ form. */
const INTEGERS = /Integer$|^QLinear/;

/** What a network can be taught by. */
function featuresOf({ shapes, scores, features }: LayeredNetwork, ports: ClassifierPorts | undefined): { readonly features?: number } {
  const given = features ?? (ports?.answers === 'features' ? scores : undefined);
  return given === undefined ? {} : { features: shapes[given].channels };
}

/** ResNet-18 in integers as `npm run model` makes it, which has kernels of its own; fed as it is made for. */
function isInt8ResNet18(model: OnnxModel): boolean {
  try {
    readInt8ResNet18(model);
    return true;
  } catch (error) {
    if (error instanceof WeightsError) return false;
    throw error;
  }
}

/** @throws UncoveredError that says what of a network in QDQ form the kernels do not run in integers */
function int8Kernels(model: OnnxModel, ports: ClassifierPorts | undefined): OwnKernels {
  if ((ports?.size ?? 224) === 224 && ports?.answers !== 'independent' && isInt8ResNet18(model)) return { runs: true, features: RESNET18_FEATURES };
  const graph = readInt8Graph(model, ports);
  planInt8Graph(graph, new Arena(0), 1);
  return { runs: true, ...featuresOf(graph.network, ports) };
}

/**
 * Whether our own kernels run a classifier, in floats or in integers as its file has it, and else what keeps them from it. Nothing is run.
 * @throws OnnxError where the model is no classifier of one picture at all
 */
export function ownKernels(model: OnnxModel, ports?: ClassifierPorts): OwnKernels {
  const integers = model.graph.nodes.find(({ op }) => INTEGERS.test(op));
  if (integers) return { runs: false, operator: integers.op, reason: 'its integers are not in QDQ form' };
  try {
    if (isQuantised(model)) return int8Kernels(model, ports);
    return { runs: true, ...featuresOf(readGraph(model, ports), ports) };
  } catch (error) {
    if (error instanceof UncoveredError) return { runs: false, operator: error.operator, reason: error.reason };
    throw error;
  }
}

/**
 * ResNet-18 with any number of classes, out of a graph that has its structure, batch norms folded or not, with or without a LogSoftmax at its end;
 * undefined for any other network.
 * @throws OnnxError where the model is no classifier of one picture at all
 */
export function resnet18In(model: OnnxModel, ports?: ClassifierPorts): FoldedResNet18 | undefined {
  try {
    return asResNet18(readGraph(model, ports, true));
  } catch (error) {
    if (error instanceof UncoveredError) return undefined;
    throw error;
  }
}
