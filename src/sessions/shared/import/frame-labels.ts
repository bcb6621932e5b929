import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import type { HumanEdit, HumanLabels, HumanSpan } from '../session';

/*
 * What is said of single frames, as labels of time: a person who looks at one picture a second of a span and calls three of them otherwise
 * means the time around these. It reaches to the middle between a picture that was called otherwise and its neighbour that was not.
 */

/** What came back of a frame of the film. */
export interface FrameLabels {
  readonly timeUs: number;
  /** What it was labelled with: for each name the labels that it stands for, of which the first is meant by a new one. */
  readonly before: readonly (readonly LabelRef[])[];
  /** What it is labelled with now. */
  readonly after: readonly (readonly LabelRef[])[];
  /** Who says so. */
  readonly author: string | undefined;
}

/** What frames change of a session. */
export interface FrameChange {
  readonly edits: readonly HumanEdit[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Frames whose label is no longer here as it was exported: these are left as they are. */
  readonly lost: readonly number[];
}

/** How far a label reaches to each side of the only picture that has it, microseconds. */
const REACH_US = 500_000;

/** What becomes of a span at a picture: it keeps its label, loses it, or has another. */
type Verdict = { readonly timeUs: number } & ({ readonly kind: 'keep' | 'clear' } | { readonly kind: 'label'; readonly label: LabelRef; readonly author: string | undefined });

/** Whether a label is one of those that a name stands for. */
export const isOneOf = (labels: readonly LabelRef[], label: LabelRef): boolean => labels.some((one) => labelKey(one) === labelKey(label));
const sameName = (a: readonly LabelRef[], b: readonly LabelRef[]): boolean => a.some((one) => isOneOf(b, one));
const alike = (a: Verdict, b: Verdict): boolean => a.kind === b.kind && (a.kind !== 'label' || b.kind !== 'label' || (labelKey(a.label) === labelKey(b.label) && a.author === b.author));
const middle = (a: number, b: number): number => Math.floor((a + b) / 2);

/** A span's time, cut between pictures that say different things of it. */
function cut(span: HumanSpan, verdicts: readonly Verdict[], makeId: () => string): Pick<FrameChange, 'edits' | 'changed' | 'removed'> {
  const runs: { verdict: Verdict; startUs: number; endUs: number }[] = [];
  for (const verdict of verdicts) {
    const last = runs.at(-1);
    if (last && alike(last.verdict, verdict)) {
      last.verdict = verdict;
      continue;
    }
    const at = last ? middle(last.verdict.timeUs, verdict.timeUs) + 1 : span.startUs;
    if (last) last.endUs = at;
    runs.push({ verdict, startUs: at, endUs: span.endUs });
  }
  const left = runs.filter(({ verdict }) => verdict.kind !== 'clear');
  const { label: _label, accepted: _accepted, author: _author, ...place } = span;
  const edits = left.map(({ verdict, startUs, endUs }, i): HumanEdit => {
    const times = { id: i === 0 ? span.id : makeId(), startUs, endUs };
    if (verdict.kind !== 'label') return { kind: 'put-span', span: { ...span, ...times } };
    return { kind: 'put-span', span: { ...place, ...times, label: verdict.label, ...(verdict.author !== undefined && { author: verdict.author }) } };
  });
  const count = (kind: Verdict['kind']): number => runs.filter(({ verdict }) => verdict.kind === kind).length;
  return { edits: left.length > 0 ? edits : [{ kind: 'delete-span', id: span.id }], changed: count('label'), removed: count('clear') };
}

/** A label that a picture has besides, or where there was none. */
interface Addition {
  readonly label: LabelRef;
  readonly author: string | undefined;
  startUs: number;
  endUs: number;
}

/**
 * What pictures of a film's frames say as edits of its session.
 * @param frames by time, each once
 * @param makeId gives a new span's id
 */
export function frameChange(frames: readonly FrameLabels[], durationUs: number, { spans }: HumanLabels, makeId: () => string): FrameChange {
  const verdicts = new Map<HumanSpan, Verdict[]>();
  const additions: Addition[] = [];
  const lost: number[] = [];
  for (const [i, { timeUs, before, after, author }] of frames.entries()) {
    const here = spans.filter((span) => span.startUs <= timeUs && timeUs < span.endUs);
    const judge = (span: HumanSpan, verdict: Verdict): void => {
      const known = verdicts.get(span);
      if (known) known.push(verdict);
      else verdicts.set(span, [verdict]);
    };
    const spanOf = (labels: readonly LabelRef[]): HumanSpan | undefined => here.find(({ label }) => isOneOf(labels, label));
    const added = after.filter((labels) => !before.some((one) => sameName(one, labels)));
    for (const labels of before) {
      const span = spanOf(labels);
      const stays = after.some((one) => sameName(one, labels));
      const next = stays ? undefined : added.shift();
      if (span && stays) judge(span, { kind: 'keep', timeUs });
      else if (span) judge(span, next ? { kind: 'label', label: next[0], author, timeUs } : { kind: 'clear', timeUs });
      else if (!stays && !(next && spanOf(next))) lost.push(timeUs);
    }
    for (const labels of added) {
      if (spanOf(labels)) continue;
      const [previous, next] = [frames.at(i - 1), frames.at(i + 1)];
      const last = additions.findLast((one) => labelKey(one.label) === labelKey(labels[0]) && one.author === author && previous && i > 0 && one.endUs > middle(previous.timeUs, timeUs));
      // Time that is labelled otherwise is not what the picture shows, unless it does as well.
      const from = here.length > 0 ? 0 : Math.max(0, ...spans.filter(({ endUs }) => endUs <= timeUs).map(({ endUs }) => endUs));
      const to = here.length > 0 ? durationUs : Math.min(durationUs, ...spans.filter(({ startUs }) => startUs > timeUs).map(({ startUs }) => startUs));
      const startUs = Math.max(from, timeUs - REACH_US, i > 0 && previous ? middle(previous.timeUs, timeUs) + 1 : 0);
      const endUs = Math.max(startUs + 1, Math.min(to, timeUs + REACH_US, next ? middle(timeUs, next.timeUs) + 1 : durationUs));
      if (last) last.endUs = endUs;
      else additions.push({ label: labels[0], author, startUs, endUs });
    }
  }
  const edits: HumanEdit[] = [];
  let [changed, removed] = [0, 0];
  for (const [span, all] of verdicts) {
    if (all.every(({ kind }) => kind === 'keep')) continue;
    const found = cut(span, all, makeId);
    edits.push(...found.edits);
    changed += found.changed;
    removed += found.removed;
  }
  for (const { author, ...span } of additions) edits.push({ kind: 'put-span', span: { id: makeId(), ...span, ...(author !== undefined && { author }) } });
  return { edits, added: additions.length, changed, removed, lost };
}
