import type { Page } from 'playwright-core';

/** Opens the sheet of what the device can do, from the settings. */
export async function openStatus(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'What this device can do' }).click();
  await page.getByRole('dialog', { name: 'What this device can do' }).waitFor();
}

/** Keeps what is copied, as the page itself may not read the clipboard (permissions policy). Before the page is opened. */
export async function spyOnCopies(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const real = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = async (text) => {
      await real(text);
      Object.assign(globalThis, { copied: text });
    };
  });
}

/** What was copied last. */
export const copied = (page: Page): Promise<string> => page.evaluate(() => (globalThis as unknown as { copied: string }).copied);
