import type { Page } from 'playwright-core';

/** Puts lines before a worker's own code, as if the browser were another one. */
export async function withWorkerPrelude(page: Page, prelude: string, worker: 'recogniser' | 'recorder' | 'session-store' = 'recogniser'): Promise<void> {
  await page.route(`**/${worker}.worker-*.js`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${prelude};${await response.text()}` });
  });
}
