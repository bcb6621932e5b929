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
  /** Of a picture of no session: its key, and the id of the training set that has its label. */
  readonly still: { readonly key: number; readonly set: string } | undefined;
  /** Annotations beside the one that is taken. */
  readonly others: number;
  /** Whether anybody has annotated it. */
  readonly annotated: boolean;
  /** Whether there are results that say nothing which a session has: outlines, choices, texts. */
  readonly foreign: boolean;
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
const ROW = new Set([
  'image', 'video', 'framerate', 'name', 'session', 'session_id', 'spans', 'snapshot', 'split', 'frame', 'time_s', 'label_time_s', 'labels', 'classes', 'still', 'set',
  'id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time',
]);
/** Whether a result's value is one of ours: a rectangle, a stretch of the timeline, or a rectangle that moves. */
const isOurs = (value: unknown): boolean => isFields(value) && (Array.isArray(value['rectanglelabels']) || Array.isArray(value['timelinelabels']) || Array.isArray(value['sequence']));
/** Whether a row's column has results that are none of ours. */
const isForeign = ([key, value]: [string, unknown]): boolean => !ROW.has(key) && ((typeof value === 'string' && value !== '') || isFields(value) || list(value).some((one) => !isOurs(one)));

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
  const foreign = latest !== undefined && (minimal ? Object.entries(value).some(isForeign) : results.some((one) => !isOurs(one['value'])));
  const name = text(data['name']) ?? text(data['session']) ?? `task ${typeof value['id'] === 'number' ? value['id'] : place}`;
  const [key, set] = [data['still'], text(data['set'])];
  const still = typeof key === 'number' && Number.isInteger(key) && set !== undefined ? { key, set } : undefined;
  const common = { name, author: authorOf(latest?.[minimal ? 'annotator' : 'completed_by']), others: Math.max(0, annotations.length - 1), at: latest ? time(latest) : 0, called: calledIn([...list(data['labels']), ...list(data['classes'])]), annotated: latest !== undefined, foreign, still };
  const rate = data['framerate'];
  if (latest && text(data['video']) !== undefined && typeof rate === 'number' && rate > 0) {
    const exported = Array.isArray(data['spans']) ? texts(data['spans']) : undefined;
    return { ...common, session: text(data['session']), film: { rate, exported, spans: spansIn(values) }, picture: undefined };
  }
  return { ...common, session: text(data['session_id']), film: undefined, picture: latest && pictureIn(data, values, foreign) };
}

