import { csv } from './csv';
import type { TextFormat } from './export-name';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { squaresOfEntries } from '../square-track';
import { frameAt, framesOf, squaresOf, type ExportSource, type LabelTrack, type Pieces } from './export-source';
import { srt, webVtt } from './subtitles';

/**
 * A JSON value a line, all of one shape, so that a table can be made of them: null stands where a line has nothing to say. A line is an
 * answer of the network, or a span or snapshot of a person. Times are in microseconds, frames count from 0 (null where the video cannot
 * be read). Spans say where the network looked at their start and from each change on, the others in one square; both are empty in
 * sessions that do not say.
 */
async function* jsonl(source: ExportSource, whose: LabelTrack): Pieces {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const { name: session, models } = source.manifest;
  const times = await source.frameTimes?.();
  const frame = (timeUs: number): number | null => frameAt(times, timeUs) ?? null;
  const label = ({ index, name }: LabelRef) => ({ index: index ?? null, name });
  if (whose === 'predicted') {
    const squareOf = squaresOfEntries(source.manifest);
    const names = new Map(models.map(({ id, name }) => [id, name]));
    for await (const entry of source.recognitions()) {
      const { timeUs, top, modelId, precision, latencyMs, sure = null } = entry;
      const labels = top.map((one) => ({ ...label(one), probability: one.probability }));
      const square = squareOf(entry) ?? null;
      const model = names.get(modelId) ?? null;
      yield line({ kind: 'recognition', session, frame: frame(timeUs), timeUs, top: labels, modelId, model, precision, latencyMs, sure, square });
    }
    return;
  }
  const track = await squaresOf(source);
  for (const { id, startUs, endUs, label: one, accepted = false } of source.human.spans) {
    const squares = track.within(startUs, endUs).flatMap(({ timeUs, square }) => (square ? [{ timeUs, ...square }] : []));
    const [first, last] = framesOf(times, startUs, endUs).map((number) => number ?? null);
    yield line({ kind: 'span', session, id, frame: first, lastFrame: last, startUs, endUs, label: label(one), accepted, file: null, squares });
  }
  for (const { id, timeUs, label: one, file, accepted = false } of source.human.snapshots) {
    const square = track.at(timeUs);
    const at = frame(timeUs);
    const common = { label: one ? label(one) : null, accepted, file, squares: square ? [{ timeUs, ...square }] : [] };
    yield line({ kind: 'snapshot', session, id, frame: at, lastFrame: at, startUs: timeUs, endUs: null, ...common });
  }
}

const WRITERS: Readonly<Record<TextFormat, (source: ExportSource, track: LabelTrack) => Pieces>> = { webvtt: webVtt, srt, csv, jsonl };

/** One of the formats that are a text. */
export function textExport(source: ExportSource, format: TextFormat, track: LabelTrack): Pieces {
  return WRITERS[format](source, track);
}
