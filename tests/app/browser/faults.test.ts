import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modelIndex } from '../../../src/server/model-index';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing, type CameraOptions } from '../../support/browser';
import { plainVideo } from '../../support/plain-video';
import { SCRATCH } from '../../support/shared';
import { randomResNet18, writeSafetensors } from '../../support/weights';
import { withWorkerPrelude } from '../../support/worker-prelude';

const hasModel = modelIndex(join(DIST, 'models')).length > 0;
if (!hasModel) console.warn('\n*** SKIPPED: the fault tests need a model in dist/models (npm run model, npm run build). ***\n');

describe.skipIf(!hasModel)('faults: each has its own words and a way back', () => {
  let video: string;
  let serving: Serving;
  let browsing: Browsing | undefined;

  beforeAll(async () => {
    video = await plainVideo();
    serving = await serveBuilt();
  });
  afterEach(async () => {
    await browsing?.close();
    browsing = undefined;
  });
  afterAll(() => serving.close());

  async function open(options: CameraOptions = { video }): Promise<Page> {
    browsing = await openBrowser(options);
    return browsing.page;
  }
  const start = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start the camera' }).click();
  const fault = async (page: Page, code: string): Promise<void> =>
    page.locator(`sg-fault-panel [data-code="${code}"]`).waitFor({ timeout: 40_000 });
  const labels = (page: Page): Promise<void> => page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });

  it('no camera', async () => {
    const page = await open({});
    await openApp(page, serving.url);
    await start(page);
    await fault(page, 'no-camera');
    await page.getByRole('button', { name: 'Look again' }).click();
    await fault(page, 'no-camera');
  });

  it('permission denied', async () => {
    const page = await open({ video, allowed: false });
    await openApp(page, serving.url);
    await start(page);
    await fault(page, 'permission-denied');
    await browsing?.context.grantPermissions(['camera'], { origin: serving.url });
    await page.getByRole('button', { name: 'Try again' }).click();
    await labels(page);
  });

  it('busy camera, then free again', async () => {
    const page = await open();
    await page.addInitScript(() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      let busy = 1;
      navigator.mediaDevices.getUserMedia = (constraints) =>
        busy-- > 0 ? Promise.reject(new DOMException('Could not start video source', 'NotReadableError')) : real(constraints);
    });
    await openApp(page, serving.url);
    await start(page);
    await fault(page, 'camera-busy');
    await page.getByRole('button', { name: 'Try again' }).click();
    await labels(page);
  });

  it('a camera that meets no wish is opened all the same', async () => {
    const page = await open();
    await page.addInitScript(() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        typeof constraints?.video === 'object'
          ? Promise.reject(new DOMException('no such camera', 'OverconstrainedError'))
          : real(constraints);
    });
    await openApp(page, serving.url);
    await start(page);
    await labels(page);
  });

  it('no camera interface', async () => {
    const page = await open();
    await page.addInitScript(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }));
    await openApp(page, serving.url);
    await start(page);
    await fault(page, 'no-camera-api');
  });

  it('an address that is not secure', async () => {
    const named = await serveBuilt({ names: ['insecure.test'] });
    try {
      const page = await open({ video, flags: ['--host-resolver-rules=MAP insecure.test 127.0.0.1'] });
      await openApp(page, named.url.replace('localhost', 'insecure.test'));
      await start(page);
      await fault(page, 'insecure-context');
    } finally {
      await named.close();
    }
  });

  it('a camera that fails in a way of its own', async () => {
    const page = await open();
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('driver gone mad'));
    });
    await openApp(page, serving.url);
    await start(page);
    await fault(page, 'camera-failed');
    expect(await page.locator('sg-fault-panel code').textContent()).toContain('driver gone mad');
  });

  it('no WebAssembly', async () => {
    const page = await open();
    await withWorkerPrelude(page, 'Object.defineProperty(self, "WebAssembly", { value: undefined })');
    await openApp(page, serving.url);
    await fault(page, 'no-wasm');
  });

  it('a full device, for a dropped model', async () => {
    const page = await open();
    const path = join(SCRATCH, 'full.safetensors');
    writeFileSync(path, writeSafetensors(randomResNet18(6)));
    await withWorkerPrelude(
      page,
      `FileSystemFileHandle.prototype.createSyncAccessHandle = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))`,
    );
    await openApp(page, serving.url);
    await page.locator('header button[aria-haspopup]').click();
    await page.locator('sg-model-picker input[type=file]').setInputFiles(path);
    await page.locator('sg-model-sheet button[name=keep]').click({ timeout: 60_000 });
    await page.locator('[data-code="storage-failed"]').first().waitFor({ timeout: 60_000 });
    await page.locator('sg-model-picker li.runs').waitFor();
  });

  it('no WASM SIMD', async () => {
    const page = await open();
    await withWorkerPrelude(page, 'WebAssembly.validate = () => false');
    await openApp(page, serving.url);
    await fault(page, 'no-simd');
    await page.unroute('**/recogniser.worker-*.js');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('sg-fault-panel').waitFor({ state: 'detached', timeout: 40_000 });
    await start(page);
    await labels(page);
  });

  it('out of memory', async () => {
    const page = await open();
    await withWorkerPrelude(
      page,
      `WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => Promise.reject(new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance'))`,
    );
    await openApp(page, serving.url);
    await fault(page, 'out-of-memory');
  });

  it('threads that fail leave one thread running', async () => {
    const page = await open();
    await page.route('**/thread.worker-*.js', (route) => route.fulfill({ status: 200, contentType: 'text/javascript', body: 'syntax error here' }));
    await openApp(page, serving.url);
    await start(page);
    await labels(page);
    await page.getByRole('button', { name: 'Show figures' }).click();
    await expect.poll(() => page.locator('sg-live-stats dd[data-key="threads"]').textContent()).toBe('1');
  });

  it('a worker script that cannot be run', async () => {
    const page = await open();
    await page.route('**/recogniser.worker-*.js', (route) => route.fulfill({ status: 200, contentType: 'text/javascript', body: 'syntax error here' }));
    await openApp(page, serving.url);
    await fault(page, 'worker-crashed');
  });

  it('a model that cannot be fetched, then can', async () => {
    const page = await open();
    await page.route('**/models/*.{onnx,bin}', (route) => route.abort());
    await openApp(page, serving.url);
    await fault(page, 'model-download');
    await page.unroute('**/models/*.{onnx,bin}');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('sg-fault-panel').waitFor({ state: 'detached', timeout: 40_000 });
    await start(page);
    await labels(page);
  });

  it('a damaged model', async () => {
    const page = await open();
    await page.route('**/models/*.{onnx,bin}', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length >> 1] ^= 0xff;
      await route.fulfill({ response, body });
    });
    await openApp(page, serving.url);
    await fault(page, 'model-corrupt');
  });

  it('a browser that computes wrong answers', async () => {
    const page = await open();
    await page.route('**/models/index.json', async (route) => {
      const response = await route.fetch();
      const text = (await response.text()).replace(/"logits":\[[^\]]*\]/g, '"logits":[12345]');
      await route.fulfill({ response, body: text });
    });
    await openApp(page, serving.url);
    await fault(page, 'self-test-failed');
  });

  it('no model at all', async () => {
    const page = await open();
    await page.route('**/models/index.json', (route) => route.fulfill({ json: [] }));
    await openApp(page, serving.url);
    await fault(page, 'no-model');
  });
});

describe.skipIf(!hasModel)('browsers and hosts that lack something', () => {
  let video: string;
  let serving: Serving;
  let browsing: Browsing;

  beforeAll(async () => {
    video = await plainVideo();
    serving = await serveBuilt({ isolated: false });
  });
  afterEach(() => browsing.close());
  afterAll(() => serving.close());

  it.each([
    ['no isolation', () => undefined],
    ['no requestVideoFrameCallback', () => Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback')],
    ['no VideoFrame', () => Reflect.deleteProperty(globalThis, 'VideoFrame')],
    [
      'no VideoFrame and no ImageBitmap',
      () => {
        Reflect.deleteProperty(globalThis, 'VideoFrame');
        Reflect.deleteProperty(globalThis, 'createImageBitmap');
      },
    ],
  ])('%s: one thread, and labels', async (_, lack) => {
    browsing = await openBrowser({ video });
    const { page } = browsing;
    await page.addInitScript(lack);
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Show figures' }).click();
    await page.locator('sg-live-stats dd[data-key="threads"]').filter({ hasText: '1' }).waitFor();
    await expect.poll(() => page.locator('sg-live-stats dd[data-key="isolated"]').textContent()).toBe('no');
  });
});
