import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Worker } from 'playwright-core';
import type { ModelManifest } from '../../src/base/shared/model';
import type { EngineId } from '../../src/engine/engine';

export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1280, height: 800 } as const;

export interface CameraOptions {
  /** Video that the fake camera plays; none means that the machine has no camera. */
  readonly video?: string;
  /** False to have the browser refuse the camera. */
  readonly allowed?: boolean;
  /** Service workers are off unless told: they answer before `page.route` can, and fetch in the background. */
  readonly context?: BrowserContextOptions;
  /** Folder of the browser's profile, made and kept by the caller: a Chromium of its own runs on it. */
  readonly profile?: string;
  /**
   * True for a Chromium of its own with an empty profile that goes with it, which can install apps; else it is a context of one
   * that tests share.
   */
  readonly own?: boolean;
  /** Further flags of Chromium. */
  readonly flags?: readonly string[];
}

export interface Browsing {
  readonly context: BrowserContext;
  readonly page: Page;
  close(): Promise<void>;
}

/** Debian's Chromium; CHROMIUM names another one. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Features of Chromium that no test wants. The two pages that every window has in store for the address bar take half a second
 * of a core each time one is opened. The others are Playwright's own (chromiumSwitches): the last such flag is the one that counts.
 */
const WITHOUT = [
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch',
];

/** Flags for a headless run as root on a machine without a network or a GPU. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-precise-memory-info',
  `--disable-features=${WITHOUT.join()}`,
];

/** Chromiums that the test files of this process share, by their flags; the one that was asked for last is the last. */
const shared = new Map<string, Promise<Browser>>();
/** More than so many are not kept while no test uses them. */
const MOST_SHARED = 2;

/** A Chromium with these flags, started where none runs; it ends with this process. */
async function sharedBrowser(flags: readonly string[]): Promise<Browser> {
  const key = flags.join('\n');
  // One that could not be started is none.
  const found = await shared.get(key)?.catch(() => undefined);
  shared.delete(key);
  const browser = found?.isConnected() ? Promise.resolve(found) : chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...flags] });
  for (const [name, other] of [...shared].slice(0, Math.max(0, shared.size + 1 - MOST_SHARED))) {
    const idle = await other.catch(() => undefined);
    if (idle && idle.contexts().length > 0) continue;
    shared.delete(name);
    await idle?.close();
  }
  shared.set(key, browser);
  return browser;
}

/**
 * Opens a page in a real Chromium, with storage, permissions and caches of its own: in a context of a Chromium that is shared, or
 * in a Chromium of its own where that is asked for.
 */
export async function openBrowser(camera: CameraOptions = {}): Promise<Browsing> {
  const flags = [...FLAGS, ...(camera.flags ?? [])];
  if (camera.video !== undefined) {
    flags.push('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${camera.video}`);
  }
  flags.push(camera.allowed === false ? '--deny-permission-prompts' : '--use-fake-ui-for-media-stream');
  const options: BrowserContextOptions = { viewport: DESKTOP, serviceWorkers: 'block', ...camera.context };
  let profile: string | undefined;
  let context: BrowserContext;
  if (camera.profile !== undefined || camera.own) {
    profile = camera.profile ?? mkdtempSync(join(tmpdir(), 'sightglass-profile-'));
    context = await chromium.launchPersistentContext(profile, { executablePath: EXECUTABLE, headless: true, args: flags, ...options });
  } else {
    context = await (await sharedBrowser(flags)).newContext(options);
  }
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    async close() {
      // Answers that are still being made for a page that goes are of no use, and no fault.
      for (const each of context.pages()) await each.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
      if (profile !== undefined && camera.profile === undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Has the app run in int8 and on the threads that it would begin with, from its first start on, as if a person had chosen so: it times
 * no precisions beside what is tested and, unless that is wanted, no threads, which takes a second of a core. Before the page is opened.
 */
export async function withoutTrial(page: Page, ofThreads = false): Promise<void> {
  await page.addInitScript((timed) => {
    const key = 'sightglass.settings';
    const threads = timed ? 0 : Math.min(4, navigator.hardwareConcurrency);
    if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify({ precision: 'int8', threads }));
  }, ofThreads);
}

/**
 * Has the app, from its next start on, take less of the processor, for what does not depend on how quickly it works: the model comes in one
 * part and not in two, of which each would be started, and the battery is nearly empty, so that the network mostly rests.
 */
export async function sparing(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.assign(navigator, { getBattery: () => Promise.resolve(Object.assign(new EventTarget(), { level: 0.1, charging: false })) });
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!response.ok || !/\/models\/index\.json$/.test(response.url)) return response;
      const manifests = (await response.json()) as ModelManifest[];
      return Response.json(manifests.map((manifest) => ({ ...manifest, variants: manifest.variants.map(({ parts: _, ...variant }) => variant) })));
    };
  });
}

