import type { Locator, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { openMore, pressMore, pressRecord, recordWithLabels } from '../../support/controls';
import { closeSheet, coveredControls, sidewaysScroll } from '../../support/layout';
import { ownPages } from '../../support/own-pages';
import { keeps, withVideo } from '../../support/recorder-page';
import { storedSessions } from '../../support/stored-sessions';

const pages = ownPages();
let page: Page;
const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

const FINGER = { viewport: PHONE, hasTouch: true, isMobile: true };

async function open(context: object, settings: object = {}): Promise<void> {
  page = await pages.open({ context });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript((more) => {
    // Once: what is changed later stays over a reload.
    if (localStorage.getItem('begun') === null) localStorage.setItem('sightglass.settings', JSON.stringify({ certainty: 0, precision: 'int8', ...more }));
    localStorage.setItem('begun', 'yes');
    // What was handed to the device's other programs.
    const shared: unknown[] = [];
    Object.assign(globalThis, { shared });
    Object.assign(navigator, {
      canShare: () => true,
      share: async ({ files }: { files: File[] }) => {
        if (!navigator.userActivation.isActive) throw new DOMException('not asked for', 'NotAllowedError');
        const { width, height } = await createImageBitmap(files[0]);
        shared.push({ type: files[0].type, name: files[0].name, width, height });
      },
    });
  }, settings);
  await openApp(page, pages.url);
}

/** Counts what a person does. */
class Finger {
  taps = 0;

  async tap(locator: Locator): Promise<void> {
    this.taps++;
    await locator.tap();
  }
}

const bar = (): Locator => page.locator('sg-live-view sg-control-bar');
const labels = (): Locator => page.locator('sg-live-view sg-label-list li');
const view = (id: string): Promise<void> => page.locator(`sg-view-navigation a[href="#${id}"]`).click();
const strip = (): Locator => page.locator('sg-running-strip');
/** What has the focus, as it is read out. */
const focused = (): Promise<string> => page.evaluate(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
});

/** Rests a finger on a button for as long as a long press takes, whose time is over at once; then lets go, or another has taken the touch away. */
const hold = (button: Locator, end: 'click' | 'pointercancel' = 'click'): Promise<void> => button.evaluate((element: HTMLElement, how) => {
  const { setTimeout } = globalThis;
  const due: (() => void)[] = [];
  const finger = (type: string): unknown => element.dispatchEvent(new PointerEvent(type, { pointerType: 'touch', bubbles: true, composed: true }));
  globalThis.setTimeout = ((then: () => void) => due.push(then)) as unknown as typeof globalThis.setTimeout;
  finger('pointerdown');
  globalThis.setTimeout = setTimeout;
  for (const then of due) then();
  finger(how === 'click' ? 'pointerup' : how);
  if (how === 'click') element.click();
}, end);

describe('taps', () => {
  it('1 from the start to a label, 2 to keep a picture and share it', async () => {
    await open(FINGER);
    const start = new Finger();
    await start.tap(bar().locator('.start'));
    await labels().first().waitFor();
    expect(start.taps).toBe(1);
    const keep = new Finger();
    await keep.tap(bar().getByRole('button', { name: 'Keep a picture' }));
    await keep.tap(page.locator('sg-taken-picture [data-action=share]'));
    const handed = (): Promise<unknown[]> => page.evaluate(() => (globalThis as unknown as { shared: unknown[] }).shared);
    await expect.poll(handed).toEqual([{ type: 'image/jpeg', name: expect.stringMatching(/-labels\.jpg$/) as string, width: 640, height: 480 }]);
    expect(keep.taps).toBe(2);
    expect(await violations(page)).toEqual([]);
    // It is among the pictures, and there after a reload, with what it was taken for.
    await page.locator('sg-taken-picture a').click();
    const card = page.locator('sg-picture-card');
    await card.locator('li').first().waitFor();
    const name = await card.locator('.name').first().textContent();
    await page.reload();
    await expect.poll(() => card.locator('.name').first().textContent()).toBe(name);
    // One tap more hands on one of before.
    await card.getByRole('button', { name: /^Share .* with its labels$/ }).tap();
    await expect.poll(handed).toEqual([{ type: 'image/jpeg', name: expect.stringMatching(/-labels\.jpg$/) as string, width: 640, height: 480 }]);
    // Gone, and back, and gone.
    await page.getByRole('button', { name: 'Remove all pictures' }).click();
    await page.locator('sg-pictures-view .empty').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await card.locator('li').first().waitFor();
    await page.getByRole('button', { name: 'Remove all pictures' }).click();
    await page.locator('sg-pictures-view .empty').waitFor();
    await page.reload();
    await page.locator('sg-pictures-view .empty').waitFor();
    expect(await card.count()).toBe(0);
  });

  it('2 to label what is filmed, from its begin to its end', async () => {
    await open(FINGER, { shutter: 'film' });
    await bar().locator('.start').tap();
    await labels().first().waitFor();
    await bar().getByRole('button', { name: 'Record' }).tap();
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    for (const name of ['red mug', 'blue mug']) {
      await field.fill(name);
      await field.press('Enter');
      await page.locator('sg-label-bar .slots button:focus').filter({ hasText: name }).waitFor();
    }
    for (const name of ['red mug', 'blue mug']) {
      const finger = new Finger();
      const label = page.locator('sg-label-bar .slots button').filter({ hasText: name });
      await finger.tap(label);
      await withVideo(page, { seconds: 0.6 });
      await finger.tap(label);
      expect(finger.taps).toBe(2);
    }
    await bar().getByRole('button', { name: 'Stop recording' }).tap();
    await page.locator('sg-recording-notice [data-kind=kept]').waitFor();
    const spans = new Map((await storedSessions(page)).at(-1)?.human.map((edit) => (edit.kind === 'put-span' ? [edit.span.id, edit.span.label.name] : ['', ''])));
    expect([...spans.values()]).toEqual(['red mug', 'blue mug']);
  });
});

