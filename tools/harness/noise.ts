/** Numbers of a normal distribution with a deviation of 1, to be begun anywhere; 65,536, made by Box and Muller's method. */
export function normalTable(random: () => number): Float32Array {
  return Float32Array.from({ length: 65536 }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** Writes a row's bytes at `to`, times `light`, with noise of a deviation in bytes from a random place of the table. */
export function darkenRow(row: Uint8Array | Uint8ClampedArray, out: Uint8ClampedArray, to: number, { light, noise }: { readonly light: number; readonly noise: number }, table: Float32Array, random: () => number): void {
  let at = Math.floor(random() * table.length);
  for (let i = 0; i < row.length; i++) out[to + i] = row[i] * light + noise * table[(at = (at + 1) & 0xffff)];
}
