/**
 * Where a film's frames lie whose times its recorder (MediaRecorder) gives, not we: kept beside the film while it is recorded,
 * a line for each chunk with the times at which its pictures were drawn, microseconds of film.
 */
export const DRAWN = 'drawn.jsonl';

export function isDrawn(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((time) => typeof time === 'number');
}
