/** Means of a tensor's channels over any number of images. */
export class ChannelMeans {
  readonly #sums: Float64Array;
  #count = 0;

  constructor(readonly channels: number) {
    this.#sums = new Float64Array(channels);
  }

  /** @param values shape [1, channels, ...] */
  add(values: Float32Array): void {
    const each = values.length / this.channels;
    for (let c = 0; c < this.channels; c++) {
      let sum = 0;
      for (let i = c * each; i < (c + 1) * each; i++) sum += values[i];
      this.#sums[c] += sum;
    }
    this.#count += each;
  }

  /** Shape [channels]. */
  get values(): Float64Array {
    return this.#sums.map((sum) => sum / this.#count);
  }
}
