import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { openBrowser, type Browsing, type CameraOptions } from '../../tests/support/browser';
import { DIST, serveBuilt, type ServeOptions, type Serving } from '../serve';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface HarnessServing extends Serving {
  /** Address of the harness page. */
  readonly harnessUrl: string;
  /** Address of the built app's own worker. */
  readonly workerUrl: string;
}

/** Workers of other libraries, which the benchmark loads: module workers, or classic scripts where the library needs importScripts. */
export const RIVALS = { tfjs: 'module', litert: 'classic' } as const satisfies Record<string, WorkerType>;

async function buildRivals(folder: string): Promise<void> {
  for (const [name, type] of Object.entries(RIVALS)) {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir: folder,
        emptyOutDir: false,
        target: 'es2022',
        // TensorFlow.js turns functions of its own into text for its threads: their names must stay.
        minify: false,
        lib: {
          entry: join(root, `tools/bench/rivals/${name}.worker.ts`),
          formats: [type === 'module' ? 'es' : 'iife'],
          name: 'rival',
          fileName: () => `${name}.js`,
        },
      },
    });
  }
}

/** Builds the harness page into a folder of this process's own: other processes may serve theirs meanwhile. @returns the folder */
async function buildHarness(withRivals: boolean): Promise<string> {
  const folder = join(root, `tests/.tmp/harness-${process.pid}${withRivals ? '-rivals' : ''}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    // The threads that the page starts for its worker lie beside it.
    base: './',
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      lib: { entry: join(root, 'tools/harness/page.ts'), formats: ['es'], fileName: () => 'page.js' },
    },
  });
  if (withRivals) await buildRivals(folder);
  copyFileSync(join(root, 'tools/harness/harness.html'), join(folder, 'index.html'));
  return folder;
}

/** Folders that this process has built, without rivals and with them. */
const built = new Map<boolean, Promise<string>>();

/** Serves the built app together with the harness page and other folders, by prefix. */
export async function serveHarness(options: ServeOptions = {}, withRivals = false): Promise<HarnessServing> {
  const building = built.get(withRivals) ?? buildHarness(withRivals);
  built.set(withRivals, building);
  const folder = await building;
  const worker = readdirSync(join(DIST, 'assets')).find((name) => /^recogniser\.worker-.*\.js$/.test(name));
  if (!worker) throw new Error('The built page has no recogniser worker: run npm run build.');
  const serving = await serveBuilt({ ...options, extra: { ...options.extra, '/harness': folder } });
  return { ...serving, harnessUrl: `${serving.url}harness/`, workerUrl: `${serving.url}assets/${worker}` };
}

/** Opens the harness page in Chromium. */
export async function openHarness({ harnessUrl }: HarnessServing, options: CameraOptions = {}): Promise<Browsing> {
  const browsing = await openBrowser(options);
  await browsing.page.goto(harnessUrl);
  await browsing.page.waitForFunction(() => 'sightglassHarness' in window);
  return browsing;
}

/**
 * Opens the harness page in a Chromium of its own, hands it on, and closes everything afterwards, whatever happens.
 * @param flags further ones of Chromium
 */
export async function withHarness(
  options: ServeOptions, use: (page: Page, serving: HarnessServing) => Promise<void>, withRivals = false, flags: readonly string[] = [],
): Promise<void> {
  const serving = await serveHarness(options, withRivals);
  let browsing: Browsing | undefined;
  try {
    browsing = await openHarness(serving, { own: true, flags });
    await use(browsing.page, serving);
  } finally {
    await browsing?.close();
    await serving.close();
  }
}
