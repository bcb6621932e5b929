import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../../src/teach/shared/logistic';
import { SCRATCH } from '../support/shared';
import { problem } from '../support/taught-examples';

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
