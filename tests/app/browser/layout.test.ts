import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { closeSheet, cutWords, runningAnimations, sidewaysScroll, smallTargets } from '../../support/layout';
import { SCRATCH } from '../../support/shared';
import { settled } from '../../support/waits';

const video = join(SCRATCH, 'layout.mjpeg');
const VIEWS = ['pictures', 'sessions', 'teach', 'live'] as const;
/** What a view shows once it has looked for what it keeps. */
const DRAWN = { pictures: '.empty', sessions: '.empty', teach: '.intro', live: '.welcome' } as const;
/** Keys that open the sheets: settings, status, keys, models. */
const SHEETS = [',', 'd', '?', 'n'] as const;
let serving: Serving;

beforeAll(async () => {
  const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
  await makeCameraVideo(video, [{ image: grey, seconds: 2 }]);
  serving = await serveBuilt();
});
afterAll(() => serving.close());

async function opened(context: object): Promise<Browsing> {
  const browsing = await openBrowser({ video, context });
  await browsing.page.addInitScript(() => {
    // Labels and figures are shown whatever the network makes of a grey image.
    localStorage.setItem('sightglass.settings', JSON.stringify({ certainty: 0, statsOpen: true, precision: 'int8' }));
  });
  await openApp(browsing.page, serving.url);
  return browsing;
}

/** Goes through all views and sheets, the live one running, and collects what is found in each. */
async function everywhere(page: Page, look: () => Promise<string[]>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const note = async (where: string): Promise<void> => {
    const here = await look();
    if (here.length > 0) found[where] = here;
  };
  await note('start');
  for (const view of VIEWS) {
    await page.locator(`sg-view-navigation a[href="#${view}"]`).click();
    await page.locator(`sg-${view}-view ${DRAWN[view]}`).waitFor();
    await note(view);
  }
  await page.locator('sg-live-view sg-control-bar button').first().click();
  await page.locator('sg-live-view sg-label-list li').first().waitFor();
  await note('live with figures');
  await page.locator('body').click({ position: { x: 2, y: 2 }, force: true });
  for (const key of SHEETS) {
    await page.keyboard.press(key);
    await page.locator('dialog[open]').waitFor();
    await note(`sheet of ${key}`);
    await closeSheet(page);
  }
  await page.locator('sg-live-view sg-control-bar button').first().click();
  return found;
}

describe.each([
  [320, 568, 'en-GB'],
  [320, 568, 'zh-CN'],
  [390, 844, 'en-GB'],
  [768, 1024, 'zh-CN'],
  [1280, 800, 'en-GB'],
] as const)('at %i x %i px in %s', (width, height, locale) => {
  let browsing: Browsing;
  beforeAll(async () => {
    browsing = await opened({ viewport: { width, height }, locale });
  });
  afterAll(() => browsing.close());

  it('nothing scrolls sideways, sticks out or is too small for a finger', async () => {
    const { page } = browsing;
    const look = async (): Promise<string[]> => {
      await settled(page);
      return [...(await sidewaysScroll(page)), ...(await smallTargets(page))];
    };
    expect(await everywhere(page, look)).toEqual({});
  });
});

describe('with text of 200 %', () => {
  it.each([
    ['phone', { width: 390, height: 844 }, 'en-GB'],
    ['phone', { width: 390, height: 844 }, 'zh-CN'],
    ['desktop', DESKTOP, 'en-GB'],
  ] as const)('nothing scrolls sideways and no words are cut, %s %o %s', async (_, viewport, locale) => {
    const browsing = await opened({ viewport, locale });
    const { page } = browsing;
    try {
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      const look = async (): Promise<string[]> => {
        await settled(page);
        return [...(await sidewaysScroll(page)), ...(await cutWords(page))];
      };
      expect(await everywhere(page, look)).toEqual({});
    } finally {
      await browsing.close();
    }
  });
});

