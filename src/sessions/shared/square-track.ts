import type { Aim } from '../../engine/index';
import { ANSWER_HOLDS_US, lastAtOrBefore } from './label-times';
import type { RecognitionEntry, SessionManifest } from './session';

/** From when on the network looked at a square; undefined where the session does not say. */
export interface SquareChange {
  /** Microseconds. */
  readonly timeUs: number;
  readonly square: Aim | undefined;
}

/** Whether a session says where the network looked: those of before 2026-11-26 do not. */
export function saysSquares({ models }: Pick<SessionManifest, 'models'>): boolean {
  return models.some(({ middle }) => middle !== undefined);
}

/** The square that an answer is of, shares of the video's picture; undefined for answers of sessions that do not say. */
export function squaresOfEntries({ models }: SessionManifest): (entry: Pick<RecognitionEntry, 'square' | 'modelId'>) => Aim | undefined {
  const middles = new Map(models.flatMap(({ id, middle }) => (middle === undefined ? [] : [[id, { x: 0.5, y: 0.5, side: middle }]])));
  return ({ square, modelId }) => square ?? middles.get(modelId);
}

function same(a: Aim | undefined, b: Aim | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.x === b.x && a.y === b.y && a.side === b.side);
}

/**
 * Where the network looked, over a session's time: the square of the answer that stands, the middle one where none does. Holds the
 * changes only, as there may be a hundred thousand answers.
 */
export class SquareTrack {
  private constructor(private readonly changes: readonly SquareChange[]) {}

  /** @param recognitions by time, read one at a time */
  static async of(manifest: SessionManifest, recognitions: AsyncIterable<RecognitionEntry> | Iterable<RecognitionEntry>): Promise<SquareTrack> {
    const squareOf = squaresOfEntries(manifest);
    const middle = manifest.models.map(({ id }) => squareOf({ modelId: id })).find((square) => square !== undefined);
    const changes: SquareChange[] = [{ timeUs: 0, square: middle }];
    const put = (timeUs: number, square: Aim | undefined): void => {
      if (!same(changes[changes.length - 1].square, square)) changes.push({ timeUs, square });
    };
    let untilUs = Infinity;
    for await (const entry of recognitions) {
      if (entry.timeUs >= untilUs) put(untilUs, middle);
      put(entry.timeUs, squareOf(entry));
      untilUs = entry.timeUs + ANSWER_HOLDS_US;
    }
    put(untilUs, middle);
    return new SquareTrack(changes);
  }

  /** Whether the session says anywhere where the network looked: those of before 2026-11-26 do not. */
  get known(): boolean {
    return this.changes.some(({ square }) => square !== undefined);
  }

  at(timeUs: number): Aim | undefined {
    return this.changes[Math.max(0, lastAtOrBefore(this.changes, timeUs))].square;
  }

  /** The square at a span's start, and each change in it. @param endUs exclusive */
  within(startUs: number, endUs: number): readonly SquareChange[] {
    const first = Math.max(0, lastAtOrBefore(this.changes, startUs));
    const found: SquareChange[] = [{ timeUs: startUs, square: this.changes[first].square }];
    for (let i = first + 1; i < this.changes.length && this.changes[i].timeUs < endUs; i++) found.push(this.changes[i]);
    return found;
  }
}
