import { describe, expect, it } from 'vitest';
import { confidenceSeries } from '../../src/sessions/shared/confidence';
import { answerSeenAt, recognitionAt } from '../../src/sessions/shared/label-times';
import { predictedRuns, predictedRunsOf, topLabels } from '../../src/sessions/shared/predicted-runs';
import { sessionStatistics } from '../../src/sessions/shared/session-statistics';
import { answer, CAT, catAndDog, DOG, manifestOf, sessionOf } from '../support/session-fixture';

describe('runs of the network', () => {
  it('joins answers with one first label and lets none stand longer than a second', async () => {
    const entries = [answer(0, CAT, 0.5), answer(500_000, CAT, 0.7), answer(3_000_000, CAT, 0.9), answer(3_200_000, DOG, 0.4)];
    const runs = predictedRunsOf(entries, { durationUs: 3_500_000 });
    expect(runs.map(({ startUs, endUs, label, count }) => [startUs, endUs, label.name, count])).toEqual([
      [0, 1_500_000, 'tabby', 2],
      [3_000_000, 3_200_000, 'tabby', 1],
      [3_200_000, 3_500_000, 'golden retriever', 1],
    ]);
    expect(runs[0].probability).toBeCloseTo(0.6);
    const streamed = [];
    for await (const run of predictedRuns(entries, { durationUs: 3_500_000 })) streamed.push(run);
    expect(streamed).toEqual(runs);
  });

  it('leaves out weak answers, tells models apart, and ends after its last answer in a film of unknown length', () => {
    const entries = [answer(0, CAT, 0.2), answer(100, CAT, 0.6), { ...answer(200, CAT, 0.6), modelId: 'other' }];
    expect(predictedRunsOf(entries, { durationUs: 0, minProbability: 0.5 }).map(({ startUs, endUs }) => [startUs, endUs])).toEqual([
      [100, 200],
      [200, 201],
    ]);
    expect(predictedRunsOf([{ ...answer(5, CAT, 1), top: [] }], { durationUs: 10 })).toEqual([]);
  });

  describe('that is not sure', () => {
    const said = (sure: boolean | undefined, entry: ReturnType<typeof answer>) => ({ ...entry, ...(sure !== undefined && { sure }) });
    /** Whether runs are sure, and of what, with their starts in milliseconds. */
    const runsOf = (entries: ReturnType<typeof answer>[], certainty?: number): unknown[] =>
      predictedRunsOf(entries, { durationUs: 1e6, ...(certainty !== undefined && { certainty }) }).map(({ startUs, label, unsure }) => [startUs / 1000, unsure ? 'not sure' : label.name]);

    it('is one run whatever it might have been, by what the live view said', () => {
      const entries = [said(true, answer(0, CAT, 0.5)), said(false, answer(100_000, CAT, 0.5)), said(false, answer(200_000, DOG, 0.4)), said(true, answer(300_000, DOG, 0.6))];
      expect(runsOf(entries, 0)).toEqual([[0, 'tabby'], [100, 'not sure'], [300, 'golden retriever']]);
    });

    it('is judged by a person’s own threshold, which a label that was named passes a little longer', () => {
      const entries = [answer(0, CAT, 0.24), answer(100_000, CAT, 0.26), said(true, answer(200_000, CAT, 0.21)), said(true, answer(300_000, CAT, 0.1))];
      expect(runsOf(entries, 0.25)).toEqual([[0, 'not sure'], [100, 'tabby'], [300, 'not sure']]);
      expect(runsOf(entries, 0)).toEqual([[0, 'tabby']]);
    });

    it('keeps its raw labels for those who take them away, told apart by what the live view said', () => {
      const entries = [answer(0, CAT, 0.1), said(false, answer(100_000, CAT, 0.1)), said(false, answer(200_000, DOG, 0.1))];
      expect(predictedRunsOf(entries, { durationUs: 1e6 }).map(({ label, unsure }) => [label.name, unsure])).toEqual([
        ['tabby', undefined],
        ['tabby', true],
        ['golden retriever', true],
      ]);
    });

    it('counts as no label in the figures', () => {
      const data = sessionOf({ recognitions: catAndDog(), human: { spans: [], snapshots: [] } });
      expect(sessionStatistics(data, 0.7).labels.map(({ label }) => label.name)).toEqual(['tabby']);
      expect(sessionStatistics(data).labels).toHaveLength(2);
    });
  });

  it('ranks labels by all that they were given', () => {
    expect(topLabels(catAndDog(), 1)).toEqual([CAT]);
    expect(topLabels(catAndDog(), 9)).toEqual([CAT, DOG]);
  });

  it('lets an answer stand for a second at most', () => {
    const entries = catAndDog();
    expect(recognitionAt(entries, 199_999)?.timeUs).toBe(0);
    expect(recognitionAt(entries, 6_700_000)?.timeUs).toBe(5_800_000);
    expect(recognitionAt(entries, 6_800_000)).toBeUndefined();
    expect(recognitionAt([], 0)).toBeUndefined();
  });

  it('says of a session\'s first moments what comes within a second, and of none else', () => {
    const late = (ms: number) => [answer(ms * 1000, CAT, 0.9), answer(3_000_000, DOG, 0.9)];
    expect(answerSeenAt(late(180), 0)?.top[0].name).toBe('tabby');
    expect(answerSeenAt(late(180), 180_000)?.timeUs).toBe(180_000);
    expect(answerSeenAt(late(180), 2_000_000)).toBeUndefined();
    expect(answerSeenAt(late(1200), 0)).toBeUndefined();
    expect(answerSeenAt(late(1200), 300_000)?.timeUs).toBe(1_200_000);
    expect(answerSeenAt([], 0)).toBeUndefined();
  });
});

