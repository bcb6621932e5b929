import type { FrameSize } from './aim';
import type { LookMap } from './recogniser';

/** Cells along the longer side of a frame: several for each of a map's seven places, so that what is between them is smooth. */
const LONG_SIDE = 64;
/** What is left of a place that the newest answer did not look at. */
const FORGOTTEN = 0.5;
/** In so long the shown values come within e of the newest ones, milliseconds. */
const SETTLE_MS = 150;
/** Nearer than this they are there: less than one step of colour. */
const SETTLED = 1 / 512;

/** A map's value at a place, between its own places in straight lines; outside of them the nearest. Places are counted from 0. */
function bilinear({ width, height, values }: LookMap['map'], x: number, y: number): number {
  const [left, top] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [column, row] = [Math.min(Math.floor(left), Math.max(0, width - 2)), Math.min(Math.floor(top), Math.max(0, height - 2))];
  const [right, below] = [Math.min(column + 1, width - 1), Math.min(row + 1, height - 1)];
  const [u, v] = [left - column, top - row];
  const upper = values[row * width + column] * (1 - u) + values[row * width + right] * u;
  const lower = values[below * width + column] * (1 - u) + values[below * width + right] * u;
  return upper * (1 - v) + lower * v;
}

/**
 * Where the network looked, over a whole frame and from one answer to the next: answers may be of other squares of it. Values are 0
 * where nothing speaks for the class, and 1 where most does.
 */
export class LookField {
  /** Cells. */
  readonly width: number;
  readonly height: number;
  /** What is to be shown now, shape [height, width]. */
  readonly values: Float32Array;
  readonly #newest: Float32Array;

  constructor(private readonly frame: FrameSize) {
    const long = Math.max(frame.width, frame.height);
    this.width = Math.max(1, Math.round((LONG_SIDE * frame.width) / long));
    this.height = Math.max(1, Math.round((LONG_SIDE * frame.height) / long));
    this.values = new Float32Array(this.width * this.height);
    this.#newest = new Float32Array(this.width * this.height);
  }

  /** Whether it is of frames of that size. */
  fits({ width, height }: FrameSize): boolean {
    return width === this.frame.width && height === this.frame.height;
  }

  /**
   * Takes an answer's map in; `step` brings the shown values there.
   * @param kept what is left of a place outside of its square, 0..1
   */
  add({ map, square }: LookMap, kept = FORGOTTEN): void {
    const most = Math.max(...map.values);
    for (let row = 0, cell = 0; row < this.height; row++) {
      const y = (((row + 0.5) / this.height) * this.frame.height - square.y) / square.height;
      for (let column = 0; column < this.width; column++, cell++) {
        const x = (((column + 0.5) / this.width) * this.frame.width - square.x) / square.width;
        if (x < 0 || x > 1 || y < 0 || y > 1) this.#newest[cell] *= kept;
        else this.#newest[cell] = most > 0 ? Math.max(0, bilinear(map, x * map.width - 0.5, y * map.height - 0.5) / most) : 0;
      }
    }
  }

  /**
   * Brings what is shown nearer to the newest answer.
   * @param ms since the last step; Infinity to be there at once
   * @returns whether there is some way left
   */
  step(ms: number): boolean {
    const share = 1 - Math.exp(-ms / SETTLE_MS);
    let furthest = 0;
    for (let cell = 0; cell < this.values.length; cell++) {
      const way = this.#newest[cell] - this.values[cell];
      this.values[cell] += way * share;
      furthest = Math.max(furthest, Math.abs(way) * (1 - share));
    }
    return furthest > SETTLED;
  }
}
