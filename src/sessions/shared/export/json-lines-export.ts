import type { ExportSource, LabelTrack, Pieces } from './export-source';

/**
 * A JSON value a line: `{"kind":"session",...}` first, then `recognition` lines by time, or `span` and `snapshot` lines.
 * Fields are those of the contract (src/sessions/shared/session.ts), times in microseconds.
 */
export async function* jsonl(source: ExportSource, track: LabelTrack): Pieces {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  yield line({ kind: 'session', ...source.manifest });
  if (track === 'predicted') {
    for await (const entry of source.recognitions()) yield line({ kind: 'recognition', ...entry });
    return;
  }
  for (const span of source.human.spans) yield line({ kind: 'span', ...span });
  for (const snapshot of source.human.snapshots) yield line({ kind: 'snapshot', ...snapshot });
}
