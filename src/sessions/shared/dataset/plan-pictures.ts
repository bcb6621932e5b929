import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { frameAt, runsOf, type ExportSource } from '../export/export-source';
import { ANSWER_HOLDS_US, lastWhere, middleUs } from '../label-times';
import type { RecognitionEntry } from '../session';
import { SquareTrack } from '../square-track';
import { BACKGROUND, type Author, type PictureLabel, type PictureRules, type PlannedPicture } from './dataset';

interface Span {
  readonly startUs: number;
  readonly endUs: number;
  /** What is left of it without its ends. */
  readonly innerStartUs: number;
  readonly innerEndUs: number;
  readonly label: PictureLabel;
}

/** From picture to picture where rules say one a span, and there is no span: microseconds. */
const BACKGROUND_EVERY_US = 1_000_000;

/** What became of a session's frames. */
export interface PlannedSession {
  /** By time. */
  readonly pictures: readonly PlannedPicture[];
  /** Pictures that have, or would have had, several labels. */
  readonly overlapping: number;
}

/**
 * What becomes of pictures with several labels.
 * @param keyOf what tells labels apart: those of one class are one
 */
export function settleOverlaps(pictures: readonly PlannedPicture[], overlaps: PictureRules['overlaps'], keyOf: (label: LabelRef) => string | number): PlannedSession {
  let overlapping = 0;
  const settled = pictures.flatMap((picture) => {
    const { labels } = picture;
    if (new Set(labels.map(({ label }) => keyOf(label))).size < 2) return [picture];
    overlapping++;
    if (overlaps === 'none') return [];
    return [overlaps === 'each' ? picture : { ...picture, labels: labels.slice(-1) }];
  });
  return { pictures: settled, overlapping };
}

function spanOf(startUs: number, endUs: number, marginUs: number, label: PictureLabel): Span {
  const middle = middleUs({ startUs, endUs });
  const inner = endUs - startUs > 2 * marginUs ? [startUs + marginUs, endUs - marginUs] : [middle, middle + 1];
  return { startUs, endUs, innerStartUs: inner[0], innerEndUs: inner[1], label };
}

async function spansOf(source: ExportSource, { whose, marginUs }: Pick<PictureRules, 'whose' | 'marginUs'>): Promise<Span[]> {
  if (whose === 'human') {
    return source.human.spans.map(({ startUs, endUs, label, accepted }) => {
      const author: Author = accepted ? 'accepted' : 'human';
      return spanOf(startUs, endUs, marginUs, { label, author });
    });
  }
  const spans: Span[] = [];
  for await (const { startUs, endUs, label, probability, unsure } of runsOf(source)) {
    // What the live view did not say is nothing to learn from.
    if (!unsure) spans.push(spanOf(startUs, endUs, marginUs, { label, author: 'network', probability }));
  }
  return spans;
}

/** Times, rising, with the middle of each span that none of them falls into: a short label has one picture at least. */
function withMiddles(times: ArrayLike<number>, spans: readonly Span[]): number[] {
  const all = Array.from(times);
  const missed = spans.filter(({ innerStartUs, innerEndUs }) => {
    const first = lastWhere(times.length, (i) => times[i] < innerStartUs) + 1;
    return first === times.length || times[first] >= innerEndUs;
  });
  return [...new Set([...all, ...missed.map(middleUs)])].sort((a, b) => a - b);
}

/** Times at which a picture may be taken, rising: each once. */
function timesOf(spans: readonly Span[], { everyUs, background }: Pick<PictureRules, 'everyUs' | 'background'>, durationUs: number, frames: Float64Array | undefined): number[] {
  const every = (stepUs: number): number[] => Array.from({ length: Math.ceil(durationUs / stepUs) }, (_, n) => Math.round(n * stepUs));
  if (everyUs !== undefined) return withMiddles(everyUs === 0 ? (frames ?? every(1e6 / 30)) : every(everyUs), spans);
  const times = new Set(spans.map(middleUs));
  if (background) for (const timeUs of every(BACKGROUND_EVERY_US)) if (!spans.some((span) => span.startUs <= timeUs && timeUs < span.endUs)) times.add(timeUs);
  return [...times].sort((a, b) => a - b);
}

