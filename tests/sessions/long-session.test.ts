import { describe, expect, it } from 'vitest';
import type { HumanEdit, HumanSpan } from '../../src/sessions/shared/session';
import { EditHistory } from '../../src/sessions/shared/edit-history';
import { SpanIndex } from '../../src/sessions/shared/span-index';
import { MOST_BUTTONS, runsWithin, SpansInRows } from '../../src/sessions/shared/spans-in-sight';
import { CAT, DOG } from '../support/session-fixture';

/** An hour with 12,000 spans, some of which reach over others. */
const HOUR = 3_600_000_000;
const spans = Array.from({ length: 12_000 }, (_, i): HumanSpan => {
  const startUs = i * 300_000;
  return { id: `s${i}`, startUs, endUs: startUs + (i % 100 === 0 ? 900_000 : 240_000), label: i % 2 === 0 ? CAT : DOG };
});

/** Spans that count how often one of them is looked at. */
function counted(): { readonly list: readonly HumanSpan[]; readonly looks: () => number } {
  let looks = 0;
  const list = spans.map((span): HumanSpan => ({
    ...span,
    get startUs() {
      looks++;
      return span.startUs;
    },
  }));
  return { list, looks: () => looks };
}

describe('finding spans by time', () => {
  it('finds what a walk over all of them finds', () => {
    const index = new SpanIndex(spans);
    for (const [from, to] of [[0, 1], [29_900_000, 30_400_000], [30_850_000, 30_850_001], [HOUR - 1, HOUR + 5], [-5, 0], [0, HOUR]] as const) {
      expect(index.within(from, to)).toEqual(spans.filter(({ startUs, endUs }) => startUs < to && endUs > from));
    }
    expect(index.at(30_700_000).map(({ id }) => id)).toEqual(['s100', 's102']);
    expect(index.at(300_000.5).map(({ id }) => id)).toEqual(['s0', 's1']);
  });

  it('looks at a few dozen of 12,000', () => {
    const { list, looks } = counted();
    const index = new SpanIndex(list);
    const before = looks();
    expect(index.at(1_800_000_001)).toHaveLength(1);
    expect(looks() - before).toBeLessThan(64);
  });

  it('finds the runs of a window', () => {
    const runs = [{ startUs: 0, endUs: 5 }, { startUs: 5, endUs: 9 }, { startUs: 20, endUs: 30 }];
    expect(runsWithin(runs, 6, 12)).toEqual([1, 2]);
    expect(runsWithin(runs, 10, 12)).toEqual([2, 2]);
    expect(runsWithin(runs, -9, 100)).toEqual([0, 3]);
  });
});

describe('what a timeline draws of 12,000 spans', () => {
  const all = new SpansInRows(new SpanIndex(spans));

  it('has none but the one that is worked on as elements where all are in sight, and each as a bar', () => {
    const { buttons, bars } = all.inSight({ startUs: 0, endUs: HOUR }, 1200, ['s700', undefined, 'gone']);
    expect(buttons.map(({ span }) => span.id)).toEqual(['s700']);
    expect(bars).toHaveLength(11_999);
  });

  it('has all of a few seconds as elements, however narrow', () => {
    const { buttons, bars } = all.inSight({ startUs: 60_000_000, endUs: 90_000_000 }, 300, []);
    expect(bars).toEqual([]);
    expect(buttons).toHaveLength(100);
    expect(buttons[0].span.id).toBe('s200');
  });

  it('never has more elements than a screen can hold', () => {
    const wide = new SpansInRows(new SpanIndex(spans.map((span) => ({ ...span, endUs: HOUR }))));
    const { buttons, bars } = wide.inSight({ startUs: 0, endUs: HOUR }, 1200, []);
    expect(buttons).toHaveLength(MOST_BUTTONS);
    expect(bars).toHaveLength(12_000 - MOST_BUTTONS);
  });

  it('finds the bar that is tapped, in its row', () => {
    expect(all.nearest(0, 30_100_000, 500_000)?.id).toBe('s100');
    expect(all.nearest(1, 30_310_000, 500_000)?.id).toBe('s101');
    expect(all.nearest(7, 30_310_000, 500_000)).toBeUndefined();
  });

  it('moves one while its edge is drawn, and knows the edges beside it', () => {
    const drawn = all.with('s1', 'end', 610_000);
    expect(drawn.index.spans[1].endUs).toBe(610_000);
    expect(all.index.spans[1].endUs).toBe(540_000);
    expect(all.edgesNear(600_000, 70_000, 's1')).toEqual([0, 900_000, 600_000, 840_000]);
  });
});

describe('a history of 12,000 edits', () => {
  const log = spans.map((span): HumanEdit => ({ kind: 'put-span', span }));

  it('is opened, and an edit leaves all other spans as they are', () => {
    const history = new EditHistory(log, () => 'step');
    const before = history.labels.spans;
    const written = history.apply([{ kind: 'put-span', span: { ...spans[5000], endUs: spans[5000].endUs + 10 } }]);
    // What goes to the device is the edit, not the labels.
    expect(written).toHaveLength(1);
    const after = history.labels.spans;
    expect(after).toHaveLength(12_000);
    expect(after.filter((span, i) => span !== before[i])).toHaveLength(1);
    expect(history.span('s5000')).toBe(after[5000]);
    history.undo();
    expect(history.labels.spans[5000]).toBe(before[5000]);
  });
});
