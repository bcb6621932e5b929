import type { Page } from 'playwright-core';

/** Puts lines before the recogniser worker's own code, as if the browser were another one. */
export async function withWorkerPrelude(page: Page, prelude: string): Promise<void> {
  await page.route('**/recogniser.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${prelude};${await response.text()}` });
  });
}
