import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DESKTOP, openApp, PHONE } from '../../support/browser';
import { closeSheet } from '../../support/layout';
import { ownPages } from '../../support/own-pages';
import { onSeededModel } from '../../support/shared';
import { drawn } from '../../support/waits';

/** The ResNet-18 from a seed knows five scenes alone, and takes a wall for one of them. */
const SEEDED = onSeededModel();
if (SEEDED) console.warn('\n*** SKIPPED: that a plain wall is not named needs trained weights. ***\n');

const pages = ownPages();
let page: Page;

const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const item = () => page.locator('sg-label-list li').first();
const kept = (): Promise<Record<string, unknown>> =>
  page.evaluate(() => JSON.parse(localStorage.getItem('sightglass.settings') ?? '{}') as Record<string, unknown>);

describe.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('settings and keys, %s', (_, viewport) => {
  async function open(context = {}): Promise<void> {
    page = await pages.open({ context: { viewport, ...context } });
    await openApp(page, pages.url);
  }
  const start = async (): Promise<void> => {
    await press('Start the camera');
    await item().waitFor();
  };

  it('keeps what is chosen in the settings over a reload, and resets it', async () => {
    await open();
    await press('Settings');
    const sheet = page.locator('sg-settings-sheet');
    const box = (name: string) => sheet.locator(`input[name=${name}]`);
    await box('hold').uncheck();
    await box('smoothing').uncheck();
    await box('aloud').check();
    await box('statsOpen').check();
    await box('adaptive').uncheck();
    await box('certainty').fill('0.4');
    await sheet.locator('select[name=facing]').selectOption('user');
    await sheet.locator('select[name=theme]').selectOption('light');
    await sheet.locator('select[name=threads]').selectOption('1');
    await sheet.locator('select[name=engine]').selectOption('ort');
    const wanted = { hold: false, smoothing: false, aloud: true, statsOpen: true, adaptive: false, certainty: 0.4, facing: 'user', theme: 'light', threads: 1, engine: 'ort' };
    await expect.poll(kept).toMatchObject(wanted);
    await openApp(page, pages.url);
    await press('Settings');
    expect(await box('hold').isChecked()).toBe(false);
    expect(await box('certainty').getAttribute('aria-valuetext')).toBe('40%');
    expect(await sheet.locator('select[name=engine]').inputValue()).toBe('ort');
    await press('Close');
    await start();
    // They are in force, too.
    await expect.poll(() => page.locator('sg-live-stats dd[data-key=engine]').textContent()).toBe('onnxruntime');
    await expect.poll(() => page.locator('sg-live-stats dd[data-key=threads]').textContent()).toBe('1');
    await press('Settings');
    await press('Reset all settings');
    const asked = page.getByRole('dialog', { name: 'Reset all settings?' });
    await page.getByRole('button', { name: 'Go on as before' }).click();
    await asked.waitFor({ state: 'hidden' });
    expect(await kept()).toMatchObject({ hold: false, theme: 'light' });
    await press('Reset all settings');
    await page.getByRole('button', { name: 'Reset all', exact: true }).click();
    await sheet.getByText('All settings are as the app comes.').waitFor();
    await expect.poll(() => box('hold').isChecked()).toBe(true);
    expect(await box('certainty').getAttribute('aria-valuetext')).toBe('25%');
    await expect.poll(kept).toMatchObject({ hold: true, certainty: 0.25, theme: 'auto', engine: 'auto', threads: 0 });
  });

  it('takes the colours of the system, or those that were chosen', async () => {
    await open({ colorScheme: 'dark' });
    const colour = (): Promise<string> => page.locator('sg-app').evaluate((app) => getComputedStyle(app).backgroundColor);
    const [dark, light] = ['rgb(11, 13, 18)', 'rgb(246, 247, 249)'];
    await expect.poll(colour).toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(colour).toBe(light);
    await press('Settings');
    await page.locator('sg-settings-sheet select[name=theme]').selectOption('dark');
    await expect.poll(colour).toBe(dark);
    await expect.poll(() => page.locator('meta[name=theme-color]').first().getAttribute('content')).toBe('#0b0d12');
    await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
    await expect.poll(colour).toBe('rgb(0, 0, 0)');
  });

  it('does what the keys say, and tells of them with a question mark', async () => {
    await open();
    await page.keyboard.press('s');
    await item().waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Go on recognising' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Go on recognising' }).waitFor({ state: 'detached' });
    await page.keyboard.press('m');
    await page.locator('sg-camera-stage .mirrored').waitFor();
    await page.keyboard.press('i');
    await page.locator('sg-live-stats').waitFor();
    await page.keyboard.press('f');
    await page.getByRole('button', { name: 'Unfreeze' }).waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    expect(await page.locator('sg-shortcut-sheet dl').first().textContent()).toContain('Freeze the picture');
    // A dialog keeps keys to itself.
    await page.keyboard.press('s');
    // Once it is closed it does not, though its button has the focus until the next frame.
    await page.locator('sg-shortcut-sheet').getByRole('button', { name: 'Close' }).evaluate((close: HTMLButtonElement) => {
      close.focus();
      close.click();
      close.dispatchEvent(new KeyboardEvent('keydown', { key: ',', bubbles: true, composed: true }));
    });
    await help.waitFor({ state: 'hidden' });
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await closeSheet(page);
    await page.keyboard.press(',');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await closeSheet(page);
    await page.getByRole('button', { name: 'Stop the camera' }).waitFor();
    await page.keyboard.press('s');
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  });

  it('leaves keys to fields, to the browser, and to buttons that have the focus', async () => {
    await open();
    await start();
    for (const tag of ['input', 'textarea', 'select', 'div']) {
      await page.evaluate((name) => {
        const field = document.createElement(name);
        if (name === 'div') field.contentEditable = 'true';
        document.body.append(field);
        field.focus();
      }, tag);
      await page.keyboard.type('s?im,');
      await page.evaluate(() => document.body.lastElementChild?.remove());
    }
    await page.keyboard.press('Control+i');
    await page.keyboard.press('Alt+m');
    await page.locator('sg-control-bar').getByRole('switch').focus();
    await page.keyboard.press('Space');
    await page.locator('sg-control-bar [role=switch][aria-checked=true]').waitFor();
    // Of all those keys only the button's own press did something.
    expect(await page.getByRole('button', { name: 'Go on recognising' }).count()).toBe(0);
    expect(await page.locator('sg-camera-stage .mirrored').count()).toBe(0);
    expect(await page.locator('sg-live-stats').count()).toBe(0);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('does nothing at single keys once they are switched off', async () => {
    await open();
    await press('Settings');
    await page.locator('sg-settings-sheet input[name=shortcuts]').uncheck();
    await press('Close');
    await page.keyboard.press('?');
    await page.keyboard.press('s');
    await drawn(page, 10);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Start the camera' }).count()).toBe(1);
  });

  it.skipIf(SEEDED)('says that it is not sure of a plain wall, and shows its guess where that is wished', async () => {
    await open();
    await start();
    expect(await item().textContent()).toContain('Not sure');
    expect(await page.locator('sg-label-list .share').count()).toBe(0);
    await press('Settings');
    await page.locator('sg-settings-sheet input[name=certainty]').fill('0');
    await press('Close');
    await expect.poll(() => page.locator('sg-label-list .share').count()).toBeGreaterThan(0);
  });
});
