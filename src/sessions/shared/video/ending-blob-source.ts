import { BlobSource } from 'mediabunny';

/** How often the same bytes are read one time after the other by who goes on reading. */
const MOST_REPEATS = 1000;

/** What mediabunny's readers ask of a source; its types leave it out. */
interface ReadingSource {
  readonly _read: (this: BlobSource, start: number, end: number, ...limits: number[]) => unknown;
}

/**
 * A file for mediabunny that comes to an end with it. Where a WebM file is damaged, mediabunny 1.61.0 looks for the next part behind that, and where the
 * last eight bytes are none it looks at these for ever, in one go that no timer ends.
 */
export class EndingBlobSource extends BlobSource {
  #last = -1;
  #repeats = 0;

  /** @throws RangeError where the same bytes are read without end */
  _read(start: number, end: number, ...limits: number[]): unknown {
    this.#repeats = start === this.#last ? this.#repeats + 1 : 0;
    this.#last = start;
    if (this.#repeats > MOST_REPEATS) throw new RangeError(`The film is damaged before byte ${end}.`);
    return (BlobSource.prototype as unknown as ReadingSource)._read.call(this, start, end, ...limits);
  }
}
