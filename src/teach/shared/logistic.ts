import { minimise, type Objective } from './lbfgs';

/** Examples in rows. */
export interface LabelledRows {
  /** Shape [n, width]. */
  readonly rows: Float64Array;
  readonly width: number;
  /** Class of each row, 0 to `classes` - 1. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** Scores of a row x are weights x + bias. */
export interface LinearModel {
  readonly classes: number;
  readonly width: number;
  /** Shape [classes, width]. */
  readonly weights: Float64Array;
  /** Shape [classes]. */
  readonly bias: Float64Array;
}

/** How much each row counts so that all classes count alike: n / (classes there x rows of its class), as scikit-learn's `balanced`. */
export function balancedWeights(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const present = counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(labels, (label) => labels.length / (present * counts[label]));
}

/** Writes the softmax of `scores` over itself; @returns the logarithm of the sum of their exponentials */
export function softmaxInPlace(scores: Float64Array): number {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k] - most);
    total += scores[k];
  }
  for (let k = 0; k < scores.length; k++) scores[k] /= total;
  return most + Math.log(total);
}

/**
 * The objective of multinomial logistic regression: sum of weight x negative log likelihood, plus penalty / 2 x the squared
 * weights (not the biases). Parameters: weights [classes, width], then bias [classes].
 */
export function logisticObjective({ rows, width, labels, classes }: LabelledRows, rowWeights: Float64Array, penalty: number): Objective {
  const n = labels.length;
  const scores = new Float64Array(classes);
  return (x, gradient) => {
    gradient.fill(0);
    let value = 0;
    for (let i = 0; i < n; i++) {
      const at = i * width;
      for (let k = 0; k < classes; k++) {
        let sum = x[classes * width + k];
        const w = k * width;
        for (let j = 0; j < width; j++) sum += x[w + j] * rows[at + j];
        scores[k] = sum;
      }
      const own = scores[labels[i]];
      value += rowWeights[i] * (softmaxInPlace(scores) - own);
      for (let k = 0; k < classes; k++) {
        const slope = rowWeights[i] * (scores[k] - (k === labels[i] ? 1 : 0));
        gradient[classes * width + k] += slope;
        const w = k * width;
        for (let j = 0; j < width; j++) gradient[w + j] += slope * rows[at + j];
      }
    }
    for (let j = 0; j < classes * width; j++) {
      value += (penalty / 2) * x[j] * x[j];
      gradient[j] += penalty * x[j];
    }
    return value;
  };
}

/**
 * Multinomial logistic regression with L2 penalty, classes balanced; the same minimum as scikit-learn's
 * `LogisticRegression(C=1 / penalty, class_weight='balanced')` for three classes and more.
 *
 * @param penalty above 0
 * @param start a model to begin from, for example of another penalty
 * @throws RangeError where there are no rows
 */
export function fitLogistic(data: LabelledRows, penalty: number, start?: LinearModel): LinearModel {
  const { width, labels, classes } = data;
  if (labels.length === 0) throw new RangeError('There are no examples to learn from.');
  const x = new Float64Array(classes * width + classes);
  if (start) {
    x.set(start.weights);
    x.set(start.bias, classes * width);
  }
  minimise(logisticObjective(data, balancedWeights(labels, classes), penalty), x, { iterations: 300, tolerance: 1e-5 });
  return { classes, width, weights: x.slice(0, classes * width), bias: x.slice(classes * width) };
}

/**
 * @param row shape [width]
 * @param offset where it begins
 * @returns probabilities, shape [classes]
 */
export function predictLogistic({ classes, width, weights, bias }: LinearModel, row: ArrayLike<number>, offset = 0): Float64Array {
  const scores = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    let sum = bias[k];
    for (let j = 0; j < width; j++) sum += weights[k * width + j] * row[offset + j];
    scores[k] = sum;
  }
  softmaxInPlace(scores);
  return scores;
}
