/** A vector of length one in the same direction; as it is where all of it is 0. */
export function unit<T extends Float32Array | Float64Array>(values: T): T {
  const length = Math.sqrt(dot(values, values));
  return length > 0 ? (values.map((value) => value / length) as T) : values;
}

/** The product of two vectors: of such of length one it is their cosine. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
