import { build } from 'vite';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { withHarness } from '../harness/serve-harness';
import { root } from '../../src/engine/kernels/build/compile';

/** Folder that {@link runInWorker} serves under /bench-worker/: for what a worker fetches beside the built app. */
export const WORKER_FOLDER = join(root, 'tests/.tmp/bench-worker');

/**
 * Bundles a module worker, starts it in Chromium beside the built app, sends it one message and waits for its answer.
 *
 * @param entry source file from the project's root; answers `{ result }` or `{ error }`
 * @param request makes the message, given the server's address
 * @param flags further ones of Chromium
 * @throws Error with the worker's own words where it fails
 */
export async function runInWorker<Request, Result>(entry: string, request: (url: string) => Request, flags: readonly string[] = []): Promise<{ result: Result; page: string }> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'browser', 'module', 'import', 'default'] },
    build: { outDir: WORKER_FOLDER, emptyOutDir: false, target: 'es2022', lib: { entry: join(root, entry), formats: ['es'], fileName: () => 'worker.js' } },
  });
  let result: Result | undefined;
  let version = '';
  const extra = { '/bench-worker': WORKER_FOLDER, '/ort': join(root, 'node_modules/onnxruntime-web/dist'), '/kernels': join(root, 'src/engine/simd') };
  await withHarness({ extra }, async (page: Page, serving) => {
    version = page.context().browser()?.version() ?? '';
    const message = { workerUrl: `${serving.url}bench-worker/worker.js`, request: request(serving.url) };
    const answer = await page.evaluate(
      ({ workerUrl, request: sent }) =>
        new Promise<{ result?: unknown; error?: string }>((resolve) => {
          const worker = new Worker(workerUrl, { type: 'module' });
          worker.addEventListener('error', (event) => resolve({ error: event.message || 'The worker could not be run.' }));
          worker.addEventListener('message', (event: MessageEvent<{ result?: unknown; error?: string }>) => resolve(event.data));
          worker.postMessage(sent);
        }),
      message as { workerUrl: string; request: unknown },
    );
    if (answer.error !== undefined) throw new Error(answer.error);
    result = answer.result as Result;
  }, false, flags);
  if (result === undefined) throw new Error('The worker gave no answer.');
  return { result, page: version };
}