describe('confidence over time', () => {
  it('gives highest and mean of each slice, nothing where nothing was answered', () => {
    const entries = [answer(0, CAT, 0.5, DOG), answer(1, CAT, 0.9, DOG), answer(30, DOG, 0.8)];
    const [cat, dog] = confidenceSeries(entries, [CAT, DOG], 0, 40, 4);
    expect([...cat.highest]).toEqual([Math.fround(0.9), NaN, NaN, 0]);
    expect(cat.mean[0]).toBeCloseTo(0.7);
    expect(dog.highest[0]).toBeCloseTo(0.25);
    expect(dog.highest[3]).toBeCloseTo(0.8);
    const [zoomed] = confidenceSeries(entries, [DOG], 30, 31, 1);
    expect(zoomed.mean[0]).toBeCloseTo(0.8);
    expect(() => confidenceSeries(entries, [CAT], 5, 5, 1)).toThrow(RangeError);
  });
});

describe('statistics', () => {
  it('counts time, rate, latency and agreement', () => {
    const human = { spans: [{ id: 'a', startUs: 2_000_000, endUs: 4_000_000, label: CAT }], snapshots: [] };
    const found = sessionStatistics(sessionOf({ human }));
    expect(found.labels).toEqual([
      { label: CAT, predictedUs: 3_000_000, humanUs: 2_000_000 },
      { label: DOG, predictedUs: 3_000_000, humanUs: 0 },
    ]);
    expect(found.recognitionRate).toBe(5);
    // Five answers of each kind lie in the span.
    expect([found.judged, found.agreement]).toEqual([10, 0.5]);
    expect(found.latencyP95Ms).toBeGreaterThanOrEqual(found.latencyP50Ms ?? Infinity);
  });

  it('knows of empty sessions', () => {
    const found = sessionStatistics({ manifest: manifestOf({ durationUs: 0 }), recognitions: [], human: { spans: [], snapshots: [] } });
    expect(found).toEqual({ labels: [], recognitionRate: 0, latencyP50Ms: undefined, latencyP95Ms: undefined, judged: 0, agreement: undefined });
  });
});
