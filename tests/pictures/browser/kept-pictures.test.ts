import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { coveredControls, sidewaysScroll, smallTargets } from '../../support/layout';
import { UNDO_SHOWN } from '../../../src/pictures/page/removed-images';
import { ownPages } from '../../support/own-pages';

const pages = ownPages(false);
let page: Page;
const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** What a browser can do with files. */
type Sharing = 'shares' | 'cancels' | 'none';

async function open(context: object, sharing: Sharing = 'none'): Promise<void> {
  page = await pages.open({ context });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript((can) => {
    const [asked, shared]: unknown[][] = [[], []];
    Object.assign(globalThis, { asked, shared });
    if (can === 'none') Object.defineProperty(navigator, 'canShare', { value: undefined });
    else Object.assign(navigator, {
      canShare: () => true,
      share: async ({ files }: { files: File[] }) => {
        if (!navigator.userActivation.isActive) throw new DOMException('not asked for', 'NotAllowedError');
        asked.push(files[0].name);
        if (can === 'cancels') throw new DOMException('closed', 'AbortError');
        const { width, height } = await createImageBitmap(files[0]);
        shared.push({ type: files[0].type, name: files[0].name, width, height });
      },
    });
  }, sharing);
  await openApp(page, pages.url);
  await page.getByRole('link', { name: 'Pictures' }).click();
  await page.locator('sg-pictures-view .empty').waitFor();
}

const cards = (): Locator => page.locator('sg-picture-card');
const names = (): Promise<string[]> => cards().locator('p[title]').allTextContents();
const shared = (): Promise<unknown[]> => page.evaluate(() => (globalThis as unknown as { shared: unknown[] }).shared);
const asked = (): Promise<unknown[]> => page.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked);
const bar = (): Locator => page.locator('sg-pictures-view sg-undo-bar');
/** What stands in it: an element's own text has none of its shadow's. */
const said = (): Promise<string> => bar().getByRole('status').innerText();
const focused = (): Promise<string> => page.evaluate(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
});

/** How many pictures the device holds as removed: only then a reload leaves them out. */
const marked = (): Promise<number> => page.evaluate(() => new Promise<number>((resolve, reject) => {
  const opening = indexedDB.open('sightglass.pictures');
  opening.onerror = () => reject(new Error('It cannot be opened.'));
  opening.onsuccess = () => {
    const counting = opening.result.transaction('removed').objectStore('removed').count();
    counting.onsuccess = () => {
      opening.result.close();
      resolve(counting.result);
    };
  };
}));

async function choose(...files: readonly string[]): Promise<void> {
  const made = await Promise.all(files.map(async (name, i) => ({
    name, mimeType: 'image/png', buffer: await sharp({ create: { width: 400 + 10 * i, height: 300, channels: 3, background: { r: 60 * i, g: 90, b: 200 } } }).png().toBuffer(),
  })));
  await page.locator('sg-pictures-view input[type=file]').setInputFiles(made);
  await cards().nth(files.length - 1).locator('li').first().waitFor();
  await page.locator('sg-pictures-view .progress').waitFor({ state: 'detached' });
}
/** Names of all that lie on the device, also of those that can be had back. */
const stored = (): Promise<string[]> => page.evaluate(() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('sightglass.pictures');
  opening.onerror = reject;
  opening.onsuccess = () => {
    const reading = opening.result.transaction('pictures').objectStore('pictures').getAll();
    reading.onsuccess = () => {
      opening.result.close();
      resolve((reading.result as { name: string }[]).map(({ name }) => name));
    };
  };
}));
const labels = (): Promise<string[]> => cards().locator('li .name, li .share').allTextContents();

