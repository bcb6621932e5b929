import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import type { EngineId } from '../../src/engine/engine';

export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1280, height: 800 } as const;

export interface CameraOptions {
  /** Film that the fake camera plays; none means that the machine has no camera. */
  readonly film?: string;
  /** False to have the browser refuse the camera. */
  readonly allowed?: boolean;
  /** Service workers are off unless told: they answer before `page.route` can, and fetch in the background. */
  readonly context?: BrowserContextOptions;
  /** Folder of the browser's profile, made and kept by the caller; undefined for an empty one that goes with the browser. */
  readonly profile?: string;
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
];

/** Starts a real Chromium with its own profile. */
export async function openBrowser(camera: CameraOptions = {}): Promise<Browsing> {
  const profile = camera.profile ?? mkdtempSync(join(tmpdir(), 'sightglass-profile-'));
  const flags = [...FLAGS, ...(camera.flags ?? [])];
  if (camera.film !== undefined) {
    flags.push('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${camera.film}`);
  }
  flags.push(camera.allowed === false ? '--deny-permission-prompts' : '--use-fake-ui-for-media-stream');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: flags,
    viewport: DESKTOP,
    serviceWorkers: 'block',
    ...camera.context,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    async close() {
      // Answers that are still being made for a page that goes are of no use, and no fault.
      for (const each of context.pages()) await each.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
      if (camera.profile === undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
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
  await page.locator('sg-control-bar button').first().waitFor({ timeout: 20_000 });
  await page.locator('sg-load-progress').first().waitFor({ state: 'detached', timeout: 60_000 });
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
