import { isLabelRef, nameOf, type LabelRef } from '../../../base/shared/labels/label-ref';
import { briefly } from '../../../base/shared/briefly';
import { DistinctNames } from '../export/distinct-names';
import { frameRange } from '../export/label-studio';
import type { HumanEdit, HumanLabels, HumanSpan, SessionManifest } from '../session';
import { frameChange, isOneOf, type FrameChange } from './frame-labels';

/*
 * Annotations that come back from Label Studio, by its exports "JSON" (tasks with their annotations) and "JSON-MIN" (a task and its values in
 * one object; label-studio-sdk, converter/converter.py). Of a film's task what the latest annotation says takes the place of what was
 * exported; spans that were made here since then stay. Of a kept picture's task the label is taken, of a film's frame its labels (`frame-labels.ts`).
 */

/** A span as Label Studio has it: frames from 1, both inclusive. */
interface FrameSpan {
  /** The span's own, where the export has it. */
  readonly id: string | undefined;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The network's, as a person took it over. */
  readonly accepted: boolean;
}

/** A kept picture, or a frame of the film. */
export interface AnnotatedPicture {
  /** Its file among those that were kept; undefined for a frame. */
  readonly file: string | undefined;
  /** Microseconds from the film's first frame. */
  readonly timeUs: number;
  /** What it was labelled with when it was exported, by the names that the export gave. */
  readonly before: readonly string[];
  readonly labels: readonly string[];
}

/** One task with what an annotator said of it. */
export interface AnnotatedTask {
  /** What it is called where it cannot be matched: its session's name, or its number. */
  readonly name: string;
  /** Id of the session; undefined where the task does not say. */
  readonly session: string | undefined;
  /** Who annotated it, as Label Studio says: a mail address or a number. */
  readonly author: string | undefined;
  readonly film: { readonly rate: number; readonly exported: readonly string[] | undefined; readonly spans: readonly FrameSpan[] } | undefined;
  /** A picture that was annotated; undefined where the task is of none. */
  readonly picture: AnnotatedPicture | undefined;
  /** Annotations beside the one that is taken. */
  readonly others: number;
  /** When it was made or changed, milliseconds since 1970; 0 where that is not said. */
  readonly at: number;
  /** Labels by the names that the export gave them, several where a dataset made them one; empty in exports of before 2026-11-26. */
  readonly called: ReadonlyMap<string, readonly LabelRef[]>;
}

/** Thrown where a file is no export of Label Studio. */
export class AnnotationError extends Error {
  override readonly name = 'AnnotationError';
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): readonly string[] => list(value).filter((one) => typeof one === 'string');
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function authorOf(value: unknown): string | undefined {
  if (isFields(value)) return text(value['email']) ?? text(value['username']) ?? authorOf(value['id']);
  return typeof value === 'number' ? `annotator ${value}` : text(value);
}

/** @param values results' values, with their ids and origins where there are any */
function spansIn(values: readonly Fields[]): FrameSpan[] {
  return values.flatMap(({ id, origin, ranges, timelinelabels }) => {
    const [name] = texts(timelinelabels);
    if (name === undefined) return [];
    return list(ranges).flatMap((range, i) => {
      const { start, end } = isFields(range) ? range : {};
      if (typeof start !== 'number' || typeof end !== 'number' || !Number.isInteger(start) || !Number.isInteger(end) || start < 1 || end < start) return [];
      // A second range of a region is a span of its own.
      return [{ id: i === 0 ? text(id) : undefined, name, start, end, accepted: origin === 'prediction' }];
    });
  });
}

/** Labels by their names. @param value `labels` of a task, or these and `classes` of its set */
function calledIn(value: unknown): ReadonlyMap<string, readonly LabelRef[]> {
  const found = new Map<string, LabelRef[]>();
  for (const one of list(value)) {
    const { called, name, index } = isFields(one) ? one : {};
    const label = { name, ...(index !== undefined && { index }) };
    if (typeof called === 'string' && isLabelRef(label)) found.set(called, [...(found.get(called) ?? []), label]);
  }
  return found;
}

/** What a row of "JSON-MIN" has beside results: our data, and what Label Studio says of the annotation. */
const ROW = new Set(['image', 'session', 'session_id', 'snapshot', 'split', 'frame', 'time_s', 'labels', 'classes', 'id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time']);
const isForeign = ([key, value]: [string, unknown]): boolean => !ROW.has(key) && ((typeof value === 'string' && value !== '') || isFields(value) || list(value).length > 0);

