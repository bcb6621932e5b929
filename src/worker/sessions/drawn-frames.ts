import { CustomSource, EncodedPacketSink, Input, MP4, WEBM } from 'mediabunny';
import type { HumanEdit, HumanLabels, RecognitionEntry } from '../../contract/session';
import type { ByteSource } from '../../domain/film/film-cut';
import { matchFrames } from '../../domain/film/match-frames';

/** When each frame of a film is shown, microseconds from the first one, rising. */
async function frameTimes(film: ByteSource): Promise<Float64Array> {
  const read = (start: number, end: number): Uint8Array => film.read(start, end - start);
  using input = new Input({ source: new CustomSource({ getSize: () => film.size, read }), formats: [MP4, WEBM] });
  const video = await input.getPrimaryVideoTrack();
  const times: number[] = [];
  if (video) {
    const start = await input.getFirstTimestamp([video]);
    for await (const { timestamp } of new EncodedPacketSink(video).packets(undefined, undefined, { metadataOnly: true })) {
      times.push(Math.round((timestamp - start) * 1e6));
    }
  }
  return Float64Array.from(times).sort();
}

/** Puts labels at the times of the very frames that they are of. Fetched where it is wanted: it comes with a reader of films. */
export class DrawnFrames {
  private constructor(
    private readonly frames: Float64Array,
    private readonly places: ReadonlyMap<number, number>,
  ) {}

  /**
   * @param film is read only while this runs
   * @param drawn when pictures were drawn, microseconds of film
   */
  static async match(film: ByteSource, drawn: readonly number[]): Promise<DrawnFrames> {
    const frames = await frameTimes(film);
    const times = Float64Array.from(new Set(drawn)).sort();
    const found = matchFrames(times, frames);
    return new DrawnFrames(frames, new Map([...times].map((time, i) => [time, found[i]])));
  }

  /** The time of the frame that was drawn at `timeUs`; undefined where it did not get into the film. */
  #timeOf(timeUs: number): number | undefined {
    const place = this.places.get(timeUs) ?? -1;
    return place < 0 ? undefined : this.frames[place];
  }

  /** The recognition at its frame's time; undefined where its frame is not in the film. */
  recognition(entry: RecognitionEntry): RecognitionEntry | undefined {
    const timeUs = this.#timeOf(entry.timeUs);
    return timeUs === undefined ? undefined : { ...entry, timeUs };
  }

  /** The edits that put snapshots at their frames' times, or beside them: a picture is kept whether the film has its frame or not. */
  snapshots(human: HumanLabels): HumanEdit[] {
    const nearest = (timeUs: number): number =>
      this.frames.reduce((best, time) => (Math.abs(time - timeUs) < Math.abs(best - timeUs) ? time : best), this.frames[0] ?? timeUs);
    return human.snapshots.flatMap((snapshot): HumanEdit[] => {
      const timeUs = this.#timeOf(snapshot.timeUs) ?? nearest(snapshot.timeUs);
      return timeUs === snapshot.timeUs ? [] : [{ kind: 'put-snapshot', snapshot: { ...snapshot, timeUs } }];
    });
  }
}
