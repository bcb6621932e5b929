import type { TeachExample } from '../../src/teach/shared/train-head';
import type { LabelledRows } from '../../src/teach/shared/logistic';
import { noise } from './weights';

/** Sum of three uniform numbers: near enough to a normal one. */
function normal(next: () => number): number {
  return next() + next() + next();
}

/**
 * Feature vectors around a direction of each class, above zero like ResNet's.
 *
 * @param label decides the direction together with `family`
 */
export function examplesOf(label: number, count: number, options: { family?: number; spread?: number; width?: number; group?: string } = {}): TeachExample[] {
  const { family = label, spread = 0.35, width = 24, group } = options;
  const middle = noise(1000 + family);
  const centre = Array.from({ length: width }, () => Math.abs(middle()) + (middle() > 0.5 ? 1 : 0));
  const next = noise(family * 97 + count + 5);
  return Array.from({ length: count }, (_, i) => ({
    features: Float32Array.from(centre, (c) => Math.max(0, c + spread * normal(next))),
    label,
    group: group ?? `${label}-${i}`,
  }));
}

/** Runs a generator to its end. */
export function finish<T>(steps: Generator<unknown, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Rows of noise, each larger in the column of its label. */
export function problem(n: number, width: number, classes: number, seed = 3): LabelledRows {
  const next = noise(seed);
  const rows = new Float64Array(n * width);
  const labels = Array.from({ length: n }, (_, i) => (i + (i >> 2)) % classes);
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) rows[i * width + j] = next() + (j === labels[i] ? 0.8 : 0);
  return { rows, width, labels, classes };
}
