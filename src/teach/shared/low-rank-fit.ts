import { unit, type Scaling } from './features';
import { OTHER, type FittedClasses } from './head';
import { balancedWeights, softmaxInPlace } from './logistic';
import { adaptedFeatures, adapterGradient, blockWorkspace, type BlockExample, type BlockShape, type LowRankAdapter } from './low-rank';
import { seeded, shuffle } from './split';

/** What is trained: an adapter, and the regression on the features that it gives. */
export interface LowRankParameters {
  readonly rank: number;
  readonly down: Float64Array;
  readonly up: Float64Array;
  /** Shape [classes, channels]. */
  readonly weights: Float64Array;
  /** Shape [classes]. */
  readonly bias: Float64Array;
}

const NAMES = ['down', 'up', 'weights', 'bias'] as const;

function like(parameters: LowRankParameters): LowRankParameters {
  const { rank, down, up, weights, bias } = parameters;
  const zeros = (a: Float64Array): Float64Array => new Float64Array(a.length);
  return { rank, down: zeros(down), up: zeros(up), weights: zeros(weights), bias: zeros(bias) };
}

/** Examples for an adapter. */
export interface LowRankData {
  readonly blocks: readonly BlockExample[];
  /** Classes, 0 to classes - 1. */
  readonly labels: ArrayLike<number>;
  readonly rowWeights: ArrayLike<number>;
  readonly classes: number;
  readonly scaling: Scaling;
  readonly shape: BlockShape;
}

/**
 * Loss of one example: weight x cross-entropy of softmax(weights row + bias), where row are the adapted features, made unit
 * length, centred and scaled.
 *
 * @param gradient adds the derivatives, where given
 */
export function exampleLoss(
  data: LowRankData,
  i: number,
  parameters: LowRankParameters,
  work = blockWorkspace(data.shape, parameters.rank),
  gradient?: LowRankParameters,
): number {
  const { shape, scaling, classes, labels } = data;
  const { channels } = shape;
  const features = new Float64Array(channels);
  adaptedFeatures(data.blocks[i], parameters, features, shape, work);
  const u = unit(features);
  const scores = Float64Array.from(parameters.bias);
  for (let k = 0; k < classes; k++) {
    for (let j = 0; j < channels; j++) scores[k] += parameters.weights[k * channels + j] * (u[j] - scaling.centre[j]) * scaling.scale;
  }
  const own = scores[labels[i]];
  const loss = data.rowWeights[i] * (softmaxInPlace(scores) - own);
  if (!gradient) return loss;
  const unitSlope = new Float64Array(channels);
  for (let k = 0; k < classes; k++) {
    const slope = data.rowWeights[i] * (scores[k] - (k === labels[i] ? 1 : 0));
    gradient.bias[k] += slope;
    for (let j = 0; j < channels; j++) {
      gradient.weights[k * channels + j] += slope * (u[j] - scaling.centre[j]) * scaling.scale;
      unitSlope[j] += slope * parameters.weights[k * channels + j] * scaling.scale;
    }
  }
  // Through u = f / |f|: df = (du - u (u . du)) / |f|.
  let along = 0;
  let square = 0;
  for (let j = 0; j < channels; j++) {
    along += u[j] * unitSlope[j];
    square += features[j] * features[j];
  }
  const length = Math.sqrt(square);
  for (let j = 0; j < channels; j++) unitSlope[j] = (unitSlope[j] - u[j] * along) / length;
  adapterGradient(data.blocks[i], parameters, unitSlope, gradient, shape, work);
  return loss;
}

export interface LowRankOptions {
  readonly rank: number;
  /** Penalty of the regression, as for the head. */
  readonly penalty: number;
  readonly epochs: number;
  /** Epochs without a better held-out loss after which it ends. */
  readonly patience: number;
  readonly seed?: number;
}