const time = ({ updated_at, created_at }: Fields): number => Date.parse(text(updated_at) ?? text(created_at) ?? '') || 0;

function task(value: unknown, place: number): AnnotatedTask {
  if (!isFields(value)) throw new AnnotationError(`Entry ${place} of the file is ${briefly(value)}, not a task.`);
  const minimal = !Array.isArray(value['annotations']);
  const data = minimal ? value : isFields(value['data']) ? value['data'] : {};
  // What nobody annotated has a row as well, with no annotation: it says nothing of what is here.
  const annotations = minimal ? [value].filter(({ annotation_id }) => typeof annotation_id === 'number') : list(value['annotations']).filter(isFields).filter(({ was_cancelled }) => was_cancelled !== true);
  const latest = annotations.reduce<Fields | undefined>((best, one) => (best && time(best) > time(one) ? best : one), undefined);
  const results = list(latest?.['result']).filter(isFields);
  const values: readonly Fields[] = minimal ? Object.values(value).flatMap(list).filter(isFields) : results.map(({ id, origin, value: found }) => ({ ...(isFields(found) ? found : {}), id, origin }));
  const name = text(data['name']) ?? text(data['session']) ?? `task ${typeof value['id'] === 'number' ? value['id'] : place}`;
  const common = { name, author: authorOf(latest?.[minimal ? 'annotator' : 'completed_by']), others: Math.max(0, annotations.length - 1), at: latest ? time(latest) : 0, called: calledIn([...list(data['labels']), ...list(data['classes'])]) };
  const rate = data['framerate'];
  if (latest && text(data['video']) !== undefined && typeof rate === 'number' && rate > 0) {
    const exported = Array.isArray(data['spans']) ? texts(data['spans']) : undefined;
    return { ...common, session: text(data['session']), film: { rate, exported, spans: spansIn(values) }, picture: undefined };
  }
  return { ...common, session: text(data['session_id']), film: undefined, picture: latest && pictureIn(data, values, minimal ? Object.entries(value).some(isForeign) : results.length > 0) };
}

/** @param foreign whether there are results, of whatever kind: without a rectangle among them nobody took a label off */
function pictureIn(data: Fields, values: readonly Fields[], foreign: boolean): AnnotatedPicture | undefined {
  const file = text(data['snapshot']);
  const labels = [...new Set(values.flatMap(({ rectanglelabels }) => texts(rectanglelabels)))];
  const seconds = data['time_s'];
  const timeUs = typeof seconds === 'number' && seconds >= 0 ? Math.round(seconds * 1e6) : undefined;
  if (file !== undefined) return labels.length > 0 ? { file, timeUs: timeUs ?? 0, before: [], labels } : undefined;
  // Exports of before 2026-11-26 do not say what was there: then nobody knows what was changed.
  if (labels.length === 0 && foreign) return undefined;
  return timeUs !== undefined && Array.isArray(data['labels']) ? { file, timeUs, before: [...calledIn(data['labels']).keys()], labels } : undefined;
}

/**
 * The tasks of an export, "JSON" or "JSON-MIN".
 * @throws AnnotationError where it is neither
 */
export function parseAnnotations(json: string): readonly AnnotatedTask[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new AnnotationError(`The file is no JSON: ${String(error)}`);
  }
  if (!Array.isArray(value)) throw new AnnotationError(`The file is ${briefly(value)}, not a list of tasks: export "JSON" or "JSON-MIN" from Label Studio.`);
  return value.map((one, i) => task(one, i + 1));
}

