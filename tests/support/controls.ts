import type { Page } from 'playwright-core';

/** Opens the sheet with what is wanted now and then, and with all sources of images. */
export const openMore = (page: Page): Promise<void> => page.locator('sg-live-view sg-control-bar [data-action=sources]').click();

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
  const shutter = page.locator('sg-control-bar [data-action=record]');
  if ((await shutter.count()) === 0) await page.locator('sg-control-bar').getByRole('switch').click();
  await shutter.click();
}
