/** A part of the video that is looked at, microseconds. */
export interface TimeWindow {
  readonly startUs: number;
  /** Above `startUs`. */
  readonly endUs: number;
}

/** Closest look, microseconds across. */
const CLOSEST_US = 400_000;

/** A window of a length that begins as near to a time as the video allows. */
function fitted(startUs: number, lengthUs: number, durationUs: number): TimeWindow {
  const length = Math.min(Math.max(lengthUs, Math.min(CLOSEST_US, durationUs)), durationUs);
  const start = Math.max(0, Math.min(durationUs - length, startUs));
  return { startUs: start, endUs: start + length };
}

/** All of a video. */
export function wholeVideo(durationUs: number): TimeWindow {
  return { startUs: 0, endUs: Math.max(1, durationUs) };
}

/** Zooms by a factor (above 1: closer) about a time that stays where it is. */
export function zoomed({ startUs, endUs }: TimeWindow, factor: number, aboutUs: number, durationUs: number): TimeWindow {
  const length = endUs - startUs;
  const wanted = Math.min(Math.max(length / factor, Math.min(CLOSEST_US, durationUs)), durationUs);
  return fitted(aboutUs - ((aboutUs - startUs) / length) * wanted, wanted, durationUs);
}

/** Moves the window. */
export function panned({ startUs, endUs }: TimeWindow, byUs: number, durationUs: number): TimeWindow {
  return fitted(startUs + byUs, endUs - startUs, durationUs);
}

/** The window, or the next one that has a time in it. */
export function showing(window: TimeWindow, timeUs: number, durationUs: number): TimeWindow {
  const { startUs, endUs } = window;
  if (timeUs >= startUs && timeUs <= endUs) return window;
  const length = endUs - startUs;
  return fitted(timeUs - length * 0.1, length, durationUs);
}

/** Steps that a ruler may have, seconds. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Times for a ruler's marks, no more than so many. */
export function rulerMarks({ startUs, endUs }: TimeWindow, most: number): number[] {
  const seconds = (endUs - startUs) / 1e6;
  const stepUs = (STEPS.find((step) => seconds / step <= most) ?? 3600) * 1e6;
  const marks: number[] = [];
  for (let mark = Math.ceil(startUs / stepUs) * stepUs; mark <= endUs; mark += stepUs) marks.push(mark);
  return marks;
}
