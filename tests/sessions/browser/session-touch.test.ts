import type { CDPSession, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openBrowser, type Browsing } from '../../support/browser';
import { card, chooseZips, imported, openSessions, sampleSession, SPANS, storedLabels } from '../../support/session-page';

const ID = 'test-session';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Fingers on a phone: real touches of the browser, so that its own gestures have their say. */
describe('an open session under fingers', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let cdp: CDPSession;

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
    page = browsing.page;
    cdp = await page.context().newCDPSession(page);
    await openSessions(page, serving.url);
    await chooseZips(page, { name: 'a.zip', bytes: (await sampleSession()).zip });
    await card(page, ID).waitFor();
    await imported(page);
    await card(page, ID).getByRole('link').tap();
    await page.locator('sg-label-timeline').waitFor();
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: Point[]): Promise<void> => {
    await cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
  };
  const between = (from: Point, to: Point, share: number): Point => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  /** Moves fingers from where each begins to where it ends. */
  async function draw(...fingers: [from: Point, to: Point][]): Promise<void> {
    await touch('touchStart', ...fingers.map(([from]) => from));
    for (let step = 1; step <= 8; step++) await touch('touchMove', ...fingers.map(([from, to]) => between(from, to, step / 8)));
    await touch('touchEnd');
  }

  const span = (id: string): Locator => page.locator(`sg-label-timeline button[data-span="${id}"]`);
  const width = async (): Promise<number> => (await span('first').boundingBox())!.width;
  const time = async (): Promise<number> => parseFloat((await page.locator('sg-session-detail [data-key=time]').innerText()).slice(2));
  const plot = async () => {
    const canvas = page.locator('sg-label-timeline canvas.plot');
    await canvas.scrollIntoViewIfNeeded();
    return (await canvas.boundingBox())!;
  };

  it('looks closer when two fingers part, about the place between them, and farther when they meet', async () => {
    const { x, y } = await plot();
    const whole = await width();
    const left = (await span('first').boundingBox())!.x;
    await draw([{ x: x + 80, y: y + 30 }, { x: x + 20, y: y + 34 }], [{ x: x + 120, y: y + 40 }, { x: x + 180, y: y + 36 }]);
    await expect.poll(async () => (await width()) / whole).toBeGreaterThan(3);
    // What lay between the fingers still does.
    const about = (at: number, from: number, scale: number): number => (at - from) / scale;
    const box = (await span('first').boundingBox())!;
    expect(about(x + 100, box.x, box.width)).toBeCloseTo(about(x + 100, left, whole), 1);
    await draw([{ x: x + 20, y: y + 34 }, { x: x + 95, y: y + 30 }], [{ x: x + 340, y: y + 36 }, { x: x + 105, y: y + 40 }]);
    await expect.poll(width).toBeCloseTo(whole, 0);
    // The page itself was not zoomed.
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
  });

  it('pans with one finger, also with the one that a pinch has left', async () => {
    const { x, y } = await plot();
    await touch('touchStart', { x: x + 100, y: y + 30 }, { x: x + 140, y: y + 30 });
    for (const by of [10, 20, 30, 40]) await touch('touchMove', { x: x + 100 - by, y: y + 30 }, { x: x + 140 + by, y: y + 30 });
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [{ x: x + 180, y: y + 30, id: 1 }] });
    const closer = await width();
    const from = (await span('first').boundingBox())!.x;
    for (const by of [5, 10, 15, 20, 25, 30]) await touch('touchMove', { x: x + 60 - by, y: y + 30 });
    await touch('touchEnd');
    await expect.poll(async () => (await span('first').boundingBox())!.x).toBeLessThan(from - 20);
    expect(await width()).toBeCloseTo(closer, 0);
    const before = (await span('first').boundingBox())!.x;
    await draw([{ x: x + 100, y: y + 30 }, { x: x + 160, y: y + 30 }]);
    await expect.poll(async () => (await span('first').boundingBox())!.x).toBeGreaterThan(before + 20);
    // A tap into the end of a swipe only ends the swipe.
    const whole = async (): Promise<number> => {
      await page.locator('sg-session-detail').getByRole('button', { name: 'Whole film' }).tap();
      return (await width()) * 3;
    };
    await expect.poll(whole, { interval: 500 }).toBeCloseTo(closer, 0);
  });

  it('goes to a time with a tap, and along with a finger on the ruler', async () => {
    const { x, y, width: all } = await plot();
    await draw([{ x: x + all * 0.75, y: y + 40 }, { x: x + all * 0.75, y: y + 40 }]);
    await expect.poll(time).toBeCloseTo(4.5, 0);
    const ruler = (await page.locator('sg-label-timeline .ruler').boundingBox())!;
    await draw([{ x: ruler.x + all * 0.2, y: ruler.y + 12 }, { x: ruler.x + all * 0.5, y: ruler.y + 14 }]);
    await expect.poll(time).toBeCloseTo(3, 0);
  });

  it('chooses a span with a tap and draws its edge, while the page stays where it is', async () => {
    const handle = page.locator('sg-label-timeline').getByRole('slider', { name: /^End of/ });
    // A tap into the end of a swipe only ends the swipe.
    const chosen = async (): Promise<boolean> => {
      if (!(await handle.isVisible())) await span('first').tap();
      return handle.isVisible();
    };
    await expect.poll(chosen, { interval: 500 }).toBe(true);
    expect((await span('first').boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await handle.scrollIntoViewIfNeeded();
    const box = (await handle.boundingBox())!;
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await draw([middle, { x: middle.x - 60, y: middle.y + 10 }]);
    await expect.poll(async () => (await storedLabels(page, ID)).spans[0].endUs).toBeLessThan(SPANS[0].endUs - 500_000);
    const names = ['Starts here', 'Ends here', 'Split here', 'Delete the span', 'Done with this span'];
    for (const name of names) {
      const button = (await page.locator('sg-span-panel').getByRole('button', { name, exact: true }).boundingBox())!;
      expect(Math.min(button.width, button.height), name).toBeGreaterThanOrEqual(44);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('scrolls the page where a finger is drawn up over the timeline', async () => {
    const { x, y } = await plot();
    const scroller = page.locator('sg-session-detail');
    const before = await scroller.evaluate((element) => element.scrollTop);
    await draw([{ x: x + 100, y: y + 60 }, { x: x + 102, y: y - 140 }]);
    await expect.poll(() => scroller.evaluate((element) => element.scrollTop)).toBeGreaterThan(before + 50);
  });

  it('shows the whole of an upright film in the list', async () => {
    // A tap into the end of a swipe would only end the swipe.
    await page.evaluate(() => (location.hash = 'sessions'));
    await chooseZips(page, { name: 'b.zip', bytes: (await sampleSession('mp4', { size: '180x320', id: 'upright' })).zip });
    await imported(page);
    const canvas = card(page, 'upright').locator('canvas:not([hidden])');
    await canvas.scrollIntoViewIfNeeded({ timeout: 20_000 });
    await canvas.waitFor();
    const [place, drawn] = await Promise.all([card(page, 'upright').locator('sg-film-thumbnail').boundingBox(), canvas.boundingBox()]);
    expect(drawn).toEqual(place);
    expect(await canvas.evaluate((element: HTMLCanvasElement) => [getComputedStyle(element).objectFit, element.width / element.height])).toEqual(['contain', 180 / 320]);
  });
});
