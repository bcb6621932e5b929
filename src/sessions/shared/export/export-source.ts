import type { HumanLabels, RecognitionEntry, SessionManifest } from '../session';
import type { PredictedRun } from '../predicted-runs';
import { predictedRuns } from '../predicted-runs';
import { SquareTrack } from '../square-track';

/** Who said it: the two are never mixed in what is taken away. */
export type LabelTrack = 'human' | 'predicted';

/** A session as the exports read it: answers stream, as there may be a hundred thousand; the rest is small. */
export interface ExportSource {
  readonly manifest: SessionManifest;
  readonly human: HumanLabels;
  /** The network's answers by time, from the first at each call. */
  recognitions(): AsyncIterable<RecognitionEntry>;
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
