import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { lastWhere } from '../label-times';
import type { HumanEdit, HumanLabels, HumanSpan } from '../session';
import { SpanIndex } from '../span-index';

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
type Verdict = { readonly timeUs: number } & ({ readonly kind: 'keep' | 'clear' } | { readonly kind: 'label'; readonly labels: readonly LabelRef[]; readonly author: string | undefined });

/** Whether a label is one of those that a name stands for. */
export const isOneOf = (labels: readonly LabelRef[], label: LabelRef): boolean => labels.some((one) => labelKey(one) === labelKey(label));
export const sameName = (a: readonly LabelRef[], b: readonly LabelRef[]): boolean => a.some((one) => isOneOf(b, one));
const alike = (a: Verdict, b: Verdict): boolean => a.kind === b.kind && (a.kind !== 'label' || b.kind !== 'label' || (labelKey(a.labels[0]) === labelKey(b.labels[0]) && a.author === b.author));
const middle = (a: number, b: number): number => Math.floor((a + b) / 2);
const authored = (author: string | undefined): { readonly author?: string } => (author === undefined ? {} : { author });
type Unnamed = Omit<HumanSpan, 'id'>;
type Time = Pick<HumanSpan, 'startUs' | 'endUs'>;

/** A span's part that came out of pictures: `fresh` are the labels of its class where it is called as somebody called them, and not as it was. */
interface Part {
  readonly span: Unnamed;
  readonly fresh: readonly LabelRef[] | undefined;
}

/** A span's time, cut between pictures that say different things of it. */
function cut({ id: _id, ...span }: HumanSpan, verdicts: readonly Verdict[]): { readonly parts: readonly Part[]; readonly changed: number; readonly removed: number } {
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
  const { label: _label, accepted: _accepted, author: _author, ...place } = span;
  const parts = runs.flatMap(({ verdict, startUs, endUs }): Part[] => {
    if (verdict.kind === 'label') return [{ span: { ...place, startUs, endUs, label: verdict.labels[0], ...authored(verdict.author) }, fresh: verdict.labels }];
    return verdict.kind === 'keep' ? [{ span: { ...span, startUs, endUs }, fresh: undefined }] : [];
  });
  const count = (kind: Verdict['kind']): number => runs.filter(({ verdict }) => verdict.kind === kind).length;
  return { parts, changed: count('label'), removed: count('clear') };
}

/** What of a time from a moment on is in none of others. @param others by start */
function outside<T extends Time>(time: T, fromUs: number, others: readonly Time[]): T[] {
  const left: T[] = [];
  let from = Math.max(time.startUs, fromUs);
  for (const { startUs, endUs } of others) {
    if (startUs > from && from < time.endUs) left.push({ ...time, startUs: from, endUs: Math.min(startUs, time.endUs) });
    from = Math.max(from, endUs);
  }
  if (from < time.endUs) left.push({ ...time, startUs: from });
  return left;
}

/** What is left of what is called anew where its class does not stand already, and each time but once. @param standing spans that stay */
function settle(standing: readonly Unnamed[], parts: readonly Part[]): ReadonlyMap<Part, readonly Unnamed[]> {
  const byLabel = new Map<string, Unnamed[]>();
  for (const span of standing) {
    const own = byLabel.get(labelKey(span.label));
    if (own) own.push(span);
    else byLabel.set(labelKey(span.label), [span]);
  }
  const byStart = (a: Time, b: Time): number => a.startUs - b.startUs;
  const indexes = new Map([...byLabel].map(([key, own]) => [key, new SpanIndex(own.sort(byStart))]));
  const left = new Map<Part, readonly Unnamed[]>();
  const until = new Map<string, number>();
  for (const part of [...parts].sort((a, b) => byStart(a.span, b.span))) {
    const { span, fresh } = part;
    if (!fresh) continue;
    const key = labelKey(span.label);
    const fromUs = until.get(key) ?? 0;
    const others = fresh.flatMap((label) => indexes.get(labelKey(label))?.within(span.startUs, span.endUs) ?? []);
    left.set(part, outside(span, fromUs, others.sort(byStart)));
    until.set(key, Math.max(fromUs, span.endUs));
  }
  return left;
}

/** A label that a picture has besides, or where there was none. */
interface Addition {
  readonly labels: readonly LabelRef[];
  readonly author: string | undefined;
  startUs: number;
  endUs: number;
}

