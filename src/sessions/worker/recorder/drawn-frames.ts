import type { HumanEdit, HumanLabels, RecognitionEntry } from '../../shared/session';
import { matchFrames } from '../../shared/video/match-frames';

/**
 * Where a video's frames lie whose times its recorder (MediaRecorder) gives, not we: kept beside the video while it is recorded,
 * a line for each chunk with the times at which its images were drawn, microseconds of video.
 */
export const DRAWN = 'drawn.jsonl';

export function isDrawn(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((time) => typeof time === 'number');
}

/** Puts labels at the times of the very frames that they are of. */
export class DrawnFrames {
  readonly #frames: Float64Array;
  readonly #places: ReadonlyMap<number, number>;
  /** The images that have a frame: when they were drawn, and how much later by the video's clock that frame is shown. */
  readonly #offsets: readonly { readonly drawnUs: number; readonly offsetUs: number }[];

  /**
   * @param shown when each frame of the video is shown, microseconds, in any order
   * @param drawn when images were drawn, microseconds of video
   */
  constructor(shown: readonly number[], drawn: readonly number[]) {
    const rising = Float64Array.from(shown).sort();
    this.#frames = rising.map((time) => time - rising[0]);
    const times = Float64Array.from(new Set(drawn)).sort();
    const found = matchFrames(times, this.#frames);
    this.#places = new Map([...times].map((time, i) => [time, found[i]]));
    this.#offsets = [...this.#places].flatMap(([drawnUs, place]) => (place < 0 ? [] : [{ drawnUs, offsetUs: this.#frames[place] - drawnUs }]));
  }

  /** The time of the frame that was drawn at `timeUs`; undefined where it did not get into the video. */
  #timeOf(timeUs: number): number | undefined {
    const place = this.#places.get(timeUs) ?? -1;
    return place < 0 ? undefined : this.#frames[place];
  }

  /** A moment by the video's clock, as that of the nearest image was. */
  #moved(timeUs: number): number {
    const far = ({ drawnUs }: { readonly drawnUs: number }): number => Math.abs(drawnUs - timeUs);
    const near = this.#offsets.reduce((best, image) => (far(image) < far(best) ? image : best), this.#offsets[0] ?? { drawnUs: 0, offsetUs: 0 });
    return Math.max(0, timeUs + near.offsetUs);
  }

  /** The recognition at its frame's time; undefined where its frame is not in the video. */
  recognition(entry: RecognitionEntry): RecognitionEntry | undefined {
    const timeUs = this.#timeOf(entry.timeUs);
    return timeUs === undefined ? undefined : { ...entry, timeUs };
  }

  /**
   * The edits that put snapshots at their frames' times, or beside them, for an image is kept whether the video has its frame or
   * not; and spans by the video's clock.
   */
  edits(human: HumanLabels): HumanEdit[] {
    const nearest = (timeUs: number): number =>
      this.#frames.reduce((best, time) => (Math.abs(time - timeUs) < Math.abs(best - timeUs) ? time : best), this.#frames[0] ?? timeUs);
    const snapshots = human.snapshots.flatMap((snapshot): HumanEdit[] => {
      const timeUs = this.#timeOf(snapshot.timeUs) ?? nearest(this.#moved(snapshot.timeUs));
      return timeUs === snapshot.timeUs ? [] : [{ kind: 'put-snapshot', snapshot: { ...snapshot, timeUs } }];
    });
    const spans = human.spans.flatMap((span): HumanEdit[] => {
      const [startUs, endUs] = [this.#moved(span.startUs), this.#moved(span.endUs)];
      return startUs === span.startUs && endUs === span.endUs ? [] : [{ kind: 'put-span', span: { ...span, startUs, endUs: Math.max(startUs + 1, endUs) } }];
    });
    return [...snapshots, ...spans];
  }
}