describe('a picture', () => {
  it('of a scene that was not looked at gets no labels of another, is recognised among the pictures, and can be removed by itself', async () => {
    await open({ viewport: PHONE });
    await bar().locator('.start').click();
    await labels().first().waitFor();
    await pressMore(page, 'Pause recognition');
    await page.locator('sg-live-view sg-label-list[old]').waitFor();
    await bar().getByRole('button', { name: 'Keep a picture' }).click();
    await page.locator('sg-taken-picture a').click();
    const card = page.locator('sg-picture-card');
    const named = card.getByText(/^Sightglass \d{4}-/);
    await named.waitFor();
    await card.locator('li').first().waitFor();
    const name = await card.locator('.name').first().textContent();
    await page.reload();
    await expect.poll(() => card.locator('.name').first().textContent()).toBe(name);
    expect(await violations(page)).toEqual([]);
    const remove = card.getByRole('button', { name: /^Remove Sightglass/ });
    await remove.click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await card.locator('li').first().waitFor();
    await remove.click();
    await page.locator('sg-pictures-view .empty').waitFor();
    await page.reload();
    await page.locator('sg-pictures-view .empty').waitFor();
    expect(await card.count()).toBe(0);
  });

  it('that cannot be kept is offered as a file, and said to be saved', async () => {
    await open({ viewport: PHONE });
    await page.evaluate(() => {
      IDBObjectStore.prototype.add = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await bar().locator('.start').click();
    await labels().first().waitFor();
    await bar().getByRole('button', { name: 'Keep a picture' }).click();
    const told = page.locator('sg-taken-picture');
    await told.getByText('The device is full').waitFor();
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), told.getByRole('button', { name: 'Save' }).click()]);
    expect(download.suggestedFilename()).toMatch(/\d\.jpg$/);
    await told.getByText('Saved as a file').waitFor();
    await told.getByRole('button', { name: 'Close' }).click();
    await told.waitFor({ state: 'detached' });
  });
});

