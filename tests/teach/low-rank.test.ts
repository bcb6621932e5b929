import { describe, expect, it } from 'vitest';
import { scalingOf, unit } from '../../src/teach/shared/features';
import { fitClasses } from '../../src/teach/shared/head';
import { adaptedFeatures, sparseBlock, type BlockExample, type BlockShape, type LowRankAdapter } from '../../src/teach/shared/low-rank';
import { exampleLoss, fitLowRank, type LowRankData, type LowRankParameters } from '../../src/teach/shared/low-rank-fit';
import { noise } from '../support/weights';

const SHAPE: BlockShape = { channels: 6, side: 4 };
const AREA = 16;
const RANK = 2;

function block(seed: number): { hidden: number[]; example: BlockExample } {
  const next = noise(seed);
  const hidden = Array.from({ length: 6 * AREA }, () => Math.max(0, next()));
  const sum = Float32Array.from({ length: 6 * AREA }, () => next() + 0.3);
  return { hidden, example: sparseBlock(hidden, sum) };
}

/** Features by the definition of a convolution with the kernel W + up x down, where W's share is already in `sum`. */
function byTheBook(hidden: readonly number[], sum: Float32Array, { down, up, rank }: LowRankAdapter): number[] {
  return Array.from({ length: 6 }, (_, o) => {
    let total = 0;
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        let value = sum[o * AREA + y * 4 + x];
        for (let i = 0; i < 6; i++) {
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const [iy, ix] = [y + ky - 1, x + kx - 1];
              if (iy < 0 || iy > 3 || ix < 0 || ix > 3) continue;
              let kernel = 0;
              for (let k = 0; k < rank; k++) kernel += up[o * rank + k] * down[(i * 9 + ky * 3 + kx) * rank + k];
              value += kernel * hidden[i * AREA + iy * 4 + ix];
            }
          }
        }
        total += Math.max(0, value);
      }
    }
    return total / AREA;
  });
}

function adapter(seed: number): LowRankAdapter {
  const next = noise(seed);
  return { rank: RANK, down: Float64Array.from({ length: 6 * 9 * RANK }, next), up: Float64Array.from({ length: 6 * RANK }, () => next() * 0.3) };
}

describe('low-rank adapter', () => {
  it('gives the features of the convolution with W + up x down', () => {
    const { hidden, example } = block(1);
    const out = new Float64Array(6);
    adaptedFeatures(example, adapter(2), out, SHAPE);
    byTheBook(hidden, example.sum, adapter(2)).forEach((f, o) => expect(out[o]).toBeCloseTo(f, 6));
  });

  it('changes nothing where up is zero', () => {
    const { example } = block(3);
    const out = new Float64Array(6);
    adaptedFeatures(example, { ...adapter(2), up: new Float64Array(6 * RANK) }, out, SHAPE);
    for (let o = 0; o < 6; o++) {
      const own = example.sum.subarray(o * AREA, (o + 1) * AREA).reduce((a, v) => a + Math.max(0, v), 0) / AREA;
      expect(out[o]).toBeCloseTo(own, 6);
    }
  });

  it('has the gradient that finite differences give, in every parameter', () => {
    const blocks = [1, 2, 3, 4].map((s) => block(s).example);
    const units = blocks.map((b) => {
      const f = new Float64Array(6);
      adaptedFeatures(b, { ...adapter(2), up: new Float64Array(6 * RANK) }, f, SHAPE);
      return unit(f);
    });
    const data: LowRankData = { blocks, labels: [0, 1, 2, 1], rowWeights: [1, 0.5, 2, 0.5], classes: 3, scaling: scalingOf(units, 6), shape: SHAPE };
    const next = noise(8);
    const { down, up } = adapter(5);
    const parameters: LowRankParameters = {
      rank: RANK, down: Float64Array.from(down), up: Float64Array.from(up),
      weights: Float64Array.from({ length: 18 }, next), bias: Float64Array.from({ length: 3 }, next),
    };
    const zeros = (n: number): Float64Array => new Float64Array(n);
    const gradient = { rank: RANK, down: zeros(down.length), up: zeros(up.length), weights: zeros(18), bias: zeros(3) };
    for (let i = 0; i < 4; i++) exampleLoss(data, i, parameters, undefined, gradient);
    const loss = (): number => [0, 1, 2, 3].reduce((sum, i) => sum + exampleLoss(data, i, parameters), 0);
    let largest = 0;
    for (const name of ['down', 'up', 'weights', 'bias'] as const) {
      for (let j = 0; j < parameters[name].length; j++) {
        const before = parameters[name][j];
        parameters[name][j] = before + 1e-6;
        const above = loss();
        parameters[name][j] = before - 1e-6;
        const below = loss();
        parameters[name][j] = before;
        expect(Math.abs(gradient[name][j] - (above - below) / 2e-6), `${name} ${j}`).toBeLessThan(1e-6);
        largest = Math.max(largest, Math.abs(gradient[name][j]));
      }
    }
    expect(largest).toBeGreaterThan(0.01);
  });

  it('learns what the plain features cannot tell, and stops by the held-out examples', () => {
    // Two classes with the same `sum`, so the same plain features; only `hidden` differs.
    const next = noise(4);
    const sum = Float32Array.from({ length: 6 * AREA }, () => next() + 0.5);
    const blocks = Array.from({ length: 24 }, (_, i) => {
      const hidden = Array.from({ length: 6 * AREA }, (_unused, j) => Math.max(0, next() * 0.5 + (Math.floor(j / AREA) === i % 2 ? 1 : 0)));
      return sparseBlock(hidden, sum.map((v) => v + 0.05 * next()));
    });
    const labels = blocks.map((_, i) => i % 2);
    const plain = blocks.map((b) => {
      const f = new Float64Array(6);
      adaptedFeatures(b, { ...adapter(2), up: new Float64Array(6 * RANK) }, f, SHAPE);
      return unit(f);
    });
    const learn = [...Array(16).keys()];
    const hold = [16, 17, 18, 19, 20, 21, 22, 23];
    const head = fitClasses(plain, labels, learn, 2, 1);
    const run = fitLowRank(blocks, labels, learn, hold, head, SHAPE, { rank: RANK, penalty: 1, epochs: 300, patience: 20 });
    let step = run.next();
    while (!step.done) step = run.next();
    const { adapter: found, epochs } = step.value;
    expect(epochs).toBeGreaterThan(0);
    const adapted = blocks.map((b) => {
      const f = new Float64Array(6);
      adaptedFeatures(b, found, f, SHAPE);
      return unit(f);
    });
    const separation = (units: Float64Array[]): number => {
      const middle = (k: number): number[] => Array.from({ length: 6 }, (_, j) => hold.filter((i) => labels[i] === k).reduce((s, i) => s + units[i][j], 0) / 4);
      return Math.hypot(...middle(0).map((v, j) => v - middle(1)[j]));
    };
    expect(separation(adapted)).toBeGreaterThan(3 * separation(plain));
  });
});
