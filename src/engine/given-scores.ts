import { EngineError } from './engine-error.ts';
import type { ClassifierPorts } from './model.ts';
import { halvesToFloats } from './onnx/half.ts';
import { softmax } from './probabilities.ts';

/** What a runtime gives of an output: onnxruntime's tensors are such. */
export interface GivenTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** Least probability that counts, so that its logarithm is a number: below the least of float16. */
const LEAST_PROBABILITY = 1e-9;

/** What softmax gives the same probabilities of. */
function logarithms(probabilities: Float32Array): Float32Array {
  return probabilities.map((p) => (Number.isNaN(p) ? p : Math.log(Math.max(p, LEAST_PROBABILITY))));
}

/** @throws EngineError where an output has no float numbers */
export function floatsOf({ data, type }: GivenTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  // Float16Array where the runtime has it.
  if (type === 'float16') return data instanceof Uint16Array ? halvesToFloats(data) : Float32Array.from(data as ArrayLike<number>);
  throw new EngineError('model-invalid', `The model gives its scores as ${type}: float32 or float16 is needed.`);
}

/**
 * A classifier's answer as an engine gives it (`EngineOutput.logits`).
 * @throws EngineError where the output is no list of at least two float numbers
 */
export function logitsOf(output: GivenTensor, answers: ClassifierPorts['answers']): Float32Array {
  if (output.dims.filter((d) => d !== 1).length !== 1) {
    throw new EngineError('model-invalid', `The model's output has the shape [${output.dims.join(', ')}]: a list of scores, one for each class, is needed.`);
  }
  const values = floatsOf(output);
  return answers === 'probabilities' || answers === 'independent' ? logarithms(values) : values;
}

/**
 * Scores that are the same whatever has run the network: of one that ends in a softmax, which our own kernels leave off, the logarithms that
 * `logitsOf` gives; of others they are as they were.
 * @param logits of any engine; not changed
 */
export function comparableScores(logits: Float32Array, answers: ClassifierPorts['answers'] | undefined): Float32Array {
  return answers === 'probabilities' ? logarithms(softmax(logits)) : logits;
}
