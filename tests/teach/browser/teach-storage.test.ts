import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, PHONE, withoutTrial, type Browsing } from '../../support/browser';

const DATABASE = 'sightglass-things';

describe('what is taught, on a device whose database fails', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => void (serving = await serveBuilt()));
  beforeEach(async () => {
    browsing = await openBrowser({ context: { viewport: PHONE } });
    page = browsing.page;
    await withoutTrial(page);
  });
  afterEach(() => browsing.close());
  afterAll(() => serving.close());

  async function teachView(): Promise<void> {
    await openApp(page, serving.url);
    await page.getByRole('link', { name: 'Teach' }).click();
    await page.getByLabel('Name of a new thing').waitFor();
  }

  async function addClass(name: string): Promise<void> {
    const input = page.getByLabel('Name of a new thing');
    await input.fill(name);
    await input.press('Enter');
    await page.locator(`sg-thing-card[data-thing="${name}"]`).waitFor();
  }

  /** Makes the database before the app does: stores by name, with what is put into each. */
  async function madeBefore(stores: Readonly<Record<string, readonly object[]>>): Promise<void> {
    await page.goto(`${serving.url}THIRD-PARTY-NOTICES.txt`);
    await page.evaluate(([name, wanted]) => new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        for (const [store, records] of Object.entries(wanted)) {
          const made = request.result.createObjectStore(store, store === 'things' || store === 'examples' ? { keyPath: 'id' } : {});
          for (const record of records) made.put(record);
        }
      };
      request.onsuccess = () => resolve(request.result.close());
      request.onerror = () => reject(new Error('It could not be made.'));
    }), [DATABASE, stores] as const);
  }

  const named = (): Promise<string[]> => page.locator('sg-thing-card').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-thing') ?? ''));

  it('goes on where the browser has closed the database', async () => {
    await teachView();
    await addClass('mug');
    const devtools = await browsing.context.newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: new URL(serving.url).origin, storageTypes: 'indexeddb' });
    await addClass('key');
    expect(await page.locator('sg-teach-view .notice[role=alert]').count()).toBe(0);
    await page.reload();
    await page.locator('sg-thing-card').first().waitFor();
    expect(await named()).toEqual(['key']);
  });

  it.each<[string, Readonly<Record<string, readonly object[]>>]>([
    ['no stores', {}],
    ['some of its stores', { things: [{ id: 'a', name: 'old mug', other: false, createdAt: 1 }] }],
  ])('goes on where the database has %s', async (_, stores) => {
    await madeBefore(stores);
    await teachView();
    await addClass('key');
    await page.reload();
    await page.locator('sg-thing-card[data-thing="key"]').waitFor();
    expect(await named()).toEqual([...(stores['things'] ? ['old mug'] : []), 'key']);
  });

  it('leaves out what cannot be read, says so, and deletes it where a person wants that', async () => {
    const whole = { id: 'a', name: 'mug', other: false, createdAt: 1 };
    await madeBefore({
      things: [whole, { id: 'b', name: 7, other: false, createdAt: 2 }, { id: 'c' }],
      examples: [{ id: 'e', thingId: 'a', group: 'g', addedAt: 1, source: 'camera', model: null, features: 'none' }],
      blocks: [],
      state: [],
    });
    await teachView();
    const notice = page.locator('sg-teach-view [data-key=damaged]');
    await notice.waitFor();
    expect(await notice.innerText()).toContain('cannot be read: 3');
    expect(await named()).toEqual(['mug']);
    const records = (): Promise<number> => page.evaluate((name) => new Promise<number>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onerror = () => reject(new Error('It could not be opened.'));
      request.onsuccess = () => {
        const database = request.result;
        const transaction = database.transaction(['things', 'examples']);
        const counts = ['things', 'examples'].map((store) => transaction.objectStore(store).count());
        transaction.oncomplete = () => resolve(counts.reduce((sum, { result }) => sum + result, database.close() ?? 0));
      };
    }), DATABASE);
    expect(await records()).toBe(4);
    await notice.getByRole('button').click();
    await notice.waitFor({ state: 'detached' });
    await expect.poll(records).toBe(1);
    expect(await named()).toEqual(['mug']);
  });
});
