import type { SessionData } from './session';
import { labelKey, sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';
import { predictedRunsOf } from './predicted-runs';
import { SpanIndex } from './span-index';

/** How much of a session a label has. */
interface LabelShare {
  readonly label: LabelRef;
  /** Microseconds that the network named it first. */
  readonly predictedUs: number;
  /** Microseconds that a person gave it. */
  readonly humanUs: number;
}

export interface SessionStatistics {
  /** Most seen first. */
  readonly labels: readonly LabelShare[];
  /** Answers a second of video. */
  readonly recognitionRate: number;
  /** Frame captured to label shown, milliseconds; undefined without answers. */
  readonly latencyP50Ms: number | undefined;
  readonly latencyP95Ms: number | undefined;
  /** Answers at times that a person labelled. */
  readonly judged: number;
  /** Share of those whose first label a person gave too, 0..1; undefined where none was judged. */
  readonly agreement: number | undefined;
}

/** Nearest-rank percentile of sorted values. */
function percentile(sorted: Float64Array, share: number): number | undefined {
  return sorted.length === 0 ? undefined : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** @param certainty probability from which on a label counts as named, 0 for always */
export function sessionStatistics({ manifest, recognitions, human }: SessionData, certainty = 0): SessionStatistics {
  const shares = new Map<string, { label: LabelRef; predictedUs: number; humanUs: number }>();
  const share = (label: LabelRef): { predictedUs: number; humanUs: number } => {
    const key = labelKey(label);
    let one = shares.get(key);
    if (!one) shares.set(key, (one = { label, predictedUs: 0, humanUs: 0 }));
    return one;
  };
  for (const run of predictedRunsOf(recognitions, { durationUs: manifest.durationUs, certainty })) {
    if (run.unsure) continue;
    share(run.label).predictedUs += run.endUs - run.startUs;
  }
  for (const span of human.spans) share(span.label).humanUs += span.endUs - span.startUs;
  let judged = 0;
  let agreed = 0;
  const index = new SpanIndex(human.spans);
  for (const { timeUs, top } of recognitions) {
    const spans = index.at(timeUs);
    const first = top.at(0);
    if (spans.length === 0 || !first) continue;
    judged++;
    if (spans.some(({ label }) => sameLabel(label, first))) agreed++;
  }
  const latencies = Float64Array.from(recognitions, ({ latencyMs }) => latencyMs).sort();
  return {
    labels: [...shares.values()].sort((a, b) => b.predictedUs + b.humanUs - (a.predictedUs + a.humanUs)),
    recognitionRate: manifest.durationUs > 0 ? (recognitions.length * 1e6) / manifest.durationUs : 0,
    latencyP50Ms: percentile(latencies, 0.5),
    latencyP95Ms: percentile(latencies, 0.95),
    judged,
    agreement: judged === 0 ? undefined : agreed / judged,
  };
}
