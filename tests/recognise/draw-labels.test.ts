import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawLabels, labelledImage } from '../../src/recognise/page/live/draw-labels';

interface Drawn {
  readonly what: string;
  readonly at: readonly number[];
}

/** A 2D context that notes what is drawn on it; a letter is half as wide as it is high. */
function drawnOn(width: number, height: number, parts: Parameters<typeof drawLabels>[3]): Drawn[] {
  const drawn: Drawn[] = [];
  const context = {
    font: '', measureText: (text: string) => ({ width: text.length * 5 }),
    strokeRect: (...at: number[]) => drawn.push({ what: 'square', at }),
    fillRect: (...at: number[]) => drawn.push({ what: 'ground', at }),
    fillText: (what: string, ...at: number[]) => drawn.push({ what, at }),
  };
  drawLabels(context as unknown as CanvasRenderingContext2D, width, height, parts);
  return drawn;
}

const LABELS = [{ key: '1', name: 'tabby', probability: 0.614 }, { key: '2', name: 'tiger cat', probability: 0.2 }];

beforeAll(() => void vi.stubGlobal('navigator', { languages: ['en'] }));
afterAll(() => void vi.unstubAllGlobals());

describe('labels that are drawn on a picture', () => {
  it.each([[640, 480], [480, 640], [4000, 3000], [200, 100]])('stand within it, each with its per cent, the first above the others: %i x %i', (width, height) => {
    const drawn = drawnOn(width, height, { labels: LABELS, square: { x: 10, y: 20, width: 50, height: 50 } });
    expect(drawn.map(({ what }) => what)).toEqual(['square', 'square', 'ground', '61%', 'tabby', '20%', 'tiger cat']);
    const rows = drawn.slice(3).map(({ at: [, y] }) => y);
    expect(rows[0]).toBe(rows[1]);
    expect(rows[2]).toBeGreaterThan(rows[0]);
    const [left, top, wide, high] = drawn[2].at;
    expect([left, wide, top + high]).toEqual([0, width, height]);
    for (const { at: [x, y] } of drawn.slice(3)) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(top);
      expect(y).toBeLessThan(height);
    }
    // A name has the room that its per cent leave.
    for (const [share, name] of [[3, 4], [5, 6]]) expect(drawn[name].at[0] + drawn[name].at[2]).toBeLessThan(drawn[share].at[0] - drawn[share].what.length * 5);
  });

  it('are left out where the app is not sure, and the square where it is not known', () => {
    expect(drawnOn(640, 480, { labels: [], square: { x: 0, y: 0, width: 480, height: 480 } }).map(({ what }) => what)).toEqual(['square', 'square']);
    expect(drawnOn(640, 480, { labels: LABELS, square: undefined }).map(({ what }) => what)).not.toContain('square');
    expect(drawnOn(640, 480, { labels: [], square: undefined })).toEqual([]);
  });

  it('have the square\'s outline within the square, at the picture\'s edge too', () => {
    for (const { at: [x, y, wide, high] } of drawnOn(480, 480, { labels: [], square: { x: 0, y: 0, width: 480, height: 480 } })) {
      expect(Math.min(x, y)).toBeGreaterThan(0);
      expect(Math.max(x + wide, y + high)).toBeLessThan(480);
    }
  });
});

describe('a picture with its labels', () => {
  /** Sizes of the canvas, of the picture on it and of the square's outline. */
  async function made(width: number, height: number): Promise<{ canvas: number[]; image: number[]; square: number[] }> {
    const found: { image: number[]; square: number[] } = { image: [], square: [] };
    const context = { drawImage: (_: unknown, ...at: number[]) => (found.image = at), strokeRect: (...at: number[]) => (found.square = at) };
    const canvas = { width: 0, height: 0, getContext: () => context, toBlob: (give: (blob: Blob) => void) => give(new Blob(['x'])) };
    vi.stubGlobal('document', { createElement: () => canvas });
    await labelledImage({ width, height, close: () => undefined }, { labels: [], square: { x: width / 2, y: 0, width: width / 2, height: width / 2 } }, 'a.jpg', 'image/jpeg');
    return { canvas: [canvas.width, canvas.height], ...found };
  }

  it('is as large as the picture', async () => {
    expect(await made(4000, 3000)).toMatchObject({ canvas: [4000, 3000], image: [0, 0, 4000, 3000] });
  });

  it('is no larger than any phone draws, its square with it', async () => {
    const { canvas, image, square: [x, , wide] } = await made(8192, 6144);
    expect([canvas, image]).toEqual([[4096, 3072], [0, 0, 4096, 3072]]);
    expect(x).toBeGreaterThan(2048);
    expect(x + wide).toBeLessThan(4096);
    expect((await made(20_000, 1)).canvas).toEqual([4096, 1]);
  });
});
