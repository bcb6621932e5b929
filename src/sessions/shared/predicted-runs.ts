import type { RecognitionEntry } from './session';
import { labelKey, sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';
import { ANSWER_HOLDS_US } from './label-times';
import { isNamed } from './sureness';

/** A time over which the network kept naming the same thing first. */
export interface PredictedRun {
  /** Microseconds, inclusive. */
  readonly startUs: number;
  /** Microseconds, exclusive; above `startUs`. */
  readonly endUs: number;
  readonly label: LabelRef;
  /** Mean over the run's answers, 0..1. */
  readonly probability: number;
  /** Answers in the run. */
  readonly count: number;
  readonly modelId: string;
  /** Whether it was not sure: then `label` is what it did not say. */
  readonly unsure?: true;
}

export interface RunOptions {
  /** Length of the video, microseconds. */
  readonly durationUs: number;
  /** Answers below this say nothing, 0..1. */
  readonly minProbability?: number;
  /**
   * Probability below which answers are not sure of their label, whichever it is; left out where only what the live view said
   * counts, and runs end with their label all the same.
   */
  readonly certainty?: number;
  /** An answer stands no longer than this, microseconds. */
  readonly holdsUs?: number;
}

/** Collects runs from answers that come one after the other. */
class RunBuilder {
  #run: { startUs: number; lastUs: number; label: LabelRef; sum: number; count: number; modelId: string; unsure: boolean } | undefined;
  readonly #min: number;
  readonly #holds: number;

  constructor(private readonly options: RunOptions) {
    this.#min = options.minProbability ?? 0;
    this.#holds = options.holdsUs ?? ANSWER_HOLDS_US;
  }

  /** @returns the run that this answer ended */
  add(entry: RecognitionEntry): PredictedRun | undefined {
    const { timeUs, top, modelId } = entry;
    const { certainty } = this.options;
    const first = top.at(0);
    const run = this.#run;
    const unsure = !isNamed(entry, certainty ?? 0);
    const says = first !== undefined && first.probability >= this.#min;
    const same = run && says && run.unsure === unsure && ((unsure && certainty !== undefined) || sameLabel(run.label, first));
    if (same && run.modelId === modelId && timeUs - run.lastUs < this.#holds) {
      run.lastUs = timeUs;
      run.sum += first.probability;
      run.count++;
      return undefined;
    }
    const ended = this.#end(timeUs);
    if (says) {
      const label: LabelRef = first.index === undefined ? { name: first.name } : { index: first.index, name: first.name };
      this.#run = { startUs: timeUs, lastUs: timeUs, label, sum: first.probability, count: 1, modelId, unsure };
    }
    return ended;
  }

  finish(): PredictedRun | undefined {
    return this.#end(Infinity);
  }

  #end(timeUs: number): PredictedRun | undefined {
    const run = this.#run;
    this.#run = undefined;
    if (!run) return undefined;
    // The video may be a frame longer than its last answer, or a broken-off one's length may be unknown (0).
    const videoEnd = timeUs === Infinity ? Math.max(this.options.durationUs, run.lastUs + 1) : Infinity;
    const { startUs, lastUs, label, sum, count, modelId, unsure } = run;
    const endUs = Math.min(timeUs, lastUs + this.#holds, videoEnd);
    return { startUs, endUs, label, probability: sum / count, count, modelId, ...(unsure && { unsure }) };
  }
}

/** Runs of the first label, by time, none overlapping; answers are read one at a time. */
export async function* predictedRuns(
  recognitions: AsyncIterable<RecognitionEntry> | Iterable<RecognitionEntry>,
  options: RunOptions,
): AsyncGenerator<PredictedRun> {
  const builder = new RunBuilder(options);
  for await (const entry of recognitions) {
    const ended = builder.add(entry);
    if (ended) yield ended;
  }
  const last = builder.finish();
  if (last) yield last;
}

/** The same of answers that are all there. */
export function predictedRunsOf(recognitions: Iterable<RecognitionEntry>, options: RunOptions): PredictedRun[] {
  const builder = new RunBuilder(options);
  const runs: PredictedRun[] = [];
  for (const entry of recognitions) {
    const ended = builder.add(entry);
    if (ended) runs.push(ended);
  }
  const last = builder.finish();
  return last ? [...runs, last] : runs;
}

/** Labels of answers by how much they were given: the sum of their probabilities, most first. */
export function topLabels(recognitions: Iterable<RecognitionEntry>, count: number): LabelRef[] {
  const sums = new Map<string, { label: LabelRef; sum: number }>();
  for (const { top } of recognitions) {
    for (const { index, name, probability } of top) {
      const label: LabelRef = index === undefined ? { name } : { index, name };
      const key = labelKey(label);
      const seen = sums.get(key);
      if (seen) seen.sum += probability;
      else sums.set(key, { label, sum: probability });
    }
  }
  return [...sums.values()]
    .sort((a, b) => b.sum - a.sum)
    .slice(0, count)
    .map(({ label }) => label);
}
