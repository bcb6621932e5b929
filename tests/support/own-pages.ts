import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { openBrowser, sparing, withoutTrial, type Browsing, type CameraOptions } from './browser';
import { plainVideo } from './plain-video';

/** The built page served for a test file, and a page with storage of its own for each test; the app times no precisions in it, and spares the processor. */
export interface OwnPages {
  readonly url: string;
  /** The browser that the running test has opened. */
  readonly browsing: Browsing;
  /** Opens it; it is closed after the test. */
  open(options?: CameraOptions): Promise<Page>;
}

/**
 * Call it at the top of a test file.
 *
 * @param withVideo whether each browser's camera sees a plain wall; else it has Chromium's own fakes, or none
 * @param spared false where the app is to work as quickly as it can
 */
export function ownPages(withVideo = true, spared = true): OwnPages {
  let video: string | undefined;
  let serving: Serving;
  let browsing: Browsing | undefined;
  beforeAll(async () => {
    if (withVideo) video = await plainVideo();
    serving = await serveBuilt();
  });
  afterEach(async () => {
    await browsing?.close();
    browsing = undefined;
  });
  afterAll(() => serving.close());
  return {
    get url() {
      return serving.url;
    },
    get browsing() {
      if (!browsing) throw new Error('This test has opened no browser.');
      return browsing;
    },
    async open(options) {
      browsing = await openBrowser({ ...(video !== undefined && { video }), ...options });
      await withoutTrial(browsing.page);
      if (spared) await sparing(browsing.page);
      return browsing.page;
    },
  };
}