describe('as the system wishes', () => {
  let browsing: Browsing;
  let page: Page;
  beforeAll(async () => {
    browsing = await opened({ viewport: PHONE });
    page = browsing.page;
  });
  afterAll(() => browsing.close());

  it('forced colours: buttons have an edge, what is on looks on, axe finds nothing', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    const found = await everywhere(page, async () => {
      const edgeless = await page.evaluate(() => {
        const found: string[] = [];
        const visit = (node: ParentNode): void => {
          for (const element of node.querySelectorAll<HTMLElement>('*')) {
            if (element.shadowRoot) visit(element.shadowRoot);
            if (!element.matches('button') || !element.checkVisibility({ visibilityProperty: true })) continue;
            const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(element);
            const seen = parseFloat(borderTopWidth) >= 1 && borderTopStyle !== 'none' && borderTopColor !== backgroundColor;
            const filled = backgroundColor !== getComputedStyle(document.documentElement).backgroundColor;
            if (!seen && !filled) found.push(`${element.getAttribute('aria-label') ?? element.textContent?.trim()}: no edge`);
          }
        };
        visit(document);
        return found;
      });
      return [...edgeless, ...(await violations(page))];
    });
    expect(found).toEqual({});
    const [on, off] = await Promise.all(
      ['live', 'teach'].map((view) => page.locator(`sg-view-navigation a[href="#${view}"]`).evaluate((link) => getComputedStyle(link).borderTopColor)),
    );
    // Backgrounds are the system's there, whatever they compute to.
    expect(on).not.toBe(off);
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('reduced motion: nothing moves that moves otherwise', async () => {
    const open = async (): Promise<string[]> => {
      await page.keyboard.press(',');
      await page.locator('dialog[open]').waitFor();
      const running = await runningAnimations(page);
      await closeSheet(page);
      return running;
    };
    // It may be over by the time that one looks: the browser tells of each as it starts.
    const devtools = await browsing.context.newCDPSession(page);
    const started: string[] = [];
    devtools.on('Animation.animationStarted', ({ animation }) => started.push(animation.name));
    await devtools.send('Animation.enable');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect
      .poll(async () => {
        await open();
        return started;
      })
      .toContain('rise');
    await devtools.detach();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await open()).toEqual([]);
    expect(await everywhere(page, () => runningAnimations(page))).toEqual({});
  });
});

describe.each([
  ['upright', PHONE, { top: 47, bottom: 34, left: 0, right: 0 }],
  ['on its side', { width: 844, height: 390 }, { top: 0, bottom: 21, left: 47, right: 47 }],
] as const)('safe areas of a phone %s', (_, viewport, insets) => {
  let browsing: Browsing;
  let page: Page;
  beforeAll(async () => {
    browsing = await opened({ viewport });
    page = browsing.page;
    const session = await browsing.context.newCDPSession(page);
    await session.send('Emulation.setSafeAreaInsetsOverride' as 'Emulation.setTouchEmulationEnabled', { insets: { ...insets } } as never);
    const emulated = await page.evaluate(() => {
      const probe = document.createElement('i');
      probe.style.cssText = 'position:fixed;padding:env(safe-area-inset-top) 0 env(safe-area-inset-bottom) env(safe-area-inset-left)';
      document.body.append(probe);
      const { paddingTop, paddingBottom, paddingLeft } = getComputedStyle(probe);
      probe.remove();
      return [paddingTop, paddingBottom, paddingLeft].map(parseFloat);
    });
    expect(emulated).toEqual([insets.top, insets.bottom, insets.left]);
  });
  afterAll(() => browsing.close());

  it('hold nothing to press or to read', async () => {
    const hidden = (): Promise<string[]> =>
      page.evaluate((safe) => {
        const found: string[] = [];
        // Cut off by what scrolls it, which itself lies in the safe part.
        const scrolledAway = (element: Element): boolean => {
          const { top, bottom } = element.getBoundingClientRect();
          for (let above: Element | null = element; above; above = above.assignedSlot ?? above.parentElement ?? (above.getRootNode() as Partial<ShadowRoot>).host ?? null) {
            if (above === element || !/auto|scroll/.test(getComputedStyle(above).overflowY)) continue;
            const box = above.getBoundingClientRect();
            if (box.top >= safe.top && box.bottom <= innerHeight - safe.bottom && (top < box.top || bottom > box.bottom)) return true;
          }
          return false;
        };
        const visit = (node: ParentNode): void => {
          for (const element of node.querySelectorAll<HTMLElement>('*')) {
            if (element.shadowRoot) visit(element.shadowRoot);
            if (!element.matches('button, a, input, select, h1, h2, h3, p, li') || element.closest('.visually-hidden') || !element.checkVisibility({ visibilityProperty: true })) continue;
            const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
            // What is scrolled away is not on the screen at all, and comes into the safe part by scrolling.
            if (width < 2 || height < 2 || bottom <= 0 || top >= innerHeight) continue;
            if (scrolledAway(element)) continue;
            if (element.closest('.body, dialog ul, .panel, .scroll, main > *:not(sg-live-view)') && top > safe.top && left >= safe.left - 1 && right <= innerWidth - safe.right + 1) continue;
            const words = `${element.localName} "${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)}"`;
            if (left < safe.left - 1 || right > innerWidth - safe.right + 1) found.push(`${words}: ${left} to ${right}`);
            if (top < safe.top - 1 || bottom > innerHeight - safe.bottom + 1) found.push(`${words}: ${top} down to ${bottom}`);
          }
        };
        const dialog = ((): Element | undefined => {
          let open: Element | undefined;
          const look = (node: ParentNode): void => {
            for (const element of node.querySelectorAll('*')) {
              if (element.matches('dialog[open]')) open = element;
              if (element.shadowRoot) look(element.shadowRoot);
            }
          };
          look(document);
          return open;
        })();
        visit(dialog ?? document);
        return found;
      }, insets);
    const look = async (): Promise<string[]> => {
      await settled(page);
      return hidden();
    };
    expect(await everywhere(page, look)).toEqual({});
  });
});
