import type { RecognitionEntry } from './session';

/** The last index at which something holds that holds from 0 up to there and at none behind; -1 where it never does. */
export function lastWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the last of `entries` at or before `timeUs`, -1 where there is none. Their times never fall. */
export function lastAtOrBefore<T extends { readonly timeUs: number }>(entries: readonly T[], timeUs: number): number {
  return lastWhere(entries.length, (i) => entries[i].timeUs <= timeUs);
}

/** How long an answer of the network stands where no further one comes, microseconds: then it says nothing of the image. */
export const ANSWER_HOLDS_US = 1_000_000;

/** The network's answer that stands at a time: the last one, unless it is too old. */
export function recognitionAt(
  recognitions: readonly RecognitionEntry[],
  timeUs: number,
  holdsUs = ANSWER_HOLDS_US,
): RecognitionEntry | undefined {
  const entry = recognitions[lastAtOrBefore(recognitions, timeUs)];
  return entry && timeUs - entry.timeUs < holdsUs ? entry : undefined;
}

/**
 * What is said of a moment that is looked at: the answer that stands there, and before the first answer that one, where it comes soon. The frame that it
 * is of was filmed a moment later; exports have it at its own time.
 */
export function answerSeenAt(recognitions: readonly RecognitionEntry[], timeUs: number): RecognitionEntry | undefined {
  const first = recognitions.at(0);
  const soon = first !== undefined && timeUs < first.timeUs && first.timeUs - timeUs < ANSWER_HOLDS_US;
  return soon ? first : recognitionAt(recognitions, timeUs);
}

/** The moment that stands for a span, whole microseconds. */
export function middleUs({ startUs, endUs }: { readonly startUs: number; readonly endUs: number }): number {
  return Math.floor((startUs + endUs) / 2);
}

/**
 * Where a seek to the next or previous label goes: the nearest start beyond `timeUs`; undefined at the ends.
 * @param lists each by start
 */
export function neighbouringStart(
  lists: readonly (readonly { readonly startUs: number }[])[],
  timeUs: number,
  direction: 'next' | 'previous',
): number | undefined {
  const found = lists.flatMap((list) => {
    const at = direction === 'next' ? lastWhere(list.length, (i) => list[i].startUs <= timeUs) + 1 : lastWhere(list.length, (i) => list[i].startUs < timeUs);
    return at >= 0 && at < list.length ? [list[at].startUs] : [];
  });
  if (found.length === 0) return undefined;
  return direction === 'next' ? Math.min(...found) : Math.max(...found);
}

/**
 * Rows for spans so that none in a row overlap: each takes the first row that is free (interval partitioning, which needs as
 * few rows as spans ever overlap; Kleinberg and Tardos, Algorithm Design, 4.1).
 * @param spans by start
 * @returns the row of each, 0 on top
 */
export function spanRows(spans: readonly { readonly startUs: number; readonly endUs: number }[]): number[] {
  const ends: number[] = [];
  return spans.map(({ startUs, endUs }) => {
    let row = 0;
    while (row < ends.length && ends[row] > startUs) row++;
    ends[row] = endUs;
    return row;
  });
}