/** What a task changes of a session. */
export interface AnnotationChange {
  readonly edits: readonly HumanEdit[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** A class of ImageNet's whose name another one has too, as `DistinctNames` writes it. */
const NUMBERED = /^(.*) \(class (\d{1,3})\)$/;

/** Labels by their names: as the export says, and else as it would give them now. The first is what such a label is from now on. */
function labelsByName(called: AnnotatedTask['called'], human: HumanLabels, predicted: readonly LabelRef[]): (name: string) => readonly [LabelRef, ...LabelRef[]] {
  const names = new DistinctNames();
  const known = new Map<string, LabelRef>();
  const all = [...human.spans.map((span) => span.label), ...predicted, ...human.snapshots.flatMap(({ label }) => label ?? [])];
  for (const label of all) known.set(names.of(label), label);
  const numbered = (name: string): LabelRef | undefined => {
    const [, plain, index] = NUMBERED.exec(name) ?? [];
    return all.find((label) => label.name === plain && label.index === Number(index));
  };
  return (name) => {
    const [first, ...more] = called.get(name) ?? [];
    return first ? [first, ...more] : [numbered(name) ?? known.get(name) ?? { name: nameOf(name) || name }];
  };
}

/** Whether a label is one of those that a name stands for. */

/**
 * What a film's task says as edits of its session: one step of undo.
 * @param predicted labels that the network gave in the session, as the export names them too
 * @param makeId gives a new span's id
 */
export function filmChange(
  { film, author, called }: AnnotatedTask, { durationUs }: Pick<SessionManifest, 'durationUs'>, human: HumanLabels, predicted: readonly LabelRef[], makeId: () => string,
): AnnotationChange {
  const none = { edits: [], added: 0, changed: 0, removed: 0 };
  if (!film) return none;
  const { rate, exported, spans } = film;
  const labelsOf = labelsByName(called, human, predicted);
  const frames = Math.max(1, Math.round((durationUs * rate) / 1e6));
  const stands = (span: HumanSpan, { name, start, end }: FrameSpan): boolean => {
    const range = frameRange(span.startUs, span.endUs, { rate, frames });
    return isOneOf(labelsOf(name), span.label) && range.start === start && Math.abs(range.end - end) <= (range.end >= frames ? 1 : 0);
  };
  const left = new Map(human.spans.map((span) => [span.id, span]));
  const edits: HumanEdit[] = [];
  let [added, changed] = [0, 0];
  // Those that have their ids first: without ids what stands as it was is known by its frames.
  const rest: FrameSpan[] = [];
  const put = (span: FrameSpan, id: string): void => {
    const { start, end, name, accepted } = span;
    const before = human.spans.find((one) => one.id === id)?.label;
    const labels = labelsOf(name);
    const label = before && isOneOf(labels, before) ? before : labels[0];
    const startUs = Math.min(durationUs - 1, Math.round(((start - 1) * 1e6) / rate));
    const endUs = Math.max(startUs + 1, Math.min(durationUs, Math.round((end * 1e6) / rate)));
    edits.push({ kind: 'put-span', span: { id, startUs, endUs, label, ...(accepted && { accepted }), ...(author !== undefined && { author }) } });
  };
  for (const span of spans) {
    const own = span.id === undefined ? undefined : left.get(span.id);
    if (!own) {
      rest.push(span);
      continue;
    }
    left.delete(own.id);
    if (stands(own, span)) continue;
    put(span, own.id);
    changed++;
  }
  for (const span of rest) {
    const own = [...left.values()].find((one) => stands(one, span));
    if (own) {
      left.delete(own.id);
      continue;
    }
    put(span, makeId());
    added++;
  }
  // What was not exported was made here since then: nobody took it out.
  const taken = new Set(exported);
  const removed = [...left.keys()].filter((id) => taken.has(id));
  return { edits: [...removed.map((id): HumanEdit => ({ kind: 'delete-span', id })), ...edits], added, changed, removed: removed.length };
}

/** What a kept picture's task says; nothing where it says what the picture has already. Undefined where the session has no such picture. */
export function pictureChange({ picture, called, author }: AnnotatedTask, human: HumanLabels, predicted: readonly LabelRef[]): AnnotationChange | undefined {
  const snapshot = human.snapshots.find(({ file }) => file === picture?.file);
  const name = picture?.labels.at(0);
  if (name === undefined || !snapshot) return undefined;
  const labels = labelsByName(called, human, predicted)(name);
  const same = snapshot.label !== undefined && isOneOf(labels, snapshot.label);
  const { id, timeUs, file } = snapshot;
  return { edits: same ? [] : [{ kind: 'put-snapshot', snapshot: { id, timeUs, file, label: labels[0], ...(author !== undefined && { author }) } }], added: 0, changed: same ? 0 : 1, removed: 0 };
}

/** What the tasks of a film's frames say, as edits of its session: one step of undo. @param tasks in any order, each frame once */
export function framesChange(
  tasks: readonly AnnotatedTask[], { durationUs }: Pick<SessionManifest, 'durationUs'>, human: HumanLabels, predicted: readonly LabelRef[], makeId: () => string,
): FrameChange {
  const frames = tasks.flatMap(({ picture, called, author }) => {
    if (!picture || picture.file !== undefined) return [];
    const labelsOf = labelsByName(called, human, predicted);
    return [{ timeUs: picture.timeUs, before: picture.before.map(labelsOf), after: picture.labels.map(labelsOf), author }];
  });
  return frameChange(frames.sort((a, b) => a.timeUs - b.timeUs), durationUs, human, makeId);
}