describe.each([
  ['phone', { viewport: PHONE, hasTouch: true, isMobile: true }],
  ['desktop', { viewport: DESKTOP }],
] as const)('pictures that were chosen, %s', (_, context) => {
  const press = (locator: Locator): Promise<void> => ('hasTouch' in context ? locator.tap() : locator.press('Enter'));

  it('are there after a reload with their labels, until they are removed, one by one or all, which can be taken back', async () => {
    await open(context);
    await choose('first.png', 'second.png', 'third.png');
    const before = await labels();
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await cards().nth(2).locator('li').first().waitFor();
    expect(await names()).toEqual(['first.png', 'second.png', 'third.png']);
    expect(await labels()).toEqual(before);
    await press(page.getByRole('button', { name: 'Remove second.png' }));
    await bar().getByText('second.png was removed.').waitFor();
    expect(await names()).toEqual(['first.png', 'third.png']);
    await expect.poll(focused).toBe('Undo');
    await press(bar().getByRole('button', { name: 'Undo' }));
    await expect.poll(names).toEqual(['first.png', 'second.png', 'third.png']);
    await expect.poll(focused).toBe('Look closer: second.png');
    await press(page.getByRole('button', { name: 'Remove all pictures' }));
    await bar().getByText('3 pictures were removed.').waitFor();
    await press(bar().getByRole('button', { name: 'Undo' }));
    await expect.poll(names).toEqual(['first.png', 'second.png', 'third.png']);
    await press(page.getByRole('button', { name: 'Remove first.png' }));
    await bar().getByText('first.png was removed.').waitFor();
    await expect.poll(marked).toBe(1);
    // It can be had back for a while alone: what takes long is done where nobody waits for it.
    expect([...(await violations(page)), ...(await coveredControls(page)), ...(await sidewaysScroll(page)), ...(await smallTargets(page))]).toEqual([]);
    await page.reload();
    await cards().nth(1).locator('li').first().waitFor();
    expect(await names()).toEqual(['second.png', 'third.png']);
    await press(page.getByRole('button', { name: 'Remove all pictures' }));
    await page.locator('sg-pictures-view .empty').waitFor();
    await expect.poll(marked).toBeGreaterThanOrEqual(2);
    await page.reload();
    await page.locator('sg-pictures-view .empty').waitFor();
    expect(await cards().count()).toBe(0);
  });

  it('can be had back for a while, and as long as a person is seen to be at the button for it', async () => {
    await open(context);
    await choose('first.png', 'second.png');
    await page.clock.install();
    const remove = page.getByRole('button', { name: 'Remove first.png' });
    if ('hasTouch' in context) {
      await remove.tap();
      await bar().getByText('first.png was removed.').waitFor();
      await expect.poll(focused).toBe('Undo');
      await page.clock.fastForward(UNDO_SHOWN);
    } else {
      await remove.press('Enter');
      await bar().getByText('first.png was removed.').waitFor();
      await expect.poll(focused).toBe('Undo');
      await page.clock.fastForward(UNDO_SHOWN);
      expect(await said()).toContain('first.png was removed.');
      await page.keyboard.press('Shift+Tab');
      await page.clock.fastForward(UNDO_SHOWN);
    }
    await expect.poll(said).toBe('');
    await expect.poll(stored).toEqual(['second.png']);
  });

  it('or are taken with the phone\'s own camera', async () => {
    await open(context);
    const take = page.getByRole('button', { name: 'Take a picture' });
    if (!('hasTouch' in context)) {
      expect(await take.count()).toBe(0);
      return;
    }
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), take.tap()]);
    expect(await chooser.element().getAttribute('capture')).toBe('environment');
    const [pictures] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose pictures' }).tap()]);
    expect(await pictures.element().getAttribute('capture')).toBeNull();
  });

  it('open large after a reload, with the square and the map, and are handed on from there as they are seen', async () => {
    await open(context, 'shares');
    await choose('first.png');
    await page.reload();
    await press(page.getByRole('button', { name: 'Look closer: first.png' }));
    const sheet = page.locator('sg-picture-sheet');
    await sheet.locator('sg-label-list li').first().waitFor();
    await sheet.locator('.reticle').waitFor();
    await press(sheet.getByRole('button', { name: 'Show where the network looked' }));
    await sheet.locator('sg-map-legend').waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    await press(sheet.getByRole('button', { name: 'Share with its labels' }));
    await expect.poll(shared).toEqual([{ type: 'image/jpeg', name: 'first-labels.jpg', width: 400, height: 300 }]);
  });

  it('are shared with their labels by one press, and nothing is said where a person would rather not', async () => {
    await open(context, 'cancels');
    await choose('first.png');
    await press(page.getByRole('button', { name: 'Share first.png with its labels' }));
    await expect.poll(asked).toEqual(['first-labels.jpg']);
    // What was asked for ends, and an update of the page follows it.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await said()).toBe('');
  });
});

describe('a browser', () => {
  it('that shares no files saves them, and says so', async () => {
    await open({ viewport: DESKTOP });
    await choose('first.png');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save first.png with its labels' }).click()]);
    expect(download.suggestedFilename()).toBe('first-labels.jpg');
    const { width, height, format } = await sharp(await download.path()).metadata();
    expect([format, width, height]).toEqual(['jpeg', 400, 300]);
    await bar().getByText('Saved as a file').waitFor();
  });

  it('copies a picture with its labels, and the labels as words', async () => {
    await open({ viewport: DESKTOP, permissions: ['clipboard-write'] });
    await choose('first.png');
    // The page may write there and not read: what it writes is looked at on its way.
    await page.evaluate(() => {
      const write = navigator.clipboard.write.bind(navigator.clipboard);
      navigator.clipboard.write = (items) => {
        Object.assign(globalThis, { written: items });
        return write(items);
      };
    });
    await page.getByRole('button', { name: 'Copy first.png with its labels' }).click();
    await bar().getByText('Copied, with its labels').waitFor();
    const copied = await page.evaluate(async () => {
      const [item] = (globalThis as unknown as { written: ClipboardItem[] }).written;
      const { width, height } = await createImageBitmap(await item.getType('image/png'));
      return { width, height, text: await (await item.getType('text/plain')).text() };
    });
    expect(copied).toMatchObject({ width: 400, height: 300 });
    expect(copied.text).toMatch(/^Not sure$|\d\s?%/);
  });

  it('that is full says which pictures do not stay, and what to do', async () => {
    await open({ viewport: PHONE });
    await page.evaluate(() => {
      IDBObjectStore.prototype.add = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await choose('first.png', 'second.png');
    const lack = page.locator('sg-pictures-view .lack');
    await lack.getByText('The device is full. Of the last pictures 2 are gone after a reload').waitFor();
    expect([...(await violations(page)), ...(await sidewaysScroll(page)), ...(await smallTargets(page))]).toEqual([]);
    await page.getByRole('button', { name: 'Remove second.png' }).click();
    await bar().getByRole('button', { name: 'Undo' }).click();
    await expect.poll(names).toEqual(['first.png', 'second.png']);
    await lack.getByRole('button', { name: 'Go on' }).click();
    await lack.waitFor({ state: 'detached' });
  });
});
