import { describe, expect, it } from 'vitest';
import { unit } from '../../src/teach/shared/features';
import { askHead } from '../../src/teach/shared/head';
import { adaptedFeatures, sparseBlock, type BlockExample, type BlockShape } from '../../src/teach/shared/low-rank';
import { enoughForAdapter, LEAST_GAIN, trainAdapter } from '../../src/teach/shared/train-adapter';
import { trainHead } from '../../src/teach/shared/train-head';
import { finish } from '../support/taught-examples';
import { noise } from '../support/weights';

const SHAPE: BlockShape = { channels: 8, side: 4 };
const AREA = 16;

/** Examples whose plain features say `telling` of the class (0..1), while the block's input says all of it. */
function blocks(count: number, telling: number, seed: number): { block: BlockExample; features: Float64Array; label: number }[] {
  const next = noise(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2;
    const hidden = Array.from({ length: 8 * AREA }, (_unused, j) => Math.max(0, 0.4 * next() + (Math.floor(j / AREA) === label ? 1 : 0)));
    const sum = Float32Array.from({ length: 8 * AREA }, (_unused, j) => 0.8 + 0.4 * next() + telling * (Math.floor(j / AREA) === label ? 1 : 0));
    const block = sparseBlock(hidden, sum);
    const features = new Float64Array(8);
    adaptedFeatures(block, { rank: 1, down: new Float64Array(72), up: new Float64Array(8) }, features, SHAPE);
    return { block, features, label };
  });
}

function train(examples: ReturnType<typeof blocks>) {
  const trained = finish(trainHead({ names: ['left', 'right'], examples: examples.map(({ features, label }, i) => ({ features, label, group: `g${i}` })) }));
  return { trained, result: finish(trainAdapter(trained, examples.map((e) => e.block), SHAPE)) };
}

describe('trainAdapter', () => {
  it('is kept where it measures better, and then is better on new examples', () => {
    const { trained, result } = train(blocks(48, 0, 3));
    expect(trained.report.named.share).toBeLessThan(0.8);
    expect(result.kept).toBeDefined();
    if (!result.kept) return;
    expect(result.adapted.named.right).toBeGreaterThan(result.plain.named.right);
    const fresh = blocks(60, 0, 99);
    const out = new Float64Array(8);
    const right = fresh.filter(({ block, label }) => {
      adaptedFeatures(block, result.kept!.adapter, out, SHAPE);
      return askHead(result.kept!.head, out).best === label;
    }).length;
    const plain = fresh.filter(({ features, label }) => askHead(trained.head, features).best === label).length;
    expect(right).toBeGreaterThan(plain + 10);
  });

  it('is dropped where the plain head has all right and is as sure', () => {
    // Nothing left to gain: plain features tell everything, blocks are noise.
    const next = noise(8);
    const examples = blocks(32, 3, 5).map((e) => ({ ...e, block: sparseBlock(Array.from({ length: 8 * AREA }, () => Math.max(0, next())), e.block.sum) }));
    const { result } = train(examples);
    expect(result.plain.named.share).toBe(1);
    const clearly = (1 - LEAST_GAIN) * result.plain.logLoss;
    if (result.kept) expect(result.adapted.logLoss).toBeLessThan(clearly);
    else expect(result.adapted.named.right < result.plain.named.right || result.adapted.logLoss >= clearly).toBe(true);
  });

  it('compares both on the same examples', () => {
    const { result } = train(blocks(30, 0.5, 6));
    expect(result.plain.named.count).toBe(result.adapted.named.count);
    expect(result.plain.named.count).toBe(30);
  });
});

it('enoughForAdapter wants eight of each thing and something to tell apart', () => {
  const of = (...counts: number[]): number[] => counts.flatMap((n, label) => new Array<number>(n).fill(label));
  expect(enoughForAdapter(of(8, 8), 2)).toBe(true);
  expect(enoughForAdapter(of(8, 7), 2)).toBe(false);
  expect(enoughForAdapter(of(20), 1)).toBe(false);
  expect(enoughForAdapter([...of(8), -1, -1], 1)).toBe(true);
});

it('a unit vector has length 1', () => {
  expect(Math.hypot(...unit([3, 4]))).toBeCloseTo(1, 12);
});
