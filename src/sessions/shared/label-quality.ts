import { dot, unit } from '../../base/shared/vectors';
import { labelKey, sameLabel, type LabelRef } from '../../base/shared/labels/label-ref';
import type { Shortcoming } from '../../recognise/shared/index';
import type { HumanSpan } from './session';

/**
 * Two frames whose features have this cosine or more are one view. Measured for ResNet-18 (`npm run tool -- views-study`, table in docs/recording.md):
 * noise and a shaking hand stay above it; half as near again falls below it for 96 % of the pictures, a turn by 30 degrees for 83 %.
 */
export const VIEW_ALIKE = 0.93;
/** As many views as Teach asks examples of a thing. */
const ENOUGH_VIEWS = 5;
/** Where a network gives no features: so long, seconds. */
const ENOUGH_SECONDS = 5;
/** More are not told apart: each frame is compared with all of them. */
const MOST_VIEWS = 50;
/** Without another view for so long a person is told, microseconds of the video. */
const ALIKE_US = 3_000_000;
/** A fault of the image that lasts so long is told, microseconds of the video: one frame of a moving hand is none. */
const LASTS_US = 700_000;

/** How much of a label a recording has. */
export interface LabelTally {
  readonly label: LabelRef;
  readonly seconds: number;
  /** Undefined where the network gives no features. */
  readonly views: number | undefined;
}

/** What to do next. */
export type LabelAdvice =
  /** The image of what is labelled now is of little use, or always the same. */
  | { readonly kind: Shortcoming | 'alike'; readonly label: LabelRef }
  /** Prepared labels of which nothing is filmed yet. */
  | { readonly kind: 'missing'; readonly labels: readonly LabelRef[] }
  /** Labels with fewer views than are enough. */
  | { readonly kind: 'few'; readonly tallies: readonly LabelTally[] }
  | { readonly kind: 'enough' };

interface Views {
  /** Of unit length. */
  readonly features: Float32Array[];
  /** Where in the video the newest one was first seen, or its label was begun anew. */
  sinceUs: number;
}

/** Counts, while a session is recorded, how much each label has of what training needs: seconds, and views that differ. */
export class LabelQuality {
  /** By their ids: a span that goes on is told again and again. */
  readonly #spans = new Map<string, HumanSpan>();
  readonly #views = new Map<string, Views>();
  #held: readonly LabelRef[] = [];
  #shortcoming: { readonly kind: Shortcoming; readonly sinceUs: number } | undefined;
  #nowUs = 0;
  /** Whether the network gives features. */
  #featured = false;

  /** Spans that have ended, or that last until now. */
  put(spans: readonly HumanSpan[]): void {
    for (const span of spans) this.#spans.set(span.id, span);
  }

  /**
   * A frame was recognised.
   * @param held what is labelled while it is filmed
   * @param timeUs where the video is
   * @param features of the frame, where it was looked at whole and the network gives them
   */
  seen(held: readonly LabelRef[], timeUs: number, shortcoming: Shortcoming | undefined, features: Float32Array | undefined): void {
    this.#nowUs = timeUs;
    this.#featured ||= features !== undefined;
    if (shortcoming !== this.#shortcoming?.kind) this.#shortcoming = shortcoming && { kind: shortcoming, sinceUs: timeUs };
    for (const label of held) {
      const views = this.#viewsOf(label, timeUs);
      if (features && !shortcoming) look(views, features, timeUs);
    }
    this.#held = held;
  }

  /** Labels of which something is filmed, in the order of their first spans. */
  get tallies(): readonly LabelTally[] {
    const labels = new Map<string, { label: LabelRef; us: number }>();
    for (const { label, startUs, endUs } of this.#spans.values()) {
      const key = labelKey(label);
      labels.set(key, { label, us: (labels.get(key)?.us ?? 0) + endUs - startUs });
    }
    return [...labels].map(([key, { label, us }]) => ({ label, seconds: us / 1e6, views: this.#featured ? (this.#views.get(key)?.features.length ?? 0) : undefined }));
  }

  /** @param prepared what was to be filmed; @returns undefined before anything is labelled where nothing was prepared */
  advice(prepared: readonly LabelRef[]): LabelAdvice | undefined {
    const { tallies } = this;
    const [label] = this.#held;
    if (label as LabelRef | undefined) {
      const faulty = this.#shortcoming;
      if (faulty && this.#nowUs - faulty.sinceUs >= LASTS_US) return { kind: faulty.kind, label };
      const views = this.#views.get(labelKey(label));
      const some = views && views.features.length > 0 && views.features.length < ENOUGH_VIEWS;
      if (some && this.#nowUs - views.sinceUs >= ALIKE_US) return { kind: 'alike', label };
    }
    const missing = prepared.filter((each) => !tallies.some((tally) => sameLabel(tally.label, each)));
    if (missing.length > 0) return { kind: 'missing', labels: missing };
    const few = tallies.filter(({ seconds, views }) => (views === undefined ? seconds < ENOUGH_SECONDS : views < ENOUGH_VIEWS));
    if (few.length > 0) return { kind: 'few', tallies: few };
    return tallies.length > 0 ? { kind: 'enough' } : undefined;
  }

  #viewsOf(label: LabelRef, timeUs: number): Views {
    const key = labelKey(label);
    const views = this.#views.get(key) ?? { features: [], sinceUs: timeUs };
    this.#views.set(key, views);
    // Not labelled until now: what was filmed meanwhile is of something else.
    if (!this.#held.some((each) => sameLabel(each, label))) views.sinceUs = timeUs;
    return views;
  }
}

/** Notes a view that differs from all before. */
function look(views: Views, features: Float32Array, timeUs: number): void {
  const direction = unit(features);
  if (dot(direction, direction) === 0 || views.features.length >= MOST_VIEWS) return;
  if (views.features.some((other) => dot(other, direction) >= VIEW_ALIKE)) return;
  views.features.push(direction);
  views.sinceUs = timeUs;
}
