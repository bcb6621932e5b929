import type { HumanLabels, RecognitionEntry, SessionManifest } from '../session';
import type { PredictedRun } from '../predicted-runs';
import { predictedRuns } from '../predicted-runs';
import { SquareTrack } from '../square-track';
import { ANSWER_HOLDS_US, lastWhere } from '../label-times';

/** Who said it: the two are never mixed in what is taken away. */
export type LabelTrack = 'human' | 'predicted';

/** A session as the exports read it: answers stream, as there may be a hundred thousand; the rest is small. */
export interface ExportSource {
  readonly manifest: SessionManifest;
  readonly human: HumanLabels;
  /** The network's answers by time, from the first at each call. */
  recognitions(): AsyncIterable<RecognitionEntry>;
  /** Times of all frames of the video, microseconds, rising; undefined where the video cannot be read. */
  frameTimes?(): Promise<Float64Array | undefined>;
  /** What a table numbers frames by, where that is not the video itself. */
  readonly counter?: FrameCounter;
}

/** Numbers of frames, from 0; undefined where they are not known. */
export interface FrameCounter {
  /** The frame of a time. @param timeUs microseconds */
  at(timeUs: number): number | undefined;
  /** The first and last frame of a span. @param endUs exclusive */
  within(startUs: number, endUs: number): readonly [first: number | undefined, last: number | undefined];
}

/** Pieces of a file. */
export type Pieces = AsyncIterable<string>;

/** The runs of a source's answers. */
export function runsOf(source: ExportSource): AsyncGenerator<PredictedRun> {
  return predictedRuns(source.recognitions(), { durationUs: source.manifest.durationUs });
}

/** Where the network looked over a source's time. */
export function squaresOf(source: ExportSource): Promise<SquareTrack> {
  return SquareTrack.of(source.manifest, source.recognitions());
}

/** Microseconds as seconds, written exactly. */
export function secondsText(timeUs: number): string {
  return (timeUs / 1e6).toFixed(6);
}

/**
 * Number of the frame in sight at a time, counted from 0: the last one at or before it.
 * @param times of all frames, microseconds, rising
 * @returns undefined where there is none
 */
export function frameAt(times: Float64Array | undefined, timeUs: number): number | undefined {
  if (!times) return undefined;
  // A label has its frame's time, rounded.
  const frame = lastWhere(times.length, (i) => times[i] <= timeUs + 1);
  return frame < 0 ? undefined : frame;
}

/** Counts the frames of a source's video, or what it says is to be counted. */
export async function frameCounter(source: ExportSource): Promise<FrameCounter> {
  if (source.counter) return source.counter;
  const times = await source.frameTimes?.();
  return { at: (timeUs) => frameAt(times, timeUs), within: (startUs, endUs) => [frameAt(times, startUs), frameAt(times, Math.max(startUs, endUs - 2))] };
}

/** Answers with the time at which they stand no longer: of the next one, or a second on. */
export async function* standing(source: ExportSource): AsyncGenerator<readonly [entry: RecognitionEntry, endUs: number]> {
  let last: RecognitionEntry | undefined;
  for await (const entry of source.recognitions()) {
    if (last) yield [last, Math.min(entry.timeUs, last.timeUs + ANSWER_HOLDS_US)];
    last = entry;
  }
  if (last) yield [last, last.timeUs + ANSWER_HOLDS_US];
}
