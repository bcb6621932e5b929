import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { DistinctNames, type LabelNames } from './distinct-names';
import { runsOf, squaresOf, type ExportSource, type FrameCounter, type Pieces } from './export-source';
import type { SquareChange, SquareTrack } from '../square-track';
import { squareInImage, type Size } from '../squares';
import { xml } from './text';

/*
 * A task of Label Studio with a video and labels on its timeline (labelstud.io/tags/timelinelabels). It counts frames, from 1,
 * both ends of a range inclusive (label-studio-ml-backend, examples/yolo/utils/converter.py), and takes them to come at a
 * constant rate: so the video that goes with it is made anew at that rate, frame n of it shown from (n - 1) / rate.
 * Where the network looked goes with each label as a rectangle (labelstud.io/tags/videorectangle), in per cent of the picture.
 */

/** What the video that goes with the task is like. */
export interface ConstantRateVideo {
  /** Where Label Studio finds it: an address, or a path of its local storage. */
  readonly url: string;
  /** Frames a second, constant. */
  readonly rate: number;
  /** Frames in all. */
  readonly frames: number;
}

/** Rates that tools know, frames a second. */
const RATES = [5, 10, 12, 15, 20, 24, 25, 30, 50, 60] as const;

/** The usual rate next to a video's own mean rate. @param mean frames a second, above 0 */
export function constantRate(mean: number): number {
  return RATES.reduce((best, rate) => (Math.abs(Math.log(rate / mean)) < Math.abs(Math.log(best / mean)) ? rate : best));
}

/**
 * Frames that are shown within a span: the first is the one that comes at or after its start, the last the one before its end.
 * A span between two frames gets the frame that is in sight then.
 * @returns numbers from 1, both inclusive
 */
export function frameRange(startUs: number, endUs: number, { rate, frames }: Pick<ConstantRateVideo, 'rate' | 'frames'>): { start: number; end: number } {
  // Times are whole microseconds, frames at 30 a second are not: without the allowance a span that starts with a frame would miss it.
  const nearly = 1e-4;
  const first = Math.ceil((startUs * rate) / 1e6 - nearly) + 1;
  const last = Math.ceil((endUs * rate) / 1e6 - nearly);
  const end = Math.max(1, Math.min(frames, last));
  return { start: Math.max(1, Math.min(first, end)), end };
}

/**
 * Counts the frames of a film at a constant rate, from 0: a label's is the first that comes at or after it, and shows its frame or a later one.
 */
export function constantCounter(film: Pick<ConstantRateVideo, 'rate' | 'frames'>): FrameCounter {
  const first = (timeUs: number): number => frameRange(timeUs, Infinity, film).start - 1;
  return { at: first, within: (startUs, endUs) => [first(startUs), frameRange(startUs, endUs, film).end - 1] };
}

interface TimedLabel {
  readonly id: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly name: string;
  readonly score?: number;
  /** Whether a person accepted the network's guess. */
  readonly accepted?: boolean;
}

/** What the results of a task share. */
interface TaskContext {
  readonly video: ConstantRateVideo;
  /** Size of the video's picture. */
  readonly size: Size;
  readonly squares: SquareTrack;
}

