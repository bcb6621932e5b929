import { csv, csvHead, csvRows } from './csv';
import type { TextFormat } from './export-name';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { squaresOfEntries } from '../square-track';
import type { Side } from '../dataset/dataset';
import type { SetMember } from '../dataset/set-member';
import { frameCounter, squaresOf, standing, type ExportSource, type LabelTrack, type Pieces } from './export-source';
import { srt, webVtt } from './subtitles';

/**
 * A JSON value a line, all of one shape, so that a table can be made of them: null stands where a line has nothing to say. A line is an
 * answer of the network, or a span or snapshot of a person. Times are in microseconds, frames count from 0 (null where the video cannot
 * be read). Spans say where the network looked at their start and from each change on, the others in one square; both are empty in
 * sessions that do not say.
 * @param member what the session is in a dataset: then a line has its id and side, and labels the numbers of their classes
 */
async function* jsonl(source: ExportSource, whose: LabelTrack, member?: SetMember): Pieces {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const { id: sessionId, name: session, models } = source.manifest;
  const frames = await frameCounter(source);
  const frame = (timeUs: number): number | null => frames.at(timeUs) ?? null;
  const label = (one: LabelRef) => ({ index: one.index ?? null, name: member?.names.of(one) ?? one.name, ...(member && { classId: member.names.idOf(one) ?? null }) });
  const of = (side: Side | undefined) => ({ session, ...(member && { sessionId, split: side ?? null }) });
  if (whose === 'predicted') {
    const squareOf = squaresOfEntries(source.manifest);
    const names = new Map(models.map(({ id, name }) => [id, name]));
    for await (const [entry, endUs] of standing(source)) {
      const { timeUs, top, modelId, precision, latencyMs, sure = null } = entry;
      const labels = top.map((one) => ({ ...label(one), probability: one.probability }));
      const square = squareOf(entry) ?? null;
      const model = names.get(modelId) ?? null;
      yield line({ kind: 'recognition', ...of(member?.sideWithin(timeUs, endUs)), frame: frame(timeUs), timeUs, top: labels, modelId, model, precision, latencyMs, sure, square });
    }
    return;
  }
  const track = await squaresOf(source);
  for (const { id, startUs, endUs, label: one, accepted = false } of source.human.spans) {
    const squares = track.within(startUs, endUs).flatMap(({ timeUs, square }) => (square ? [{ timeUs, ...square }] : []));
    const [first, last] = frames.within(startUs, endUs).map((number) => number ?? null);
    yield line({ kind: 'span', ...of(member?.sideWithin(startUs, endUs)), id, frame: first, lastFrame: last, startUs, endUs, label: label(one), accepted, file: null, squares });
  }
  for (const { id, timeUs, label: one, file, accepted = false } of source.human.snapshots) {
    const square = track.at(timeUs);
    const at = frame(timeUs);
    const common = { label: one ? label(one) : null, accepted, file, squares: square ? [{ timeUs, ...square }] : [] };
    yield line({ kind: 'snapshot', ...of(member?.sideOf(`${sessionId}/${file}`)), id, frame: at, lastFrame: at, startUs: timeUs, endUs: null, ...common });
  }
}

const WRITERS: Readonly<Record<TextFormat, (source: ExportSource, track: LabelTrack) => Pieces>> = { webvtt: webVtt, srt, csv, jsonl };

/** One of the formats that are a text. */
export function textExport(source: ExportSource, format: TextFormat, track: LabelTrack): Pieces {
  return WRITERS[format](source, track);
}

/** A table of all sessions of a dataset, with one head. */
export async function* setTable(format: 'csv' | 'jsonl', track: LabelTrack, members: readonly (readonly [source: ExportSource, member: SetMember])[]): Pieces {
  if (format === 'csv') yield csvHead(track, true);
  for (const [source, member] of members) yield* format === 'csv' ? csvRows(source, track, member) : jsonl(source, track, member);
}
