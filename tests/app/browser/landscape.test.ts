import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { openApp } from '../../support/browser';
import { recordWithLabels } from '../../support/controls';
import { sidewaysScroll, smallTargets } from '../../support/layout';
import { ownPages } from '../../support/own-pages';

const pages = ownPages();
let page: Page;

async function open(width: number, height: number, context = {}): Promise<void> {
  page = await pages.open({ context: { viewport: { width, height }, hasTouch: true, ...context } });
  await page.addInitScript(() => localStorage.setItem('sightglass.settings', JSON.stringify({ certainty: 0, precision: 'int8' })));
  await openApp(page, pages.url);
}

async function start(): Promise<void> {
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-live-view sg-label-list li').first().waitFor();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const boxOf = (locator: Locator): Promise<Box> =>
  locator.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  });

const area = ({ left, top, right, bottom }: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);

const common = (a: Box, b: Box): Box => ({
  left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
});

/** Buttons and links that are not wholly in the window, and whether the page has to be scrolled at all. */
const outOfSight = (): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const visit = (node: ParentNode): void => {
      for (const element of node.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, a, input') || !element.checkVisibility({ visibilityProperty: true })) continue;
        const { left, top, right, bottom } = element.getBoundingClientRect();
        if (right - left < 2) continue;
        if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1) found.push(element.getAttribute('aria-label') ?? element.textContent?.trim() ?? element.localName);
      }
    };
    visit(document);
    const main = document.querySelector('sg-app')?.shadowRoot?.querySelector('main');
    if (main && main.scrollHeight > main.clientHeight + 1) found.push(`the page: ${main.scrollHeight} in ${main.clientHeight}`);
    return found;
  });

/** The share of the window's height that the square has, and the share of the square that the labels cover. */
async function square(): Promise<{ height: number; covered: number }> {
  const [reticle, labels] = [await boxOf(page.locator('sg-live-view .reticle')), await boxOf(page.locator('sg-live-view sg-label-list'))];
  const { height = 1, width = 1 } = page.viewportSize() ?? {};
  const seen = common(reticle, { left: 0, top: 0, right: width, bottom: height });
  return { height: (seen.bottom - seen.top) / height, covered: area(common(seen, labels)) / area(seen) };
}

describe.each([
  [844, 390],
  [667, 375],
] as const)('a phone on its side, %i x %i', (width, height) => {
  it('has the picture as high as it can be, all buttons in sight, and labels beside the square', async () => {
    await open(width, height);
    await expect.poll(outOfSight).toEqual([]);
    await start();
    await expect.poll(outOfSight).toEqual([]);
    const { height: share, covered } = await square();
    expect(share).toBeGreaterThan(0.7);
    expect(covered).toBeLessThan(0.3);
    expect([...(await sidewaysScroll(page)), ...(await smallTargets(page))]).toEqual([]);
    // Figures hide no button and no label.
    await page.getByRole('button', { name: 'Show figures' }).click();
    await page.locator('sg-live-stats').waitFor();
    await expect.poll(outOfSight).toEqual([]);
    const [stats, labels] = [await boxOf(page.locator('sg-live-stats')), await boxOf(page.locator('sg-live-view sg-label-list'))];
    expect(area(common(stats, labels))).toBe(0);
    expect(stats.bottom).toBeLessThanOrEqual(height);
  });

  it('records beside the picture', async () => {
    await open(width, height);
    await start();
    await recordWithLabels(page);
    await expect.poll(outOfSight).toEqual([]);
    const { height: share } = await square();
    expect(share).toBeGreaterThan(0.4);
    const [stage, panel] = [await boxOf(page.locator('sg-live-view sg-camera-stage')), await boxOf(page.locator('sg-recording-panel'))];
    expect(panel.left).toBeGreaterThanOrEqual(stage.right - 1);
    expect([...(await sidewaysScroll(page)), ...(await smallTargets(page))]).toEqual([]);
    expect(await violations(page)).toEqual([]);
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    await field.fill('cof');
    const list = await boxOf(page.locator('sg-recording-panel [role=listbox]'));
    expect(list.bottom).toBeLessThanOrEqual(height);
    await page.getByRole('option').first().click();
    await page.locator('sg-label-bar .slots button').nth(2).waitFor();
    await page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
    await page.locator('sg-recording-notice').waitFor();
    await expect.poll(outOfSight).toEqual([]);
  });

  it('teaches with the camera beside the things', async () => {
    await open(width, height);
    await page.getByRole('link', { name: 'Teach' }).click();
    const [stage, panel] = [await boxOf(page.locator('sg-teach-view sg-camera-stage')), await boxOf(page.locator('sg-teach-view .panel'))];
    expect(panel.left).toBeGreaterThanOrEqual(stage.right - 1);
    expect(stage.bottom - stage.top).toBeGreaterThan(height / 2);
    expect([...(await sidewaysScroll(page)), ...(await smallTargets(page))]).toEqual([]);
  });
});

describe('a small phone, 320 x 568', () => {
  it('has its head and its buttons in one row each, and the square in sight while it records', async () => {
    await open(320, 568);
    await start();
    const rows = async (buttons: Locator): Promise<number> => new Set(await buttons.evaluateAll((all) => all.map((b) => Math.round((b.getBoundingClientRect().top + b.getBoundingClientRect().bottom) / 2)))).size;
    expect(await rows(page.locator('header button:visible'))).toBe(1);
    expect(await rows(page.locator('sg-live-view sg-control-bar button'))).toBe(1);
    await recordWithLabels(page);
    await expect.poll(outOfSight).toEqual([]);
    expect((await square()).height).toBeGreaterThan(0.3);
    await expect.poll(() => page.locator('sg-live-view sg-label-list li:visible').count()).toBe(1);
  });
});

describe('a button under a pointer', () => {
  it.each([
    ['a finger, whose touch would go on showing', { isMobile: true }, 1],
    ['a mouse', { isMobile: false, hasTouch: false }, 2],
  ])('looks otherwise but for fingers: %s', async (_, context, looks) => {
    await open(390, 844, context);
    await start();
    const buttons = page.locator('sg-live-view sg-control-bar button:not([aria-pressed=true])');
    await buttons.nth(2).hover();
    expect(await page.locator('sg-live-view sg-control-bar button:hover').count()).toBe(1);
    await expect.poll(async () => new Set(await buttons.evaluateAll((all) => all.map((b) => getComputedStyle(b).backgroundColor))).size).toBe(looks);
  });
});