/**
 * What pictures of a film's frames say as edits of its session. All spans of a class that stand at a picture are meant by it; what is called
 * anew does not stand twice where its label stands already.
 * @param frames by time, each once
 * @param makeId gives a new span's id
 */
export function frameChange(frames: readonly FrameLabels[], durationUs: number, { spans }: Pick<HumanLabels, 'spans'>, makeId: () => string): FrameChange {
  const index = new SpanIndex(spans);
  const verdicts = new Map<HumanSpan, Verdict[]>();
  const additions: Addition[] = [];
  /** The last of each label and author. */
  const latest = new Map<string, Addition>();
  const lost: number[] = [];
  /** When the last of each span and all before it ends. */
  const ends: number[] = [];
  for (const { endUs } of spans) ends.push(Math.max(endUs, ends.at(-1) ?? 0));
  for (const [i, { timeUs, before, after, author }] of frames.entries()) {
    const here = index.at(timeUs);
    const judge = (span: HumanSpan, verdict: Verdict): void => {
      const known = verdicts.get(span);
      if (known) known.push(verdict);
      else verdicts.set(span, [verdict]);
    };
    const spansOf = (labels: readonly LabelRef[]): HumanSpan[] => here.filter(({ label }) => isOneOf(labels, label));
    const added = after.filter((labels) => !before.some((one) => sameName(one, labels)));
    for (const labels of before) {
      const own = spansOf(labels);
      const stays = after.some((one) => sameName(one, labels));
      const next = stays ? undefined : added.shift();
      const verdict: Verdict = stays ? { kind: 'keep', timeUs } : next ? { kind: 'label', labels: next, author, timeUs } : { kind: 'clear', timeUs };
      for (const span of own) judge(span, verdict);
      if (own.length === 0 && !stays && !(next && spansOf(next).length > 0)) lost.push(timeUs);
    }
    for (const labels of added) {
      if (spansOf(labels).length > 0) continue;
      const [previous, next] = [i > 0 ? frames[i - 1] : undefined, frames.at(i + 1)];
      const key = `${labelKey(labels[0])} ${author ?? ''}`;
      const known = latest.get(key);
      // Time that is labelled otherwise is not what the picture shows, unless it does as well.
      const last = lastWhere(spans.length, (place) => spans[place].startUs <= timeUs);
      const [from, to] = here.length > 0 ? [0, durationUs] : [last < 0 ? 0 : ends[last], spans.at(last + 1)?.startUs ?? durationUs];
      const startUs = Math.max(from, timeUs - REACH_US, previous ? middle(previous.timeUs, timeUs) + 1 : 0);
      const endUs = Math.max(startUs + 1, Math.min(to, durationUs, timeUs + REACH_US, next ? middle(timeUs, next.timeUs) + 1 : durationUs));
      if (known && previous && known.endUs > middle(previous.timeUs, timeUs)) {
        known.endUs = endUs;
        continue;
      }
      const addition = { labels, author, startUs, endUs };
      additions.push(addition);
      latest.set(key, addition);
    }
  }
  const touched = [...verdicts].filter(([, all]) => !all.every(({ kind }) => kind === 'keep')).map(([span, all]) => ({ span, ...cut(span, all) }));
  const gone = new Set(touched.map(({ span }) => span));
  const added = additions.map(({ author, labels, ...time }): Part => ({ span: { ...time, label: labels[0], ...authored(author) }, fresh: labels }));
  const parts = [...touched.flatMap((one) => one.parts), ...added];
  const left = settle([...spans.filter((span) => !gone.has(span)), ...parts.filter(({ fresh }) => !fresh).map(({ span }) => span)], parts);
  const timesOf = (part: Part): readonly Unnamed[] => left.get(part) ?? [part.span];
  const put = (id: string, span: Unnamed): HumanEdit => ({ kind: 'put-span', span: { ...span, id } });
  const edits = touched.flatMap(({ span: { id }, parts: own }): HumanEdit[] => {
    const found = own.flatMap(timesOf);
    return found.length === 0 ? [{ kind: 'delete-span', id }] : found.map((span, i) => put(i === 0 ? id : makeId(), span));
  });
  edits.push(...added.flatMap(timesOf).map((span) => put(makeId(), span)));
  const sum = (key: 'changed' | 'removed'): number => touched.reduce((total, one) => total + one[key], 0);
  return { edits, added: additions.length, changed: sum('changed'), removed: sum('removed'), lost };
}
