import type { HumanEdit, HumanLabels, HumanSpan } from './session';
import { sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';

/*
 * Editing spans. The rules for overlap:
 *  - spans of different labels may overlap: two things can be in the image;
 *  - spans of one label never do: where they would, they become one. They may touch, as the halves of a cut do.
 * Each function gives the edits of one step of undo; none where nothing would change.
 */

/** What spans are held to. */
export interface SpanLimits {
  /** Length of the video, microseconds: no span reaches beyond. */
  readonly durationUs: number;
  /** Shortest span, microseconds: one frame, say. */
  readonly minUs: number;
}

export type Edge = 'start' | 'end';

/** Thrown where an edit makes no sense, for example of a span that is gone. */
export class SpanEditError extends Error {
  override readonly name = 'SpanEditError';
}

function find(labels: HumanLabels, id: string): HumanSpan {
  const span = labels.spans.find((one) => one.id === id);
  if (!span) throw new SpanEditError(`There is no span ${id}.`);
  return span;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** A span within the video that is long enough: its end gives way first, then its start. Whole microseconds. */
function fitted(span: HumanSpan, { durationUs, minUs }: SpanLimits): HumanSpan {
  const least = Math.min(minUs, durationUs);
  const startUs = clamp(Math.round(span.startUs), 0, durationUs - least);
  const endUs = clamp(Math.round(span.endUs), startUs + least, durationUs);
  return { ...span, startUs, endUs };
}

/** Puts a span and lets it swallow those of its label that it overlaps. */
function put(labels: HumanLabels, span: HumanSpan): HumanEdit[] {
  const others = labels.spans.filter((one) => one.id !== span.id && sameLabel(one.label, span.label));
  let { startUs, endUs } = span;
  const swallowed: HumanSpan[] = [];
  // A span that was swallowed may reach one that the new one did not.
  for (let grown = true; grown; ) {
    grown = false;
    for (const other of others) {
      if (swallowed.includes(other) || other.startUs >= endUs || other.endUs <= startUs) continue;
      swallowed.push(other);
      startUs = Math.min(startUs, other.startUs);
      endUs = Math.max(endUs, other.endUs);
      grown = true;
    }
  }
  return [
    ...swallowed.map((other): HumanEdit => ({ kind: 'delete-span', id: other.id })),
    { kind: 'put-span', span: { ...span, startUs, endUs } },
  ];
}

/** Labels a span of time. */
export function addSpan(labels: HumanLabels, span: HumanSpan, limits: SpanLimits): HumanEdit[] {
  return put(labels, fitted(span, limits));
}

/** Moves an edge; it stops one shortest span before the other edge and at the video's ends. */
export function moveEdge(labels: HumanLabels, id: string, edge: Edge, timeUs: number, limits: SpanLimits): HumanEdit[] {
  const span = find(labels, id);
  const { durationUs, minUs } = limits;
  const moved =
    edge === 'start'
      ? { ...span, startUs: clamp(Math.round(timeUs), 0, Math.max(0, span.endUs - minUs)) }
      : { ...span, endUs: clamp(Math.round(timeUs), Math.min(durationUs, span.startUs + minUs), durationUs) };
  if (moved.startUs === span.startUs && moved.endUs === span.endUs) return [];
  return put(labels, moved);
}

/**
 * Cuts a span in two at a time, which the second begins with. Both have the same label until one is given another.
 * @throws SpanEditError where a part would be shorter than the shortest span
 */
export function splitSpan(labels: HumanLabels, id: string, timeUs: number, newId: string, { minUs }: SpanLimits): HumanEdit[] {
  const span = find(labels, id);
  const at = Math.round(timeUs);
  if (at - span.startUs < minUs || span.endUs - at < minUs) throw new SpanEditError('The cut is too close to an edge of the span.');
  return [
    { kind: 'put-span', span: { ...span, endUs: at } },
    { kind: 'put-span', span: { ...span, id: newId, startUs: at } },
  ];
}

/** Joins two spans, and the gap between them, under the label of the first that is named. */
export function mergeSpans(labels: HumanLabels, keepId: string, otherId: string): HumanEdit[] {
  const keep = find(labels, keepId);
  const other = find(labels, otherId);
  if (keepId === otherId) return [];
  const joined = { ...keep, startUs: Math.min(keep.startUs, other.startUs), endUs: Math.max(keep.endUs, other.endUs) };
  const rest = { ...labels, spans: labels.spans.filter((span) => span.id !== otherId) };
  return [{ kind: 'delete-span', id: otherId }, ...put(rest, joined)];
}

export function deleteSpan(labels: HumanLabels, id: string): HumanEdit[] {
  find(labels, id);
  return [{ kind: 'delete-span', id }];
}

/** Says that a span is something else; it joins what has that label beside it. */
export function relabelSpan(labels: HumanLabels, id: string, label: LabelRef): HumanEdit[] {
  const span = find(labels, id);
  return sameLabel(span.label, label) && span.label.name === label.name ? [] : put(labels, { id, startUs: span.startUs, endUs: span.endUs, label });
}

/*
 * Snapshots: none where one is gone meanwhile. The image of a deleted one stays among the session's files, so that it can be
 * had back.
 */

export function relabelSnapshot({ snapshots }: HumanLabels, id: string, label: LabelRef): HumanEdit[] {
  const snapshot = snapshots.find((one) => one.id === id);
  if (!snapshot || (snapshot.label && sameLabel(snapshot.label, label))) return [];
  const { timeUs, file } = snapshot;
  // Whoever says another word says it for themselves.
  return [{ kind: 'put-snapshot', snapshot: { id, timeUs, file, label } }];
}

export function deleteSnapshot({ snapshots }: HumanLabels, id: string): HumanEdit[] {
  return snapshots.some((one) => one.id === id) ? [{ kind: 'delete-snapshot', id }] : [];
}

/**
 * The edits that bring human labels into a video that became shorter: spans end where it ends, or go where they begin after
 * it; snapshots stay, since their images are there, and are put at the last frame.
 *
 * @param lastUs time of the video's last frame, microseconds
 * @param durationUs its end
 */
export function cutLabels(human: HumanLabels, lastUs: number, durationUs: number): HumanEdit[] {
  const edits: HumanEdit[] = [];
  for (const span of human.spans) {
    if (span.startUs >= durationUs) edits.push({ kind: 'delete-span', id: span.id });
    else if (span.endUs > durationUs) edits.push({ kind: 'put-span', span: { ...span, endUs: durationUs } });
  }
  for (const snapshot of human.snapshots) {
    if (snapshot.timeUs > lastUs) edits.push({ kind: 'put-snapshot', snapshot: { ...snapshot, timeUs: Math.max(0, lastUs) } });
  }
  return edits;
}