describe('the row of controls', () => {
  it('has one pause and one stop while it records, and names under its icons', async () => {
    await open({ viewport: PHONE });
    await bar().locator('.start').click();
    await labels().first().waitFor();
    for (const name of ['Stop', 'Film', 'Picture', 'Middle', 'More']) expect(await bar().getByText(name, { exact: true }).isVisible(), name).toBe(true);
    await pressRecord(page);
    await page.locator('sg-recording-bar').waitFor();
    expect(await page.getByRole('button', { name: /pause/i }).count()).toBe(1);
    expect(await page.getByRole('button', { name: /stop/i }).count()).toBe(1);
    await expect.poll(() => bar().locator('.shutter .name').getAttribute('data-time')).toMatch(/^0:(?!00)\d\d$/);
    // In a recording a picture is one of its own.
    await keeps(page, () => bar().getByRole('button', { name: 'Keep a picture' }).click());
    expect(await page.locator('sg-taken-picture').count()).toBe(0);
    await bar().getByRole('button', { name: 'Stop recording' }).click();
    await page.locator('sg-recording-notice [data-kind=kept]').waitFor();
    expect((await storedSessions(page)).at(-1)?.manifest.snapshots).toBe(1);
    // What the shutter does is remembered.
    await openApp(page, pages.url);
    await bar().locator('.start').click();
    await bar().getByRole('button', { name: 'Record' }).waitFor();
  });

  it('shows a name where it has no room for all: at the focus, and under a long press, which does nothing else', async () => {
    await open({ ...FINGER, viewport: { width: 844, height: 390 } });
    await bar().locator('.start').tap();
    await labels().first().waitFor();
    const more = bar().getByRole('button', { name: 'More' });
    expect(await more.locator('.name').isVisible()).toBe(false);
    await bar().getByRole('switch').focus();
    // Over the shutter and the way back to the middle, which can be reached whether or not there is one.
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    await expect.poll(() => more.locator('.name').isVisible()).toBe(true);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const box = await more.boundingBox();
    if (!box) throw new Error('There is no button.');
    const touches = await pages.browsing.context.newCDPSession(page);
    const at = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    await touches.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at });
    await expect.poll(() => more.locator('.name').isVisible()).toBe(true);
    await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(() => more.locator('.name').isVisible()).toBe(false);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await more.tap();
    await page.getByRole('dialog', { name: 'More' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('takes a long press for what it is on only where the name is hidden, and the shutter\'s for a press everywhere', async () => {
    await open({ ...FINGER, viewport: { width: 844, height: 390 } });
    await bar().locator('.start').tap();
    await labels().first().waitFor();
    const more = bar().getByRole('button', { name: 'More' });
    const dialog = page.getByRole('dialog', { name: 'More' });
    await hold(more);
    expect(await page.getByRole('dialog').count()).toBe(0);
    // One that was taken away came to no click: the next is another's.
    await hold(more, 'pointercancel');
    await more.evaluate((button: HTMLElement) => button.click());
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await hold(bar().getByRole('button', { name: 'Keep a picture' }));
    await page.locator('sg-taken-picture').waitFor();
    await page.setViewportSize(PHONE);
    await more.locator('.name').waitFor();
    await hold(more);
    await dialog.waitFor();
  });

  it('keeps the focus where the press of a key ends what it is on', async () => {
    await open({});
    await bar().locator('.start').click();
    await labels().first().waitFor();
    const middle = bar().getByRole('button', { name: 'Look at the middle again' });
    expect(await middle.isDisabled()).toBe(true);
    for (const key of ['+', '+', 'ArrowLeft']) await page.keyboard.press(key);
    await page.locator('sg-live-view .reticle.aimed').waitFor();
    await middle.focus();
    await page.keyboard.press('Enter');
    await page.locator('sg-live-view .reticle:not(.aimed)').waitFor();
    await expect.poll(() => middle.isDisabled()).toBe(true);
    await expect.poll(focused).toBe('Look at the middle again');
    await page.keyboard.press('f');
    const unfreeze = page.getByRole('button', { name: 'Unfreeze' });
    await unfreeze.focus();
    await page.keyboard.press('Enter');
    await unfreeze.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Show where the network looked');
    expect(await violations(page)).toEqual([]);
  });

  it('keeps the focus where one goes on: the shutter after the start, and after a recording that R ended', async () => {
    await open({});
    await bar().locator('.start').focus();
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Keep a picture');
    await labels().first().waitFor();
    await page.keyboard.press('r');
    await page.locator('sg-recording-bar').waitFor();
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    await field.fill('red mug');
    await field.press('Enter');
    await page.locator('sg-label-bar .slots button:focus').waitFor();
    await page.keyboard.press('r');
    await page.locator('sg-recording-notice [data-kind=kept]').waitFor();
    await expect.poll(focused).toMatch(/Keep a picture|Record/);
    await page.keyboard.press('s');
    await expect.poll(focused).toBe('Start the camera');
  });
});

describe('the way on', () => {
  it('a question that is asked again answers no to the first, and waits for the second', async () => {
    await open({});
    const sheet = page.locator('sg-live-view sg-confirm-sheet');
    const answers = sheet.evaluate((element) => {
      const confirm = element as HTMLElement & { ask(): Promise<boolean> };
      return Promise.all([confirm.ask(), confirm.ask()]);
    });
    await sheet.getByRole('button', { name: 'Stop both' }).click();
    expect(await answers).toEqual([false, true]);
  });

  it('Escape leaves a field, and keys are the page\'s again', async () => {
    await open({});
    await bar().locator('.start').click();
    await labels().first().waitFor();
    await pressRecord(page);
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    await field.fill('red mug');
    await page.keyboard.press(',');
    expect(await field.inputValue()).toBe('red mug,');
    // The first closes what is offered under the field.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press(',');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  });

  it('the way back closes a sheet, and goes to the view before where none is open', async () => {
    await open({ viewport: PHONE });
    const hash = (): Promise<string> => page.evaluate(() => location.hash);
    const sheets = page.locator('dialog[open]');
    await view('sessions');
    for (const name of ['Settings', 'Models']) {
      await page.locator('sg-app header').getByRole('button', { name: name === 'Models' ? /Models|ResNet|EfficientNet/ : name }).click();
      await sheets.waitFor();
      await page.goBack();
      await sheets.waitFor({ state: 'detached' });
      expect(await hash()).toBe('#sessions');
    }
    // One that was taken off the page while it was open is no step, nor is one that was closed otherwise.
    await page.evaluate(async () => {
      const sheet = document.createElement('sg-sheet') as HTMLElement & { show(): Promise<void> };
      document.body.append(sheet);
      await sheet.show();
      sheet.remove();
    });
    const entries = (): Promise<number> => page.evaluate(() => history.length);
    const before = await entries();
    for (let i = 0; i < 2; i++) {
      await page.getByRole('button', { name: 'Settings' }).click();
      await sheets.waitFor();
      await page.keyboard.press('Escape');
      await sheets.waitFor({ state: 'detached' });
    }
    expect(await entries()).toBe(before);
    await page.goBack();
    await expect.poll(hash).not.toBe('#sessions');
    await bar().locator('.start').waitFor();
  });
});

describe('with text of 200 %', () => {
  it.each([PHONE, { width: 844, height: 390 }, DESKTOP])('timer, stop and label field are in sight while it records, %o', async (viewport) => {
    await open({ viewport });
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    await bar().locator('.start').click();
    await labels().first().waitFor();
    await pressRecord(page);
    const parts = [page.locator('sg-recording-bar').getByRole('timer'), bar().getByRole('button', { name: 'Stop recording' }), page.locator('sg-recording-panel').getByRole('combobox')];
    for (const part of parts) await part.waitFor();
    const inSight = (part: Locator): Promise<boolean> => part.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const root = element.getRootNode() as ShadowRoot;
      const there = root.elementFromPoint(left + width / 2, top + height / 2);
      return there !== null && (element.contains(there) || there.contains(element)) && top >= 0 && top + height <= innerHeight + 0.5;
    });
    await expect.poll(() => Promise.all(parts.map(inSight))).toEqual([true, true, true]);
    expect([...(await sidewaysScroll(page)), ...(await coveredControls(page))]).toEqual([]);
  });
});

describe('what runs', () => {
  it('is in sight in every view and in the title, with its stop', async () => {
    await open({ viewport: PHONE });
    await bar().locator('.start').click();
    await labels().first().waitFor();
    expect(await strip().count()).toBe(0);
    for (const id of ['pictures', 'sessions', 'teach']) {
      await view(id);
      await strip().getByText('The camera is on').waitFor();
      await expect.poll(() => page.title()).toMatch(/^◉ The camera is on – Sightglass – /);
    }
    expect(await violations(page)).toEqual([]);
    await view('live');
    await pressRecord(page);
    await withVideo(page, { seconds: 1 });
    for (const id of ['pictures', 'sessions', 'teach']) {
      await view(id);
      await strip().getByText(/^Recording \d/).waitFor();
    }
    await strip().getByRole('timer').filter({ hasText: /0:(?!0[01])\d\d/ }).waitFor();
    await expect.poll(() => page.title()).toMatch(/^● 0:\d\d Recording – Sightglass – Teach$/);
    expect(await violations(page)).toEqual([]);
    await strip().getByRole('button', { name: 'Stop recording' }).click();
    await strip().getByRole('button', { name: 'Stop the camera' }).click();
    await strip().waitFor({ state: 'detached' });
    await expect.poll(() => page.title()).toBe('Sightglass – Teach');
    expect((await storedSessions(page)).length).toBe(1);
    // Nothing of what was seen before stands there.
    await view('live');
    await bar().locator('.start').waitFor();
    await expect.poll(() => labels().count(), { timeout: 5000 }).toBe(0);
  });

  it('a phone is offered neither another phone nor what keys do, unless it has a keyboard; keys can be switched off everywhere', async () => {
    await open(FINGER);
    const sheet = page.locator('sg-settings-sheet');
    const offers = async (): Promise<number[]> => {
      await page.getByRole('button', { name: 'Settings' }).tap();
      await sheet.getByRole('button', { name: 'Reset all settings' }).waitFor();
      return Promise.all(['[data-sheet=phone]', '[data-sheet=shortcuts]', '[name=shortcuts]'].map((each) => sheet.locator(each).count()));
    };
    expect(await offers()).toEqual([0, 0, 1]);
    await page.keyboard.press('Escape');
    await sheet.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await offers()).toEqual([0, 1, 1]);
  });
});

describe('the first visit', () => {
  it('has what it is, that nothing leaves the device, and the start at once, with the model\'s progress on it', async () => {
    page = await pages.open({ context: { viewport: PHONE } });
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(/\/models\/.*\.onnx/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(pages.url);
    const start = page.getByRole('button', { name: 'Start the camera' });
    await start.locator('progress').waitFor();
    await page.getByText('Pictures never leave this device').waitFor();
    expect(await violations(page)).toEqual([]);
    // It can be pressed meanwhile: the first label comes with the model.
    await start.click();
    await page.locator('sg-live-view .reticle').waitFor();
    go();
    await labels().first().waitFor();
  });
});

describe.each([
  [320, 568],
  [390, 844],
  [844, 390],
  [820, 1180],
  [1440, 900],
] as const)('at %i x %i', (width, height) => {
  it('nothing lies over a control, in any state', async () => {
    await open({ viewport: { width, height } });
    const found: Record<string, string[]> = {};
    const note = async (state: string): Promise<void> => {
      const covered = await coveredControls(page);
      if (covered.length > 0) found[state] = covered;
    };
    await note('start');
    const notices = page.locator('sg-platform-notices');
    for (const toast of ['sg-update-toast', 'sg-damage-toast', 'sg-install-toast']) {
      await notices.evaluate((place, name) => place.shadowRoot?.prepend(document.createElement(name)), toast);
      await page.locator(toast).getByRole('button').first().waitFor();
      await note(toast);
      await view('sessions');
      await page.locator('sg-sessions-view .empty').waitFor();
      await note(`${toast} over sessions`);
      await view('live');
      await page.locator(toast).evaluate((element) => element.remove());
    }
    await bar().locator('.start').click();
    await labels().first().waitFor();
    await note('live');
    await page.getByRole('button', { name: 'Show figures' }).click();
    await note('figures');
    await page.getByRole('button', { name: 'Show figures' }).click();
    await bar().getByRole('button', { name: 'Keep a picture' }).click();
    await page.locator('sg-taken-picture').waitFor();
    await note('a picture kept');
    await page.locator('sg-taken-picture').getByRole('button', { name: 'Close' }).click();
    await pressMore(page, 'Freeze the picture');
    await page.getByRole('button', { name: 'Unfreeze' }).waitFor();
    await note('frozen');
    await page.getByRole('button', { name: 'Unfreeze' }).click();
    for (const id of ['pictures', 'sessions', 'teach']) {
      await view(id);
      await strip().waitFor();
      await page.locator({ pictures: 'sg-picture-card li', sessions: 'sg-sessions-view .empty', teach: 'sg-teach-view .intro' }[id] ?? '').first().waitFor();
      await note(`the camera on, ${id}`);
    }
    const name = page.getByLabel('Name of a new thing');
    await name.fill('mug');
    await name.press('Enter');
    await page.locator('sg-teach-view').getByRole('button', { name: 'Hold to show “mug”' }).waitFor();
    await note('a thing to show, with what is none of them');
    await view('live');
    await recordWithLabels(page);
    await note('recording');
    await openMore(page);
    await closeSheet(page);
    await view('sessions');
    await strip().waitFor();
    await note('recording, sessions');
    await view('live');
    await bar().getByRole('button', { name: 'Stop recording' }).click();
    await page.locator('sg-recording-notice').waitFor();
    await note('a recording kept');
    expect(found).toEqual({});
  });
});
