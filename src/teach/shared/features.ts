import { dot, unit } from '../../base/shared/vectors';

/** How features become rows for the regression: divided by their length, moved and scaled alike in all directions. */
export interface Scaling {
  /** Shape [width]; mean of the unit features. */
  readonly centre: Float64Array;
  /** Above 0; after it the mean squared length of a row is 1. */
  readonly scale: number;
}

/**
 * Features as a vector of length 1: brightness and contrast change how long ResNet's features are more than where
 * they point (in our benchmark it makes 1-nearest-neighbour better too, docs/teach.md).
 * @throws RangeError where a feature is no number, or all are zero
 */
export function unitFeatures(features: ArrayLike<number>): Float64Array {
  const direction = unit(Float64Array.from(features));
  if (!(dot(direction, direction) > 0)) throw new RangeError('The features of an example are all zero or no numbers.');
  return direction;
}

export function meanVector(vectors: readonly Float64Array[], width: number): Float64Array {
  const sum = new Float64Array(width);
  for (const vector of vectors) for (let j = 0; j < width; j++) sum[j] += vector[j] / vectors.length;
  return sum;
}

/** Centre and scale of unit vectors. */
export function scalingOf(units: readonly Float64Array[], width: number): Scaling {
  const centre = meanVector(units, width);
  let sum = 0;
  for (const u of units) for (let j = 0; j < width; j++) sum += (u[j] - centre[j]) ** 2;
  const spread = Math.sqrt(sum / units.length);
  return { centre, scale: spread > 1e-6 ? 1 / spread : 1 };
}

/** @param out receives the row, at `offset` */
export function scaleInto(u: ArrayLike<number>, { centre, scale }: Scaling, out: Float64Array, offset = 0): void {
  for (let j = 0; j < centre.length; j++) out[offset + j] = (u[j] - centre[j]) * scale;
}

/** Rows of some of the vectors, shape [indices, width]. */
export function scaledRows(units: readonly Float64Array[], indices: readonly number[], scaling: Scaling): Float64Array {
  const width = scaling.centre.length;
  const rows = new Float64Array(indices.length * width);
  indices.forEach((index, i) => scaleInto(units[index], scaling, rows, i * width));
  return rows;
}
