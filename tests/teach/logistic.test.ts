import { describe, expect, it } from 'vitest';
import { minimise } from '../../src/teach/shared/lbfgs';
import { balancedWeights, fitLogistic, logisticObjective, predictLogistic } from '../../src/teach/shared/logistic';
import { problem } from '../support/taught-examples';
import { noise } from '../support/weights';

describe('minimise', () => {
  it('finds the minimum of Rosenbrock\'s function', () => {
    const x = Float64Array.from([-1.2, 1]);
    const value = minimise(([a, b], g) => {
      g[0] = -400 * a * (b - a * a) - 2 * (1 - a);
      g[1] = 200 * (b - a * a);
      return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    }, x, { iterations: 500, tolerance: 1e-9 });
    expect(value).toBeLessThan(1e-15);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 6);
  });

  it('stays where it is at a minimum', () => {
    const x = Float64Array.from([2]);
    expect(minimise(([a], g) => { g[0] = 2 * (a - 2); return (a - 2) ** 2; }, x)).toBe(0);
    expect(x[0]).toBe(2);
  });
});

describe('logistic regression', () => {
  it('weighs classes as scikit-learn does', () => {
    // n / (classes x count): 6 / (2 x 4) and 6 / (2 x 2).
    expect(Array.from(balancedWeights([0, 0, 0, 0, 1, 1], 2))).toEqual([0.75, 0.75, 0.75, 0.75, 1.5, 1.5]);
    // A class of which nothing is here counts for nothing.
    expect(Array.from(balancedWeights([0, 2], 3))).toEqual([1, 1]);
  });

  it('has the gradient that finite differences give', () => {
    const data = problem(9, 4, 3);
    const objective = logisticObjective(data, balancedWeights(data.labels, 3), 0.7);
    const next = noise(5);
    const x = Float64Array.from({ length: 15 }, next);
    const gradient = new Float64Array(15);
    objective(x, gradient);
    for (let j = 0; j < 15; j++) {
      const at = (d: number): number => objective(x.map((v, i) => (i === j ? v + d : v)), new Float64Array(15));
      expect(gradient[j]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
    }
  });

  it('solves one row a class of one feature as computed by hand', () => {
    // Rows +1 and -1: by symmetry w0 = -w1 = w, bias 0. Stationary where 2 (1 - p) = 2 penalty w / 1 with p = 1 / (1 + e^-2w):
    // each row pulls weight 0 by (1 - p), two rows, and the penalty pulls by penalty x w.
    const model = fitLogistic({ rows: Float64Array.from([1, -1]), width: 1, labels: [0, 1], classes: 2 }, 0.5);
    const w = model.weights[0];
    expect(model.weights[1]).toBeCloseTo(-w, 6);
    expect(model.bias[0]).toBeCloseTo(model.bias[1], 6);
    expect(2 * (1 - 1 / (1 + Math.exp(-2 * w)))).toBeCloseTo(0.5 * w, 5);
    expect(predictLogistic(model, [1])[0]).toBeCloseTo(1 / (1 + Math.exp(-2 * w)), 6);
  });

  it('needs rows', () => {
    expect(() => fitLogistic({ rows: new Float64Array(), width: 2, labels: [], classes: 2 }, 1)).toThrow(/no examples/);
  });

  it('comes to the same minimum from another start', () => {
    const data = problem(30, 6, 4);
    const plain = fitLogistic(data, 0.1);
    const warm = fitLogistic(data, 0.1, fitLogistic(data, 3));
    warm.weights.forEach((w, i) => expect(w).toBeCloseTo(plain.weights[i], 4));
  });
});