/** @param foreign whether there are results of another kind: without a rectangle among them nobody took a label off */
function pictureIn(data: Fields, values: readonly Fields[], foreign: boolean): AnnotatedPicture | undefined {
  const file = text(data['snapshot']);
  const labels = [...new Set(values.flatMap(({ rectanglelabels }) => texts(rectanglelabels)))];
  // The frame that is shown may have come before the moment that its labels are of.
  const seconds = data['label_time_s'] ?? data['time_s'];
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

/** Labels that a name stands for; the first is what such a label is from now on. */
type Labels = readonly [LabelRef, ...LabelRef[]];

/** The labels of a name in a task. @param known what is called so where the task does not say */
function labelsOf({ called }: Pick<AnnotatedTask, 'called'>, name: string, known?: LabelRef): Labels {
  const [first, ...more] = called.get(name) ?? [];
  return first ? [first, ...more] : [known ?? { name: nameOf(name) || name }];
}

/** What a picture was labelled with when it was exported, and what it is now, as far as its task says. */
export function labelsIn(task: Pick<AnnotatedTask, 'called'>, { before, labels }: Pick<AnnotatedPicture, 'before' | 'labels'>): { readonly before: readonly Labels[]; readonly after: readonly Labels[] } {
  const of = (name: string): Labels => labelsOf(task, name);
  return { before: before.map(of), after: labels.map(of) };
}

/** A session's labels by their names: as an export says, and else as it would give them now. */
export class SessionNames {
  readonly #names = new DistinctNames();
  readonly #known = new Map<string, LabelRef>();
  readonly #numbered = new Map<string, LabelRef>();

  /** @param predicted labels that the network gave in the session, as the export names them too */
  constructor(human: HumanLabels, predicted: readonly LabelRef[]) {
    for (const { label } of human.spans) this.#add(label);
    predicted.forEach((label) => this.#add(label));
    for (const { label } of human.snapshots) if (label) this.#add(label);
  }

  /** The labels of a name in a task; the first is what such a label is from now on. */
  of(task: Pick<AnnotatedTask, 'called'>, name: string): Labels {
    const [, plain, index] = NUMBERED.exec(name) ?? [];
    return labelsOf(task, name, this.#numbered.get(`${index} ${plain}`) ?? this.#known.get(name));
  }

  #add(label: LabelRef): void {
    this.#known.set(this.#names.of(label), label);
    if (label.index !== undefined) this.#numbered.set(`${label.index} ${label.name}`, label);
  }
}

/**
 * What a film's task says as edits of its session: one step of undo.
 * @param makeId gives a new span's id
 */
export function filmChange(one: AnnotatedTask, { durationUs }: Pick<SessionManifest, 'durationUs'>, human: HumanLabels, names: SessionNames, makeId: () => string): AnnotationChange {
  const { film, author } = one;
  const none = { edits: [], added: 0, changed: 0, removed: 0 };
  if (!film) return none;
  const { rate, exported, spans } = film;
  const called = (name: string): Labels => names.of(one, name);
  const frames = Math.max(1, Math.round((durationUs * rate) / 1e6));
  const stands = (span: HumanSpan, { name, start, end }: FrameSpan): boolean => {
    const range = frameRange(span.startUs, span.endUs, { rate, frames });
    return isOneOf(called(name), span.label) && range.start === start && Math.abs(range.end - end) <= (range.end >= frames ? 1 : 0);
  };
  const left = new Map(human.spans.map((span) => [span.id, span]));
  const edits: HumanEdit[] = [];
  let [added, changed] = [0, 0];
  // Those that have their ids first: without ids what stands as it was is known by its frames.
  const rest: FrameSpan[] = [];
  const put = (span: FrameSpan, id: string): void => {
    const { start, end, name, accepted } = span;
    const before = human.spans.find((one) => one.id === id)?.label;
    const labels = called(name);
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

/**
 * What the tasks of kept pictures say; nothing of those that have what is said already.
 * @returns and the tasks whose pictures the session has not
 */
export function picturesChange(tasks: readonly AnnotatedTask[], human: HumanLabels, names: SessionNames): AnnotationChange & { readonly unknown: readonly AnnotatedTask[] } {
  const snapshots = new Map(human.snapshots.map((snapshot) => [snapshot.file, snapshot]));
  const unknown: AnnotatedTask[] = [];
  const edits: HumanEdit[] = [];
  for (const task of tasks) {
    const { picture, author } = task;
    if (picture?.file === undefined) continue;
    const snapshot = snapshots.get(picture.file);
    const name = picture.labels.at(0);
    if (name === undefined || !snapshot) {
      unknown.push(task);
      continue;
    }
    const labels = names.of(task, name);
    if (snapshot.label !== undefined && isOneOf(labels, snapshot.label)) continue;
    const { id, timeUs, file } = snapshot;
    edits.push({ kind: 'put-snapshot', snapshot: { id, timeUs, file, label: labels[0], ...(author !== undefined && { author }) } });
  }
  return { edits, added: 0, changed: edits.length, removed: 0, unknown };
}

/** What the tasks of a film's frames say, as edits of its session: one step of undo. @param tasks in any order, each frame once */
export function framesChange(tasks: readonly AnnotatedTask[], { durationUs }: Pick<SessionManifest, 'durationUs'>, human: HumanLabels, names: SessionNames, makeId: () => string): FrameChange {
  const frames = tasks.flatMap((task) => {
    const { picture, author } = task;
    if (!picture || picture.file !== undefined) return [];
    const called = (name: string): Labels => names.of(task, name);
    return [{ timeUs: picture.timeUs, before: picture.before.map(called), after: picture.labels.map(called), author }];
  });
  return frameChange(frames.sort((a, b) => a.timeUs - b.timeUs), durationUs, human, makeId);
}

/** What a task is of: tasks of one session and one thing say the same thing twice, as of two annotators. */
const thingOf = ({ film, picture, still }: AnnotatedTask): string => (still ? `still ${still.key} ${still.set}` : film ? 'film' : picture?.file === undefined ? `frame ${picture?.timeUs}` : `file ${picture.file}`);

/**
 * Of tasks that are of one thing the latest: "JSON-MIN" has an entry for each annotation, in any order, and a file may hold a film twice.
 * @returns and how many were left
 */
export function latestTasks(tasks: readonly AnnotatedTask[]): { readonly latest: readonly AnnotatedTask[]; readonly others: number } {
  const latest = new Map<string, AnnotatedTask>();
  for (const task of tasks) {
    const thing = thingOf(task);
    const known = latest.get(thing);
    if (!known || known.at < task.at) latest.set(thing, task);
  }
  return { latest: [...latest.values()], others: tasks.length - latest.size };
}