/** Has the page, from its next start on, ask for no file to write to: what it saves is a download. */
export async function withoutSavePicker(page: Page): Promise<void> {
  await page.addInitScript(() => Object.defineProperty(globalThis, 'showSaveFilePicker', { value: undefined, writable: true }));
}

/** Collects what a page complains of: errors that nobody caught, and those of its console. */
export function watchErrors(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
}

/** Opens the app and waits until its model is ready. */
export async function openApp(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('sg-control-bar button').first().waitFor({ timeout: 60_000 });
  await page.locator('sg-load-progress').first().waitFor({ state: 'detached', timeout: 60_000 });
}

/** Waits until the model runs whole, in one worker: a first visit begins with a part of it. */
export async function wholeModel(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { recogniser } = document.querySelector('sg-app') as unknown as { readonly recogniser?: { readonly loaded?: { readonly coarse?: boolean } } };
    return recogniser?.loaded && !recogniser.loaded.coarse;
  });
  // Chromium takes two seconds to end the one that began.
  const recognisers = (): Worker[] => page.workers().filter((worker) => worker.url().includes('recogniser.worker'));
  while (recognisers().length > 1) await Promise.race(recognisers().map((worker) => worker.waitForEvent('close')));
}

/** Has the app take an engine from its next start on. */
export async function chooseEngine(page: Page, engine: EngineId | 'auto'): Promise<void> {
  await page.evaluate((chosen) => {
    const key = 'sightglass.settings';
    localStorage.setItem(key, JSON.stringify({ ...(JSON.parse(localStorage.getItem(key) ?? '{}') as object), engine: chosen, modelId: '' }));
  }, engine);
}

/** Chooses one model after another and waits until each runs. */
export async function useModels(page: Page, ids: readonly string[]): Promise<void> {
  await page.locator('header button[aria-haspopup]').first().click();
  const picker = page.locator('sg-model-picker');
  for (const id of ids) {
    await picker.locator(`li[data-model="${id}"]`).first().getByRole('button').first().click();
    await picker.locator(`li.runs[data-model="${id}"]`).waitFor({ timeout: 60_000 });
  }
  await page.getByRole('button', { name: 'Close' }).first().click();
}

/** Has the site offer other models than it has, from the page's next start on. */
async function offerModels(page: Page, change: (manifests: ModelManifest[]) => ModelManifest[]): Promise<void> {
  await page.route('**/models/index.json', async (route) => {
    await route.fulfill({ json: change((await (await route.fetch()).json()) as ModelManifest[]) });
  });
}

/** From its next start on the page's app is as one that was built where no ResNet-18 could be had. */
export function withoutResNet18(page: Page): Promise<void> {
  return offerModels(page, (manifests) => manifests.filter(({ id }) => id !== 'resnet18'));
}

/** Has the site offer one model alone, which gives no features: nothing can be taught on it. */
export function withoutFeatures(page: Page): Promise<void> {
  return offerModels(page, (manifests) => {
    const [manifest] = manifests.filter(({ id }) => id === 'efficientnet-lite0');
    // As someone's own classifier of a kind that our kernels do not cover: these are tried with another input.
    const variants = manifest.variants.map(({ selfTest: _, ...variant }) => variant);
    return [{ ...manifest, architecture: 'classifier', variants }];
  });
}