/** A rectangle's corners at a frame; between two of them Label Studio goes straight from one to the other. */
interface Keyframe {
  readonly frame: number;
  /** False at a rectangle's last frame. */
  readonly enabled: boolean;
  readonly rotation: 0;
  /** Per cent of the picture's width and height. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly time: number;
}

/** The square over a span: it stays until it changes, so that each change has the frame before it as well. */
function keyframes(changes: readonly SquareChange[], endUs: number, { video, size }: TaskContext): Keyframe[] {
  const percent = (part: number, whole: number): number => Number(((100 * part) / whole).toFixed(3));
  const found = new Map<number, Keyframe>();
  for (const [i, { timeUs, square }] of changes.entries()) {
    if (!square) continue;
    const { x, y, width, height } = squareInImage(square, size, size);
    const at = {
      rotation: 0, x: percent(x, size.width), y: percent(y, size.height), width: percent(width, size.width), height: percent(height, size.height),
    } as const;
    const { start, end } = frameRange(timeUs, changes.at(i + 1)?.timeUs ?? endUs, video);
    for (const frame of [start, end]) found.set(frame, { frame, enabled: true, ...at, time: Number(((frame - 1) / video.rate).toFixed(6)) });
  }
  const frames = [...found.values()];
  return frames.map((keyframe, i) => (i === frames.length - 1 ? { ...keyframe, enabled: false } : keyframe));
}

function* results({ id, startUs, endUs, name, score, accepted }: TimedLabel, context: TaskContext): Generator<string> {
  const { video, squares } = context;
  // Label Studio says of a region that a person took over as the network gave it that it is a prediction's.
  const origin = score === undefined ? { origin: accepted ? 'prediction' : 'manual' } : { origin: 'prediction', score };
  const common = { to_name: 'video', ...origin, ...(accepted && { meta: { text: ['accepted guess'] } }) };
  const ranges = [frameRange(startUs, endUs, video)];
  yield JSON.stringify({ id, from_name: 'label', type: 'timelinelabels', ...common, value: { ranges, timelinelabels: [name] } });
  if (!squares.known) return;
  const value = {
    framesCount: video.frames,
    duration: video.frames / video.rate,
    sequence: keyframes(squares.within(startUs, endUs), endUs, context),
    labels: [name],
  };
  yield JSON.stringify({ id: `${id}-square`, from_name: 'square', type: 'videorectangle', ...common, value });
}

/** All labels that the task names. */
async function* labelsOf(source: ExportSource): AsyncGenerator<LabelRef> {
  for (const { label } of source.human.spans) yield label;
  for await (const { label } of runsOf(source)) yield label;
}

/** What labels are called in a task. */
export interface TaskNames {
  readonly names: LabelNames;
  /** The labels of each name, several where a dataset has made them one. */
  readonly all: ReadonlyMap<string, readonly LabelRef[]>;
}

/** Names of the labels, as the set-up and the task share them, and which label each is. @param names what labels are called */
export async function labelStudioNames(source: ExportSource, names: LabelNames = new DistinctNames()): Promise<TaskNames> {
  const all = new Map<string, LabelRef[]>();
  const seen = new Set<string>();
  for await (const label of labelsOf(source)) {
    if (seen.has(labelKey(label))) continue;
    seen.add(labelKey(label));
    const called = names.of(label);
    const own = all.get(called);
    if (own) own.push(label);
    else all.set(called, [label]);
  }
  return { names, all };
}

/** The names of one task with those of all others behind them: what a set's set-up offers, each of its tasks knows. */
export function withNamesOf(own: TaskNames, others: readonly TaskNames[]): TaskNames {
  const all = new Map<string, readonly LabelRef[]>(own.all);
  for (const [called, labels] of others.flatMap((one) => [...one.all])) {
    const known = all.get(called) ?? [];
    const keys = new Set(known.map(labelKey));
    all.set(called, [...known, ...labels.filter((label) => !keys.has(labelKey(label)))]);
  }
  return { names: own.names, all };
}

async function hasUnsure(source: ExportSource, model: string): Promise<boolean> {
  for await (const { modelId, unsure } of runsOf(source)) if (unsure && modelId === model) return true;
  return false;
}

/** `tasks.json`: a list of one. */
export async function* labelStudioTasks(source: ExportSource, video: ConstantRateVideo, names: TaskNames): Pieces {
  yield '[';
  yield* labelStudioTask(source, video, names);
  yield ']\n';
}

/**
 * One task: a person's spans as its annotation, the network's runs as a prediction for each model. What the live view was not
 * sure of is a prediction of its own, so that nobody takes it for what was said.
 */
export async function* labelStudioTask(source: ExportSource, video: ConstantRateVideo, { names, all }: TaskNames): Pieces {
  const { manifest, human } = source;
  const context: TaskContext = { video, size: manifest.film, squares: await squaresOf(source) };
  // Which spans were there: of those that come back missing it is known that somebody took them out.
  const spans = human.spans.map(({ id }) => id);
  // Which label a name is: two have one name, and which has its class behind it would be another once a span is gone here.
  const labels = [...all].flatMap(([called, own]) => own.map(({ index, name }) => ({ called, name, ...(index !== undefined && { index }) })));
  const data = { video: video.url, framerate: video.rate, name: manifest.name, session: manifest.id, spans, labels };
  yield `{\n"data": ${JSON.stringify(data)},\n"annotations": [`;
  if (human.spans.length > 0) {
    yield '{"was_cancelled": false, "result": [';
    let first = true;
    for (const { id, startUs, endUs, label, accepted } of human.spans) {
      for (const result of results({ id, startUs, endUs, name: names.of(label), ...(accepted && { accepted }) }, context)) {
        yield (first ? '\n' : ',\n') + result;
        first = false;
      }
    }
    yield '\n]}';
  }
  yield '],\n"predictions": [';
  const models = [...new Set(manifest.models.map(({ id }) => id))].flatMap((model) => [{ model, unsure: false }, { model, unsure: true }]);
  let written = 0;
  for (const [m, { model, unsure: wanted }] of models.entries()) {
    if (wanted && !(await hasUnsure(source, model))) continue;
    yield `${written++ === 0 ? '' : ','}\n{"model_version": ${JSON.stringify(wanted ? `${model} (not sure)` : model)}, "result": [`;
    let first = true;
    let n = 0;
    let sum = 0;
    for await (const { startUs, endUs, label, probability, modelId, unsure = false } of runsOf(source)) {
      if (modelId !== model || unsure !== wanted) continue;
      for (const result of results({ id: `predicted-${m}-${n}`, startUs, endUs, name: names.of(label), score: probability }, context)) {
        yield (first ? '\n' : ',\n') + result;
        first = false;
      }
      n++;
      sum += probability;
    }
    yield `\n], "score": ${n === 0 ? 0 : sum / n}}`;
  }
  yield ']\n}';
}

/**
 * `config.xml`: the labelling set-up to paste into a project's settings. Each task says its film's own rate (labelstud.io/tags/video: `frameRate`
 * takes task data).
 * @param squares whether the task has rectangles
 */
export function labelStudioConfig(labels: readonly string[], squares: boolean): string {
  const lines = labels.map((name) => `    <Label value="${xml(name)}"/>`).join('\n');
  const boxes = squares
    ? `  <Labels name="square-label" toName="video">
${lines}
  </Labels>
  <VideoRectangle name="square" toName="video"/>
`
    : '';
  return `<View>
  <TimelineLabels name="label" toName="video">
${lines}
  </TimelineLabels>
${boxes}  <Video name="video" value="$video" framerate="$framerate" timelineHeight="120"/>
</View>
`;
}
