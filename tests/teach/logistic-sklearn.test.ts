import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../../src/teach/shared/logistic';
import { imports, venvPython } from '../support/python';
import { problem } from '../support/taught-examples';

/** Python with scikit-learn; undefined, with a loud word, where it cannot be had. */
function scikitPython(): string | undefined {
  const found = venvPython('venv-teach', imports('sklearn'), 'scikit-learn==1.7.2');
  if (found === undefined) console.warn('\n*** SKIPPED: comparing the regression with scikit-learn needs Python 3 with venv and pip. ***\n');
  return found;
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
