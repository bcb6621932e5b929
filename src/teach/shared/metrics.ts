/** Share of right answers with how sure one can be of it. */
export interface Share {
  readonly right: number;
  readonly count: number;
  /** right / count, 0..1; 0 where nothing was counted. */
  readonly share: number;
  /** Ends of the 95 % interval of Wilson (1927). */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

/** Wilson's score interval: unlike the plain one it stays within 0..1 and is right for few examples. */
export function shareOf(right: number, count: number): Share {
  if (count === 0) return { right, count, share: 0, low: 0, high: 1 };
  const p = right / count;
  const z2 = (Z * Z) / count;
  const middle = (p + z2 / 2) / (1 + z2);
  const half = (Z * Math.sqrt((p * (1 - p)) / count + z2 / (4 * count))) / (1 + z2);
  return { right, count, share: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Counts, [true class][answer]. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** @param rows classes that examples may have; @param columns answers that may be given */
export function confusionMatrix(labels: ArrayLike<number>, answers: ArrayLike<number>, rows: number, columns = rows): ConfusionMatrix {
  const matrix = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]][answers[i]]++;
  return matrix;
}

/** One kind of mistake. */
export interface Confusion {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Examples of `from` in all. */
  readonly of: number;
}

/** What was taken for what, most frequent first. */
export function confusions(matrix: ConfusionMatrix): Confusion[] {
  return matrix
    .flatMap((row, from) => {
      const of = row.reduce((a, b) => a + b, 0);
      return row.map((count, to) => ({ from, to, count, of }));
    })
    .filter(({ from, to, count }) => from !== to && count > 0)
    .sort((a, b) => b.count - a.count || b.count / b.of - a.count / a.of);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation of a sample; 0 for fewer than two values. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - middle) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}
