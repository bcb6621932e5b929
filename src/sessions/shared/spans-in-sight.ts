import type { Edge } from './edit-labels';
import { lastWhere, spanRows } from './label-times';
import type { HumanSpan } from './session';
import { SpanIndex } from './span-index';
import type { TimeWindow } from './time-window';

/** With more spans in sight than these, those too narrow to be pressed are drawn as bars: each button is several elements. */
export const MOST_BUTTONS = 150;
/** A span at least so wide is a button, pixels. */
const WIDE = 24;

/** A span and where it is drawn. */
export interface PlacedSpan {
  readonly span: HumanSpan;
  /** 0 on top. */
  readonly row: number;
}

/** What a timeline draws of a part of the video. */
export interface InSight {
  /** Those that are buttons, by start. */
  readonly buttons: readonly PlacedSpan[];
  /** Those that are only drawn, by start. */
  readonly bars: readonly PlacedSpan[];
}

/** A session's spans in rows, of which a timeline draws those in sight. */
export class SpansInRows {
  readonly #rows: readonly number[];
  /** How many rows they take. */
  readonly rows: number;

  constructor(readonly index: SpanIndex<HumanSpan>) {
    this.#rows = spanRows(index.spans);
    this.rows = this.#rows.reduce((most, row) => Math.max(most, row + 1), 0);
  }

  /** The same with an edge elsewhere, as it is while it is drawn. */
  with(id: string, edge: Edge, timeUs: number): SpansInRows {
    const spans = this.index.spans.map((span) => (span.id !== id ? span : edge === 'start' ? { ...span, startUs: timeUs } : { ...span, endUs: timeUs }));
    return new SpansInRows(new SpanIndex(spans.sort((a, b) => a.startUs - b.startUs)));
  }

  /**
   * @param width of the window, pixels
   * @param always spans that are buttons, in sight or not: which is worked on, and which has the focus
   */
  inSight({ startUs, endUs }: TimeWindow, width: number, always: readonly (string | undefined)[]): InSight {
    const { spans } = this.index;
    const places = new Set(this.index.places(startUs, endUs));
    const kept = new Set(always.flatMap((id) => (id === undefined ? [] : this.#placesOf(id))));
    const widest = ((endUs - startUs) / Math.max(1, width)) * WIDE;
    const few = places.size <= MOST_BUTTONS;
    const buttons: PlacedSpan[] = [];
    const bars: PlacedSpan[] = [];
    let left = MOST_BUTTONS;
    for (const place of [...new Set([...places, ...kept])].sort((a, b) => a - b)) {
      const placed = { span: spans[place], row: this.#rows[place] };
      const wide = places.has(place) && (few || placed.span.endUs - placed.span.startUs >= widest);
      if (kept.has(place) || (wide && left-- > 0)) buttons.push(placed);
      else bars.push(placed);
    }
    return { buttons, bars };
  }

  /** The span of a row that is nearest to a time, and no farther than `withinUs`. */
  nearest(row: number, timeUs: number, withinUs: number): HumanSpan | undefined {
    let best: HumanSpan | undefined;
    let distance = Infinity;
    for (const place of this.index.places(timeUs - withinUs, timeUs + withinUs)) {
      const span = this.index.spans[place];
      const away = Math.max(0, span.startUs - timeUs, timeUs - span.endUs);
      if (this.#rows[place] === row && away < distance) [best, distance] = [span, away];
    }
    return best;
  }

  /** Times of edges no farther from a time than `withinUs`, without those of one span. */
  edgesNear(timeUs: number, withinUs: number, except: string): number[] {
    const near = this.index.within(timeUs - withinUs, timeUs + withinUs).filter(({ id }) => id !== except);
    return near.flatMap(({ startUs, endUs }) => [startUs, endUs]);
  }

  #placesOf(id: string): number[] {
    const place = this.index.spans.findIndex((span) => span.id === id);
    return place < 0 ? [] : [place];
  }
}

/** Those of runs that follow one another that a time has, one more at either side: from and to (exclusive). */
export function runsWithin(runs: readonly { readonly startUs: number; readonly endUs: number }[], startUs: number, endUs: number): readonly [from: number, to: number] {
  const from = lastWhere(runs.length, (i) => runs[i].endUs < startUs) + 1;
  return [from, lastWhere(runs.length, (i) => runs[i].startUs <= endUs) + 1];
}
