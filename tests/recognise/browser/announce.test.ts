import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ANNOUNCE_INTERVAL } from '../../../src/recognise/shared/announcer';
import { openApp, PHONE } from '../../support/browser';
import { withCanvasCameras } from '../../support/canvas-camera';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false, false);
let page: Page;

const keep = async (settings: Record<string, unknown>): Promise<void> => {
  await page.addInitScript((value) => localStorage.setItem('sightglass.settings', JSON.stringify(value)), settings);
};

describe('labels for the ear', () => {
  /** Opens with images that change four times a second, each with labels of its own. */
  async function open(settings: Record<string, unknown>, key: 'announced' | 'spoken'): Promise<void> {
    page = await pages.open({ context: { viewport: PHONE } });
    await keep({ certainty: 0, smoothing: false, hold: false, precision: 'int8', ...settings });
    await withCanvasCameras(page, [{ deviceId: 'a', label: 'A' }]);
    await page.addInitScript(() => {
      const spoken: [text: string, time: number][] = [];
      Object.assign(globalThis, { spoken });
      speechSynthesis.speak = (utterance) => void spoken.push([`${utterance.lang} ${utterance.text}`, performance.now()]);
    });
    await openApp(page, pages.url);
    await page.evaluate(() => {
      const announced: [text: string, time: number][] = [];
      Object.assign(globalThis, { announced });
      let i = 0;
      setInterval(() => {
        const side = [0, 30, 120, 230, 400][i++ % 5];
        globalThis.canvasCameras.rectangle = { x: 320 - side / 2, y: 240 - side / 2, width: side, height: side };
      }, 250);
      const region = document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-live-view')?.shadowRoot?.querySelector('[role=status]');
      if (!region) throw new Error('There is no live region.');
      new MutationObserver(() => announced.push([region.textContent.trim(), performance.now()])).observe(region, { childList: true, characterData: true, subtree: true });
    });
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
    await expect.poll(async () => (await said(key)).filter(([text]) => text !== '').length, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
  }
  const said = (name: 'announced' | 'spoken'): Promise<[string, number][]> =>
    page.evaluate((key) => (globalThis as unknown as Record<string, [string, number][]>)[key], name);

  it('announces a changed first label politely, and once in two seconds at most; speaks none unless asked to', async () => {
    await open({}, 'announced');
    const announced = (await said('announced')).filter(([text]) => text !== '');
    expect(announced.length).toBeGreaterThanOrEqual(3);
    for (let i = 1; i < announced.length; i++) {
      expect(announced[i][0]).not.toBe(announced[i - 1][0]);
      // The timer may be a little early by the clock's own coarseness, the DOM a little late.
      expect(announced[i][1] - announced[i - 1][1]).toBeGreaterThan(ANNOUNCE_INTERVAL - 100);
    }
    expect(await said('spoken')).toEqual([]);
    // role=status is a polite live region (WAI-ARIA 1.2); nothing else on the page may be one that changes all the time.
    expect(await page.locator('sg-camera-stage [aria-live], sg-camera-stage [role=status]').count()).toBe(0);
  });

  it('speaks them, where that is wished, in the same measure', async () => {
    await open({ aloud: true }, 'spoken');
    const spoken = await said('spoken');
    expect(spoken.length).toBeGreaterThanOrEqual(3);
    for (const [text] of spoken) expect(text).toMatch(/^en(-[A-Z]{2})? ./);
    for (let i = 1; i < spoken.length; i++) expect(spoken[i][1] - spoken[i - 1][1]).toBeGreaterThan(ANNOUNCE_INTERVAL - 100);
  });
});
