import type { ClassifierPorts } from './model.ts';

/** One class with its probability. */
export interface Prediction {
  /** Class index, 0 to 999 for ImageNet-1k; 1000 and more for taught classes. */
  readonly index: number;
  /** Name of a taught class, or of a class of a person's own network; undefined for ImageNet's. */
  readonly name?: string;
  /** Whether `name` is one of the network's own classes, not a taught one. */
  readonly ofNetwork?: true;
  /** Probability, 0..1. */
  readonly probability: number;
}

/**
 * Softmax, shifted by the maximum so that it cannot overflow.
 *
 * @param logits scores, shape [n], n at least 1
 * @param out receives the probabilities, shape [n]; may be `logits` itself
 * @returns `out`
 * @throws RangeError where there are no scores, or one is not a finite number
 */
export function softmax(logits: Float32Array, out: Float32Array = new Float32Array(logits.length)): Float32Array {
  if (logits.length === 0) throw new RangeError('There are no scores to turn into probabilities.');
  let max = -Infinity;
  for (const logit of logits) {
    if (!Number.isFinite(logit)) throw new RangeError(`The network gave ${logit} as a score: its weights or input are broken.`);
    if (logit > max) max = logit;
  }
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const e = Math.exp(logits[i] - max);
    out[i] = e;
    total += e;
  }
  for (let i = 0; i < logits.length; i++) out[i] /= total;
  return out;
}

/** Whether each class has a probability of its own, so that several may be right at once. */
export function isIndependent(answers: ClassifierPorts['answers'] | undefined): boolean {
  return answers === 'independent' || answers === 'independent-scores';
}

/**
 * Probabilities of an engine's answer: its softmax, or where each class has one of its own its sigmoid, or the numbers whose logarithms they are.
 *
 * @param answers of the network's ports
 * @param out receives them; may be `logits` itself
 * @returns `out`
 * @throws RangeError as {@link softmax} does
 */
export function probabilitiesOf(logits: Float32Array, answers: ClassifierPorts['answers'] | undefined, out: Float32Array = new Float32Array(logits.length)): Float32Array {
  if (!isIndependent(answers)) return softmax(logits, out);
  for (let i = 0; i < logits.length; i++) {
    if (!Number.isFinite(logits[i])) throw new RangeError(`The network gave ${logits[i]} as a score: its weights or input are broken.`);
    out[i] = answers === 'independent' ? Math.min(1, Math.exp(logits[i])) : 1 / (1 + Math.exp(-logits[i]));
  }
  return out;
}

/**
 * The `k` most probable classes, most probable first; ties go to the lower index.
 *
 * @param probabilities shape [n]
 * @param k 1 or more; more than n gives n
 */
export function topK(probabilities: ArrayLike<number>, k: number): Prediction[] {
  const best: { index: number; probability: number }[] = [];
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index];
    if (best.length === k && probability <= best[k - 1].probability) continue;
    let at = best.length;
    while (at > 0 && best[at - 1].probability < probability) at--;
    best.splice(at, 0, { index, probability });
    if (best.length > k) best.pop();
  }
  return best;
}
