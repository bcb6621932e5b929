import type { ClassifierPorts } from '../model.ts';
import type { Constants } from '../onnx/constants.ts';
import { HANDS_ON, type OnnxNode } from '../onnx/model.ts';
import { UncoveredError } from './layers.ts';

type Makers = ReadonlyMap<string, OnnxNode>;

/**
 * Name of the scores, before the softmax where the answers are probabilities: only there what it gives can be had again of what it reads.
 * @param shifted whether they may all be less or more by one number, which is what a LogSoftmax at the end does
 * @throws UncoveredError where the answers are made probabilities in another way
 */
export function scoresBefore({ scores, answers }: ClassifierPorts, makers: Makers, constants: Constants, shifted = false): string {
  let name = scores;
  let softmax = false;
  const leavesOff = (op: string): boolean => HANDS_ON.includes(op) || (op === 'Softmax' && answers === 'probabilities' && !softmax) || (op === 'LogSoftmax' && shifted);
  for (let node = makers.get(name); node && leavesOff(node.op) && !constants.tensor(node.inputs[0]); node = makers.get(name)) {
    softmax ||= node.op === 'Softmax';
    [name] = node.inputs;
  }
  const node = makers.get(name);
  if (answers === 'probabilities' && !softmax) throw new UncoveredError(node?.op ?? 'Output', 'its answers are probabilities, and not by a Softmax', node?.name);
  return name;
}

/** The nodes that a value is made of. */
export function neededFor(name: string, makers: Makers): ReadonlySet<OnnxNode> {
  const found = new Set<OnnxNode>();
  const open = [name];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const node = makers.get(each);
    if (!node || found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs);
  }
  return found;
}
