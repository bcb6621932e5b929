import { runsOf, type ExportSource, type LabelTrack, type Pieces } from './export-source';

/** A line of text for a time of the video. */
interface Cue {
  readonly startMs: number;
  /** Above `startMs`. */
  readonly endMs: number;
  readonly text: string;
}

/** The times in whole milliseconds, which is what both formats can tell; at least one long. */
function cue(startUs: number, endUs: number, text: string): Cue {
  const startMs = Math.round(startUs / 1000);
  return { startMs, endMs: Math.max(startMs + 1, Math.round(endUs / 1000)), text };
}

/** On one line: an empty line would end the cue. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim() || '?';
}

async function* cues(source: ExportSource, track: LabelTrack): AsyncGenerator<Cue> {
  if (track === 'human') {
    for (const { startUs, endUs, label } of source.human.spans) yield cue(startUs, endUs, oneLine(label.name));
    return;
  }
  for await (const { startUs, endUs, label, probability, unsure } of runsOf(source)) {
    yield cue(startUs, endUs, `${oneLine(label.name)} ${Math.round(probability * 100)} %${unsure ? ' (not sure)' : ''}`);
  }
}

/** hh:mm:ss and milliseconds; more than 99 hours take more digits. */
function clock(ms: number, point: '.' | ','): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = String(ms % 1000).padStart(3, '0');
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}${point}${rest}`;
}

const VTT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** WebVTT (w3.org/TR/webvtt1): spans as they are, or runs of the network's first label with their mean probability, and whether the live view was not sure of it. */
export async function* webVtt(source: ExportSource, track: LabelTrack): Pieces {
  const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => VTT_ESCAPES[sign]);
  // A header or note must not hold an arrow; `escaped` sees to that.
  yield `WEBVTT\n\nNOTE ${escaped(oneLine(source.manifest.name))}: ${track === 'human' ? 'labels by a person' : 'labels by the network'}\n`;
  let n = 0;
  for await (const { startMs, endMs, text } of cues(source, track)) {
    yield `\n${++n}\n${clock(startMs, '.')} --> ${clock(endMs, '.')}\n${escaped(text)}\n`;
  }
}

/**
 * SubRip: what players and editors read as .srt (there is no standard; matroska.org/technical/subtitles.html tells of it).
 * Its text has no escapes: angle brackets and braces, which players take as markup, become plain brackets.
 */
export async function* srt(source: ExportSource, track: LabelTrack): Pieces {
  const plain = (text: string): string =>
    text.replaceAll('-->', '→').replace(/[<{]/g, '(').replace(/[>}]/g, ')');
  let n = 0;
  for await (const { startMs, endMs, text } of cues(source, track)) {
    yield `${n > 0 ? '\n' : ''}${++n}\n${clock(startMs, ',')} --> ${clock(endMs, ',')}\n${plain(text)}\n`;
  }
}
