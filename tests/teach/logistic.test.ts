import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { minimise } from '../../src/teach/shared/lbfgs';
import { balancedWeights, fitLogistic, logisticObjective, predictLogistic, type LabelledRows } from '../../src/teach/shared/logistic';
import { SCRATCH } from '../support/shared';
import { noise } from '../support/weights';

function problem(n: number, width: number, classes: number, seed = 3): LabelledRows {
  const next = noise(seed);
  const rows = new Float64Array(n * width);
  const labels = Array.from({ length: n }, (_, i) => (i + (i >> 2)) % classes);
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) rows[i * width + j] = next() + (j === labels[i] ? 0.8 : 0);
  return { rows, width, labels, classes };
}

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

/** Python with scikit-learn, installed into the tests' own folder at first use. */
function scikitPython(): string | undefined {
  const folder = join(SCRATCH, 'venv-teach');
  const python = join(folder, 'bin/python');
  const works = (): boolean => existsSync(python) && spawnSync(python, ['-c', 'import sklearn']).status === 0;
  if (works()) return python;
  if (spawnSync('python3', ['-m', 'venv', folder]).status === 0) {
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'scikit-learn==1.7.2'], { stdio: 'inherit' });
    if (works()) return python;
  }
  console.warn('\n*** SKIPPED: comparing the regression with scikit-learn needs Python 3 with venv and pip. ***\n');
  return undefined;
}

const python = scikitPython();

describe.skipIf(!python)('against scikit-learn', () => {
  it.each([0.1, 1])('has the same weights with penalty %f', (penalty) => {
    const data = problem(60, 12, 4, 9);
    const script = `
import json, sys, numpy as np
from sklearn.linear_model import LogisticRegression
d = json.load(sys.stdin)
m = LogisticRegression(C=1 / d['penalty'], class_weight='balanced', max_iter=5000, tol=1e-10)
m.fit(np.array(d['rows']).reshape(-1, d['width']), d['labels'])
json.dump({'weights': m.coef_.ravel().tolist(), 'bias': m.intercept_.tolist()}, sys.stdout)`;
    const input = JSON.stringify({ ...data, rows: Array.from(data.rows), penalty });
    const run = spawnSync(python ?? '', ['-c', script], { input, encoding: 'utf8' });
    expect(run.stderr).not.toMatch(/Error/);
    const theirs = JSON.parse(run.stdout) as { weights: number[]; bias: number[] };
    const ours = fitLogistic(data, penalty);
    theirs.weights.forEach((w, i) => expect(ours.weights[i]).toBeCloseTo(w, 3));
    // Softmax only fixes biases up to a number that is the same for all.
    const shift = ours.bias[0] - theirs.bias[0];
    theirs.bias.forEach((b, k) => expect(ours.bias[k] - shift).toBeCloseTo(b, 3));
  });
});
