/** Cells along each side of the thumbnail that is compared. */
const GRID = 14;

/**
 * Mean absolute difference (after the frames' own mean brightness is taken off, so that exposure does not count) above
 * which two frames show different scenes, in units of the normalised input (about 0.22 of full range each).
 */
const CHANGE_THRESHOLD = 0.55;

/**
 * Tells a cut to another scene from movement, by comparing 14 x 14 thumbnails of the network's own input: costs one
 * pass over its green plane and no second look at the camera's image.
 */
export class SceneChangeDetector {
  #previous = new Float32Array(GRID * GRID);
  #current = new Float32Array(GRID * GRID);
  #hasPrevious = false;

  reset(): void {
    this.#hasPrevious = false;
  }

  /**
   * @param input network input, float32 NCHW [1, 3, size, size]
   * @param size its side, pixels, 14 or more
   * @returns whether this frame shows another scene than the frame before
   */
  update(input: Float32Array, size: number): boolean {
    this.#thumbnail(input.subarray(size * size, 2 * size * size), size);
    const changed = this.#hasPrevious && this.#difference() > CHANGE_THRESHOLD;
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#hasPrevious = true;
    return changed;
  }

  #thumbnail(green: Float32Array, size: number): void {
    const cell = Math.floor(size / GRID);
    let total = 0;
    for (let gy = 0; gy < GRID; gy++) {
      for (let gx = 0; gx < GRID; gx++) {
        let sum = 0;
        for (let y = gy * cell; y < (gy + 1) * cell; y++) {
          const row = y * size;
          for (let x = gx * cell; x < (gx + 1) * cell; x++) sum += green[row + x];
        }
        this.#current[gy * GRID + gx] = sum / (cell * cell);
        total += sum / (cell * cell);
      }
    }
    const mean = total / (GRID * GRID);
    for (let i = 0; i < this.#current.length; i++) this.#current[i] -= mean;
  }

  #difference(): number {
    let sum = 0;
    for (let i = 0; i < this.#current.length; i++) sum += Math.abs(this.#current[i] - this.#previous[i]);
    return sum / this.#current.length;
  }
}
