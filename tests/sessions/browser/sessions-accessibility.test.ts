import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { UNDO_TIME } from '../../../src/sessions/page/library/session-library';
import { violations } from '../../support/axe';
import { DESKTOP, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { closeSheets } from '../../support/layout';
import { card, chooseZips, imported, openSessions, sampleSession } from '../../support/session-page';
import { neverOver } from '../../support/waits';

describe.each([
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
] as const)('axe finds nothing wrong in the sessions view: %s', (_, viewport, colorScheme) => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    serving = await serveBuilt();
    // A sheet that is rising is half transparent.
    browsing = await openBrowser({ context: { viewport, colorScheme, reducedMotion: 'reduce' } });
    page = browsing.page;
    await openSessions(page, serving.url);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const fits = (): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  it(`sessions: none, a broken import, the list, its sheets, ${colorScheme}`, async () => {
    await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await chooseZips(page, { name: 'x.zip', bytes: Buffer.from('x') });
    await page.locator('sg-sessions-view [role=alert]').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-sessions-view').getByRole('button', { name: 'Go on' }).click();
    const odd = await sampleSession('mp4', { title: `${'x'.repeat(280)} 🐘`, ended: 'storage-full' });
    await chooseZips(page, { name: 'odd.zip', bytes: odd.zip });
    const session = card(page, 'test-session');
    await session.getByText('Ended by itself').waitFor();
    await imported(page);
    expect(await violations(page)).toEqual([]);
    expect(await fits()).toBe(true);
    await session.locator('[data-action=rename]').click();
    await page.locator('sg-rename-sheet dialog[open]').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-rename-sheet').getByRole('button', { name: 'Close' }).click();
    await session.locator('[data-action=export]').click();
    await page.locator('sg-export-sheet input[value=image-folder]').check();
    await page.locator('sg-export-sheet sg-dataset-counts table').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-export-sheet').getByRole('button', { name: 'Close' }).click();
    // What axe takes on a slow machine is longer than a deletion can be taken back.
    await neverOver(page, UNDO_TIME);
    await session.locator('[data-action=delete]').click();
    const undo = page.locator('sg-sessions-view').getByRole('button', { name: 'Undo' });
    const box = (await undo.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
    expect(await violations(page)).toEqual([]);
    await undo.click();
  });

  it(`a session: playing, a span, the search, all in words, ${colorScheme}`, async () => {
    await card(page, 'test-session').getByRole('link').click();
    await page.locator('sg-label-timeline button[data-span=second]').click();
    expect(await violations(page)).toEqual([]);
    expect(await fits()).toBe(true);
    await page.locator('sg-span-panel').getByRole('button', { name: /Frau/ }).first().click();
    await page.locator('sg-session-detail').getByRole('combobox').fill('dog');
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-session-detail').getByRole('button', { name: 'Close' }).click();
    await page.locator('sg-snapshot-strip button').first().click();
    await page.locator('sg-snapshot-sheet').getByRole('img').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('sg-snapshot-sheet').getByRole('button', { name: 'Close' }).click();
    for (let i = 0; i < 3; i++) await page.locator('sg-label-lists summary').nth(i).click();
    await page.locator('sg-session-detail details.keys summary').click();
    expect(await violations(page)).toEqual([]);
    expect(await fits()).toBe(true);
  });
});
