/** A function to be minimised: writes its gradient at `x` into `gradient` and gives its value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Iterations at most. */
  readonly iterations?: number;
  /** Ends where no part of the gradient is larger. */
  readonly tolerance?: number;
}

/** Pairs of steps and gradient changes that are kept. */
const MEMORY = 10;
/** Armijo's condition: the share of the fall which the slope promises that a step must keep. */
const SUFFICIENT = 1e-4;
const HALVINGS = 40;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step . change) */
  readonly rho: number;
}

/** The two-loop recursion (Nocedal and Wright, Numerical Optimization, algorithm 7.4): minus the inverse Hessian times the gradient. */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, rho } = pairs[i];
    const alpha = rho * dot(step, q);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j++) q[j] -= alpha * change[j];
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.change, last.change)) : 1 / Math.max(1, Math.sqrt(dot(gradient, gradient)));
  for (let j = 0; j < q.length; j++) q[j] *= scale;
  for (let i = 0; i < pairs.length; i++) {
    const { step, change, rho } = pairs[i];
    const beta = rho * dot(change, q);
    for (let j = 0; j < q.length; j++) q[j] += (alphas[i] - beta) * step[j];
  }
  return q;
}

/**
 * Minimises a smooth function by L-BFGS with a backtracking line search; deterministic.
 *
 * @param x the start; overwritten with the minimum
 * @returns the value there
 */
export function minimise(objective: Objective, x: Float64Array, { iterations = 200, tolerance = 1e-6 }: MinimiseOptions = {}): number {
  const gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  for (let i = 0; i < iterations; i++) {
    if (gradient.every((g) => Math.abs(g) <= tolerance)) break;
    let way = direction(gradient, pairs);
    let slope = dot(way, gradient);
    if (!(slope < 0)) {
      // Rounding has spoilt the memory: go straight down.
      pairs.length = 0;
      way = direction(gradient, pairs);
      slope = dot(way, gradient);
    }
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let length = 1;
    let nextValue = Infinity;
    for (let h = 0; h < HALVINGS; h++, length /= 2) {
      for (let j = 0; j < x.length; j++) next[j] = x[j] + length * way[j];
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + SUFFICIENT * length * slope) break;
    }
    if (!(nextValue < value)) break;
    const step = next.map((v, j) => v - x[j]);
    const change = nextGradient.map((g, j) => g - gradient[j]);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.push({ step, change, rho: 1 / curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    x.set(next);
    gradient.set(nextGradient);
    value = nextValue;
  }
  return value;
}
