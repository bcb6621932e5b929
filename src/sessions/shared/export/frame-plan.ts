import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { middleUs, spansAt } from '../label-times';
import { runsOf, type ExportSource, type LabelTrack } from './export-source';

/** Which frames are taken out of the video. */
export type FrameChoice =
  /** The middle one of each span. */
  | { readonly kind: 'one-a-span' }
  /** One at each so many microseconds, 1 or more. */
  | { readonly kind: 'every'; readonly everyUs: number };

/** A frame that an export wants, with the labels that hold there. */
export interface PlannedFrame {
  /** Microseconds; the frame shown at that time is meant. */
  readonly timeUs: number;
  /** By start of their spans; the same label once. */
  readonly labels: readonly LabelRef[];
}

interface Span {
  readonly startUs: number;
  readonly endUs: number;
  readonly label: LabelRef;
}

function distinct(labels: readonly LabelRef[]): LabelRef[] {
  const seen = new Set<string>();
  return labels.filter(({ index, name }) => {
    const key = `${index}:${name}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

async function* spansOf(source: ExportSource, track: LabelTrack): AsyncGenerator<Span> {
  if (track === 'human') yield* source.human.spans;
  else yield* runsOf(source);
}

/**
 * Frames with labels, by time; at each time once. Videos longer than the labels give nothing for the rest.
 */
export async function* labelledFrames(source: ExportSource, track: LabelTrack, choice: FrameChoice): AsyncGenerator<PlannedFrame> {
  if (choice.kind === 'every') yield* everySoOften(source, track, choice.everyUs);
  else yield* oneASpan(source, track);
}

async function* oneASpan(source: ExportSource, track: LabelTrack): AsyncGenerator<PlannedFrame> {
  if (track === 'predicted') {
    // Runs never overlap, so that their middles come in order.
    for await (const run of runsOf(source)) yield { timeUs: middleUs(run), labels: [run.label] };
    return;
  }
  const times = [...new Set(source.human.spans.map(middleUs))].sort((a, b) => a - b);
  for (const timeUs of times) {
    yield { timeUs, labels: distinct(spansAt(source.human, timeUs).map(({ label }) => label)) };
  }
}

async function* everySoOften(source: ExportSource, track: LabelTrack, everyUs: number): AsyncGenerator<PlannedFrame> {
  if (!(everyUs >= 1)) throw new RangeError(`Frames every ${everyUs} microseconds cannot be had.`);
  const spans = spansOf(source, track);
  /** Spans that may hold the next time: all that began, less those that ended. */
  let open: Span[] = [];
  let next = await spans.next();
  for (let n = 0; ; n++) {
    const timeUs = Math.round(n * everyUs);
    while (!next.done && next.value.startUs <= timeUs) {
      open.push(next.value);
      next = await spans.next();
    }
    open = open.filter(({ endUs }) => endUs > timeUs);
    if (open.length > 0) yield { timeUs, labels: distinct(open.map(({ label }) => label)) };
    else if (next.done) return;
    // Nothing for a while: on to the first time that the next span can hold.
    else n = Math.max(n, Math.ceil(next.value.startUs / everyUs) - 1);
  }
}
