import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { chooseZips, openSessions, sampleSession } from '../../support/session-page';

const MARKUP = '"><img src=x onerror=alert(1)>';
/** What templates, attributes and formats would take for theirs. */
const NAMES = [MARKUP, '<script>alert(1)</script>', '${alert(1)}', "' onmouseover='alert(1)", 'javascript:alert(1)', '{{7*7}}', '<!-- ?lit$1$ -->'];

/** Images that nobody put there, in all shadow roots, and what was run. */
async function injected(page: Page): Promise<unknown> {
  return page.evaluate(() => {
    const found: string[] = [];
    const look = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.matches('img[src="x"], script:not([src]), [onerror], [onmouseover], a[href^="javascript:"]')) found.push(element.outerHTML.slice(0, 100));
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return found;
  });
}

describe('names that are markup', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  /** Dialogs that were opened, and what the policy refused. */
  const heard: string[] = [];

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser();
    page = browsing.page;
    page.on('dialog', (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) heard.push(message.text());
    });
    await openApp(page, serving.url);
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  it('of taught things are shown as they are', async () => {
    await page.goto(`${serving.url}#teach`);
    const input = page.getByLabel('Name of a new thing');
    for (const name of NAMES) {
      await input.fill(name);
      await input.press('Enter');
      await expect.poll(() => page.locator('sg-thing-card').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-thing')))).toContain(name);
    }
    expect(await injected(page)).toEqual([]);
  });

  it('of pictures, good and bad, are shown as they are', async () => {
    await page.goto(`${serving.url}#pictures`);
    const good = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#456' } }).png().toBuffer();
    await page.locator('sg-pictures-view input[type=file]').first().setInputFiles([
      { name: `${MARKUP}.png`, mimeType: 'image/png', buffer: good },
      { name: '<b onmouseover=alert(1)>bad.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    ]);
    await page.locator('sg-pictures-view .failed li').filter({ hasText: '<b onmouseover=alert(1)>bad.png' }).waitFor({ state: 'attached' });
    await page.locator('sg-picture-card').filter({ hasText: MARKUP }).waitFor({ state: 'attached' });
    expect(await injected(page)).toEqual([]);
  });

  it('of a session and its labels are shown as they are', async () => {
    const { zip } = await sampleSession('mp4', { title: MARKUP });
    await openSessions(page, serving.url);
    await chooseZips(page, { name: `${MARKUP}.zip`, bytes: zip });
    await page.getByRole('link', { name: MARKUP }).click();
    await page.locator('sg-label-timeline').waitFor();
    expect(await injected(page)).toEqual([]);
  });

  it('in the address do nothing', async () => {
    for (const address of [`#${MARKUP}`, `#sessions/${encodeURIComponent(MARKUP)}`, '#sessions/../../x', `?x=${encodeURIComponent(MARKUP)}#live`]) {
      await page.goto(`${serving.url}${address}`);
      await page.locator('sg-view-navigation').waitFor();
      expect(await injected(page)).toEqual([]);
    }
  });

  it('ran nothing', () => {
    expect(heard).toEqual([]);
  });
});