/** The same label once, the one that began first. */
function distinct(labels: readonly PictureLabel[]): PictureLabel[] {
  const seen = new Set<string>();
  return labels.filter(({ label }) => {
    const key = labelKey(label);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

type Held = { readonly timeUs: number; readonly labels: readonly PictureLabel[] };

/** Labels at times; none for background; times that say nothing are left out. */
function* labelsAt(times: readonly number[], spans: readonly Span[], { marginUs, background }: Pick<PictureRules, 'marginUs' | 'background'>): Generator<Held> {
  const sorted = [...spans].sort((a, b) => a.startUs - b.startUs || a.endUs - b.endUs);
  let open: Span[] = [];
  let next = 0;
  for (const timeUs of times) {
    while (next < sorted.length && sorted[next].startUs - marginUs <= timeUs) open.push(sorted[next++]);
    open = open.filter(({ endUs }) => endUs + marginUs > timeUs);
    const within = open.filter(({ startUs, endUs }) => startUs <= timeUs && timeUs < endUs);
    const inner = within.filter(({ innerStartUs, innerEndUs }) => innerStartUs <= timeUs && timeUs < innerEndUs);
    // At an end of a span nobody knows whether it holds.
    if (inner.length < within.length) continue;
    if (inner.length > 0) yield { timeUs, labels: distinct(inner.map(({ label }) => label)) };
    else if (background && open.length === 0) yield { timeUs, labels: [{ label: BACKGROUND, author: 'unlabelled' }] };
  }
}

/** The answers that stand at times; both by time, answers read one at a time. */
async function answersAt(source: ExportSource, times: readonly number[]): Promise<(RecognitionEntry | undefined)[]> {
  const found: (RecognitionEntry | undefined)[] = [];
  let current: RecognitionEntry | undefined;
  const standing = (timeUs: number): RecognitionEntry | undefined => (current && timeUs - current.timeUs < ANSWER_HOLDS_US ? current : undefined);
  for await (const entry of source.recognitions()) {
    while (found.length < times.length && times[found.length] < entry.timeUs) found.push(standing(times[found.length]));
    if (found.length === times.length) break;
    current = entry;
  }
  while (found.length < times.length) found.push(standing(times[found.length]));
  return found;
}

/** All pictures that the rules want of a session, each with all its labels: a frame of the film at most once, and snapshots with a label. */
export async function planPictures(source: ExportSource, rules: Omit<PictureRules, 'overlaps'>): Promise<readonly PlannedPicture[]> {
  const { id, durationUs } = source.manifest;
  const frames = await source.frameTimes?.();
  const spans = await spansOf(source, rules);
  const squares = await SquareTrack.of(source.manifest, source.recognitions());
  const wanted: Omit<PlannedPicture, 'sessionId' | 'square' | 'answer'>[] = [];
  const taken = new Set<number>();
  for (const { timeUs, labels } of labelsAt(timesOf(spans, rules, durationUs, frames), spans, rules)) {
    const frame = frameAt(frames, timeUs);
    if (frame !== undefined && taken.has(frame)) continue;
    if (frame !== undefined) taken.add(frame);
    const shownUs = frames && frame !== undefined ? frames[frame] : timeUs;
    wanted.push({ key: `${id}/${shownUs}`, timeUs: shownUs, frame, snapshot: undefined, labels, labelUs: timeUs });
  }
  if (rules.whose === 'human') {
    for (const { timeUs, file, label, accepted } of source.human.snapshots) {
      if (!label) continue;
      wanted.push({ key: `${id}/${file}`, timeUs, frame: frameAt(frames, timeUs), snapshot: file, labels: [{ label, author: accepted ? 'accepted' : 'human' }], labelUs: timeUs });
    }
  }
  wanted.sort((a, b) => a.labelUs - b.labelUs);
  const answers = await answersAt(source, wanted.map(({ labelUs }) => labelUs));
  return wanted.map((picture, i): PlannedPicture => {
    const { top, sure } = answers[i] ?? {};
    return { ...picture, sessionId: id, square: squares.at(picture.labelUs), answer: top && { top, ...(sure !== undefined && { sure }) } };
  });
}

/** Labels of pictures, for the classes. */
export function* labelsOf(pictures: readonly PlannedPicture[]): Generator<LabelRef> {
  for (const { labels } of pictures) for (const { label } of labels) yield label;
}
