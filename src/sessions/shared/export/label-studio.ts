import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { DistinctNames } from './distinct-names';
import { runsOf, type ExportSource, type Pieces } from './export-source';

/*
 * A task of Label Studio with a video and labels on its timeline (labelstud.io/tags/timelinelabels). It counts frames, from 1,
 * both ends of a range inclusive (label-studio-ml-backend, examples/yolo/utils/converter.py), and takes them to come at a
 * constant rate: so the video that goes with it is made anew at that rate, frame n of it shown from (n - 1) / rate.
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

interface Region {
  readonly id: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly name: string;
  readonly score?: number;
}

function result({ id, startUs, endUs, name, score }: Region, video: ConstantRateVideo): string {
  return JSON.stringify({
    id,
    from_name: 'label',
    to_name: 'video',
    type: 'timelinelabels',
    ...(score === undefined ? { origin: 'manual' } : { origin: 'prediction', score }),
    value: { ranges: [frameRange(startUs, endUs, video)], timelinelabels: [name] },
  });
}

/** All labels that the task names. */
async function* labelsOf(source: ExportSource): AsyncGenerator<LabelRef> {
  for (const { label } of source.human.spans) yield label;
  for await (const { label } of runsOf(source)) yield label;
}

/** Names of the labels, as the set-up and the task share them. */
export async function labelStudioNames(source: ExportSource): Promise<{ readonly names: DistinctNames; readonly all: readonly string[] }> {
  const names = new DistinctNames();
  const all = new Set<string>();
  for await (const label of labelsOf(source)) all.add(names.of(label));
  return { names, all: [...all] };
}

/** `tasks.json`: one task, a person's spans as its annotation, the network's runs as a prediction for each model. */
export async function* labelStudioTasks(source: ExportSource, video: ConstantRateVideo, names: DistinctNames): Pieces {
  const { manifest, human } = source;
  const data = { video: video.url, framerate: video.rate, name: manifest.name, session: manifest.id };
  yield `[{\n"data": ${JSON.stringify(data)},\n"annotations": [`;
  if (human.spans.length > 0) {
    yield '{"was_cancelled": false, "result": [';
    let first = true;
    for (const { id, startUs, endUs, label } of human.spans) {
      yield (first ? '\n' : ',\n') + result({ id, startUs, endUs, name: names.of(label) }, video);
      first = false;
    }
    yield '\n]}';
  }
  yield '],\n"predictions": [';
  const models = [...new Set(manifest.models.map(({ id }) => id))];
  for (const [m, model] of models.entries()) {
    yield `${m === 0 ? '' : ','}\n{"model_version": ${JSON.stringify(model)}, "result": [`;
    let n = 0;
    let sum = 0;
    for await (const { startUs, endUs, label, probability, modelId } of runsOf(source)) {
      if (modelId !== model) continue;
      yield (n === 0 ? '\n' : ',\n') + result({ id: `predicted-${m}-${n}`, startUs, endUs, name: names.of(label), score: probability }, video);
      n++;
      sum += probability;
    }
    yield `\n], "score": ${n === 0 ? 0 : sum / n}}`;
  }
  yield ']\n}]\n';
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** `config.xml`: the labelling set-up to paste into a project's settings. */
export function labelStudioConfig(video: ConstantRateVideo, labels: readonly string[]): string {
  const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => XML_ESCAPES[sign]);
  const lines = labels.map((name) => `    <Label value="${escaped(name)}"/>`);
  return `<View>
  <TimelineLabels name="label" toName="video">
${lines.join('\n')}
  </TimelineLabels>
  <Video name="video" value="$video" framerate="${video.rate}" timelineHeight="120"/>
</View>
`;
}