/** Rates of Adam for the adapter and for the regression. */
const RATE = { adapter: 1e-3, head: 1e-2 };
const BATCH = 8;
/** Pull of the adapter towards no change (decoupled, Loshchilov and Hutter 2019). */
const DECAY = 1e-2;
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** `down` random, so that the rank's directions differ, `up` zero, so that the first answer is the network's own (Hu et al. 2021). */
function begin(data: LowRankData, { rank, seed = 1 }: LowRankOptions, head: FittedClasses): LowRankParameters {
  const { channels } = data.shape;
  let square = 0;
  let count = 0;
  for (const { value } of data.blocks) {
    for (const v of value) square += v * v;
    count += data.shape.side ** 2;
  }
  // Values of order 1 behind `down`: nine times the mean squared input of a place go in.
  const spread = Math.sqrt(3 / ((9 * square) / Math.max(1, count)));
  const random = seeded(seed);
  const down = Float64Array.from({ length: channels * 9 * rank }, () => (2 * random() - 1) * spread);
  const model = head.model;
  return {
    rank, down, up: new Float64Array(channels * rank),
    weights: model ? model.weights.slice() : new Float64Array(data.classes * channels),
    bias: model ? model.bias.slice() : new Float64Array(data.classes),
  };
}

function meanLoss(data: LowRankData, chosen: readonly number[], parameters: LowRankParameters): number {
  const work = blockWorkspace(data.shape, parameters.rank);
  let loss = 0;
  let weight = 0;
  for (const i of chosen) {
    loss += exampleLoss(data, i, parameters, work);
    weight += data.rowWeights[i];
  }
  return weight > 0 ? loss / weight : 0;
}

/** An adapter with the epoch at which it was best. */
export interface LowRankResult {
  readonly adapter: LowRankAdapter;
  /** Epochs trained for it; 0 where no change was the best. */
  readonly epochs: number;
}

/**
 * Trains an adapter together with the regression by Adam (Kingma and Ba 2015), in batches, and gives the one with the least
 * loss on held-out examples.
 *
 * @param labels 0 to classes - 1 or OTHER
 * @param learn examples to learn from
 * @param hold examples to stop by; empty to train for exactly `epochs`
 * @param head what was learned on the features of `learn` as they are
 * @yields after each epoch
 */
export function* fitLowRank(
  blocks: readonly BlockExample[],
  labels: ArrayLike<number>,
  learn: readonly number[],
  hold: readonly number[],
  head: FittedClasses,
  shape: BlockShape,
  options: LowRankOptions,
): Generator<void, LowRankResult> {
  const classes = head.things + (head.other ? 1 : 0);
  const own = Array.from(labels, (label) => (label === OTHER ? head.things : label));
  const data: LowRankData = { blocks, labels: own, rowWeights: balancedWeights(own, classes), classes, scaling: head.scaling, shape };
  const parameters = begin(data, options, head);
  const [first, second, gradient] = [like(parameters), like(parameters), like(parameters)];
  const work = blockWorkspace(shape, options.rank);
  const random = seeded((options.seed ?? 1) + 7);
  const snapshot = (): LowRankAdapter => ({ rank: options.rank, down: Float32Array.from(parameters.down), up: Float32Array.from(parameters.up) });
  let best = { loss: meanLoss(data, hold, parameters), adapter: snapshot(), epochs: 0 };
  let steps = 0;
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const order = shuffle([...learn], random);
    for (let at = 0; at < order.length; at += BATCH) {
      const batch = order.slice(at, at + BATCH);
      for (const name of NAMES) gradient[name].fill(0);
      for (const i of batch) exampleLoss(data, i, parameters, work, gradient);
      steps++;
      const correction = Math.sqrt(1 - ADAM.beta2 ** steps) / (1 - ADAM.beta1 ** steps);
      for (const name of NAMES) {
        const [x, g, m, v] = [parameters[name], gradient[name], first[name], second[name]];
        const adapter = name === 'down' || name === 'up';
        const rate = adapter ? RATE.adapter : RATE.head;
        for (let j = 0; j < x.length; j++) {
          const slope = g[j] / batch.length + (name === 'weights' ? (options.penalty * x[j]) / learn.length : 0);
          m[j] = ADAM.beta1 * m[j] + (1 - ADAM.beta1) * slope;
          v[j] = ADAM.beta2 * v[j] + (1 - ADAM.beta2) * slope * slope;
          x[j] -= rate * ((correction * m[j]) / (Math.sqrt(v[j]) + ADAM.epsilon) + (adapter ? DECAY * x[j] : 0));
        }
      }
    }
    if (hold.length === 0) {
      best = { loss: 0, adapter: snapshot(), epochs: epoch };
    } else {
      const loss = meanLoss(data, hold, parameters);
      if (loss < best.loss) best = { loss, adapter: snapshot(), epochs: epoch };
      else if (epoch - best.epochs >= options.patience) break;
    }
    yield;
  }
  return { adapter: best.adapter, epochs: best.epochs };
}
