import { interval } from './statistics';
import measured from './measured.json';

/** How many of labelled pictures a model's file named right first, through the app itself (`npm run accuracy -- models`). */
export interface Measured {
  readonly right: number;
  readonly of: number;
}

/** A measured share of right first labels, 0..1. */
export interface MeasuredTop1 {
  readonly top1: number;
  /** Wilson's interval at 95 %. */
  readonly low: number;
  readonly high: number;
  /** Pictures that it was measured with. */
  readonly of: number;
}

/** What was measured of a file with this SHA-256; undefined where that was not done. */
export function measuredTop1(sha256: string): MeasuredTop1 | undefined {
  const found = (measured as Readonly<Record<string, Measured | undefined>>)[sha256];
  if (!found) return undefined;
  const [low, high] = interval(found.right, found.of);
  return { top1: found.right / found.of, low, high, of: found.of };
}
