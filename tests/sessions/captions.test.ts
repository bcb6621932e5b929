import { describe, expect, it } from 'vitest';
import { type Caption, type CaptionContext, Captions, drawCaptions } from '../../src/sessions/shared/export/captions';
import { exportName } from '../../src/sessions/shared/export/export-name';
import { answer, CAT, DOG, manifestOf, sourceOf } from '../support/session-fixture';

const WORDS = { classNames: Array.from({ length: 1000 }, (_, i) => `类${i}`), unsure: '无法确定' };
const SOURCE = sourceOf({
  manifest: manifestOf({ durationUs: 4_000_000 }),
  recognitions: [answer(0, CAT, 0.9), answer(500_000, CAT, 0.7), { ...answer(2_000_000, DOG, 0.3), sure: false }],
  human: { spans: [{ id: 'a', startUs: 400_000, endUs: 2_400_000, label: CAT }, { id: 'b', startUs: 1_000_000, endUs: 3_000_000, label: { name: 'my cup' } }], snapshots: [] },
});

describe('captions of a film', () => {
  const said = (captions: Captions, ...times: number[]): string[][] => times.map((time) => captions.at(time).map(({ text, human }) => (human ? `${text}!` : text)));

  it('are what a person and the network say at a time, in the reader\'s language', async () => {
    expect(said(await Captions.of(SOURCE, 'both', WORDS), 0, 400_000, 1_200_000, 2_399_999, 2_400_000, 3_500_000)).toEqual([
      ['类281 80 %'], ['类281!', '类281 80 %'], ['类281!', 'my cup!', '类281 80 %'], ['类281!', 'my cup!', '无法确定'], ['my cup!', '无法确定'], [],
    ]);
  });

  it('are one\'s own or the network\'s alone where that is wanted', async () => {
    expect(said(await Captions.of(SOURCE, 'human', WORDS), 0, 1_200_000)).toEqual([[], ['类281!', 'my cup!']]);
    expect(said(await Captions.of(SOURCE, 'predicted', WORDS), 0, 1_200_000)).toEqual([['类281 80 %'], ['类281 80 %']]);
    const none = sourceOf({ manifest: manifestOf(), recognitions: [], human: { spans: [], snapshots: [] } });
    expect((await Captions.of(none, 'both', WORDS)).empty).toBe(true);
  });

  it.each([[640, 480], [480, 640], [1920, 1080], [64, 64]])('stand one above the other within the picture: %i x %i', (width, height) => {
    const grounds: number[][] = [];
    const texts: (readonly [string, ...number[]])[] = [];
    const context: CaptionContext = {
      fillStyle: '', font: '', textBaseline: '', textAlign: '',
      measureText: (text) => ({ width: text.length * 40 }) as TextMetrics,
      fillRect: (...at) => void grounds.push(at),
      fillText: (text, x, y, most) => void texts.push([text, x, y, most ?? 0]),
    };
    const caption = (text: string, human: boolean): Caption => ({ startUs: 0, endUs: 1, text, human });
    drawCaptions(context, width, height, [caption('a cup with a very long name that nobody would give it', true), caption('cup 90 %', false)]);
    expect(texts.map(([text]) => text)).toEqual(['a cup with a very long name that nobody would give it', 'cup 90 %']);
    for (const [x, y, wide, high] of grounds) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + wide).toBeLessThanOrEqual(width);
      expect(y + high).toBeLessThanOrEqual(height);
    }
    expect(grounds[1][1]).toBeGreaterThanOrEqual(grounds[0][1] + grounds[0][3]);
  });

  it('are in a file that says so', () => {
    const labelled = { ...WORDS, container: 'webm' } as const;
    const request = { sessionId: 'x', format: 'film-labels', tracks: 'both' } as const;
    expect(exportName(manifestOf({ name: 'Zoo' }), { ...request, labelled })).toEqual({ name: 'Zoo.labels.webm', type: 'video/webm' });
    expect(exportName(manifestOf({ name: 'Zoo' }), { ...request, labelled: { ...labelled, container: 'mp4' } })).toEqual({ name: 'Zoo.labels.mp4', type: 'video/mp4' });
  });
});
