import type { Page } from 'playwright-core';

/** Opens the sheet with what is wanted now and then, and with all sources of images. */
export async function openMore(page: Page): Promise<void> {
  await page.locator('sg-live-view sg-control-bar [data-action=sources]').click();
  await page.locator('sg-source-sheet dialog[open]').waitFor();
}

/** Presses one of the live view's controls that are under More. */
export async function pressMore(page: Page, name: string): Promise<void> {
  await openMore(page);
  await page.locator('sg-more-actions').getByRole('button', { name, exact: true }).click();
}

/** Records, and prepares two labels of which one has words of one's own. */
export async function recordWithLabels(page: Page): Promise<void> {
  await pressRecord(page);
  await page.locator('sg-recording-bar').waitFor();
  const field = page.locator('sg-recording-panel').getByRole('combobox');
  for (const name of ['tabby', 'my red mug']) {
    await field.fill(name);
    await field.press('Enter');
  }
  await page.locator('sg-label-bar').getByRole('button', { name: 'my red mug' }).waitFor();
}

/** Has the shutter record, in whichever language, and presses it. */
export async function pressRecord(page: Page): Promise<void> {
  const film = page.locator('sg-control-bar').getByRole('switch');
  // It comes with the camera.
  if ((await film.getAttribute('aria-checked')) === 'false') await film.click();
  await page.locator('sg-control-bar [data-action=record]').click();
}

/** Taps a place of the page twice, in one go: two taps of a busy machine can be too far apart in time. */
export function doubleTap(page: Page, x: number, y: number): Promise<void> {
  return page.evaluate(([left, top]) => {
    let element = document.elementFromPoint(left, top);
    for (let inner; (inner = element?.shadowRoot?.elementFromPoint(left, top)) && inner !== element; ) element = inner;
    const init = { clientX: left, clientY: top, pointerId: 7, pointerType: 'touch', isPrimary: true, bubbles: true, composed: true };
    for (const type of ['pointerdown', 'pointerup', 'pointerdown', 'pointerup']) element?.dispatchEvent(new PointerEvent(type, init));
  }, [x, y] as const);
}
