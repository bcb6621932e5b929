import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import sharp from 'sharp';
import { openApp, openBrowser, type Browsing } from '../../tests/support/browser';

const scratch = fileURLToPath(new URL('../../tests/.tmp', import.meta.url));
const [WIDTH, HEIGHT] = [640, 480];

/** What a live run shows in a window of time. */
export interface LiveWindow {
  /** Camera frame to label, milliseconds, one a recognition. */
  readonly latencies: readonly number[];
  readonly inferenceMs: readonly number[];
  readonly preprocessMs: readonly number[];
  /** A second. */
  readonly displayRate: number;
  readonly recognitionRate: number;
  readonly presented: number;
  readonly skipped: number;
}

/**
 * A video for Chromium's fake camera: Y4M, whose header names the rate; noise that moves a little each frame, so that
 * nothing can be cached and the work is a camera's.
 */
export async function noiseVideo(rate: number, seconds = 1): Promise<string> {
  const path = join(scratch, `noise-${rate}.y4m`);
  mkdirSync(scratch, { recursive: true });
  const noise = await sharp({ create: { width: WIDTH, height: HEIGHT * 2, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } } })
    .blur(6)
    .greyscale()
    .normalise()
    .raw()
    .toBuffer();
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${rate}:1 Ip A1:1 C420jpeg\n`)];
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  for (let i = 0; i < rate * seconds; i++) {
    parts.push(Buffer.from('FRAME\n'), noise.subarray(i * WIDTH, i * WIDTH + WIDTH * HEIGHT), chroma);
  }
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** What of the app tells which precision runs, and whether the device is still being measured for it. */
interface AppInPage {
  readonly recogniser: {
    readonly loaded: { readonly precision: string; readonly engine: string; readonly threads: number } | undefined;
    readonly trials: { readonly possible: boolean; readonly measuring: boolean; readonly speeds: readonly unknown[] };
  };
}

/** Waits until the app has timed both precisions and taken the quicker, as every first start does, and runs it. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { trials } = (document.querySelector('sg-app') as unknown as AppInPage).recogniser;
    return !trials.measuring && (trials.speeds.length > 0 || !trials.possible);
  }, undefined, { timeout: 60_000, polling: 250 });
}

/** @returns what runs: precision, engine, threads */
export async function running(page: Page): Promise<string> {
  const loaded = await page.evaluate(() => (document.querySelector('sg-app') as unknown as AppInPage).recogniser.loaded);
  if (!loaded) throw new Error('No model runs.');
  return `${loaded.precision}, ${loaded.engine === 'simd' ? 'own kernels' : 'onnxruntime-web'}, ${loaded.threads} thread${loaded.threads === 1 ? '' : 's'}`;
}

/** The app with its camera on and its precision chosen, in a browser of its own; asks the camera for `rate` frames a second. */
export async function openLive(url: string, rate: number, settings: Readonly<Record<string, unknown>> = {}): Promise<Browsing> {
  const browsing = await openBrowser({ own: true, video: await noiseVideo(rate), context: { viewport: { width: 390, height: 844 } } });
  await browsing.page.addInitScript(
    ([wanted, kept]) => {
      localStorage.setItem('sightglass.settings', JSON.stringify(kept));
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) => {
        const video = typeof constraints?.video === 'object' ? constraints.video : {};
        return real({ ...constraints, video: { ...video, frameRate: { ideal: wanted } } });
      };
    },
    [rate, settings] as const,
  );
  await openApp(browsing.page, url);
  await browsing.page.getByRole('button', { name: 'Start the camera' }).click();
  await browsing.page.locator('sg-label-list li').first().waitFor();
  await settled(browsing.page);
  return browsing;
}

/** What of LiveRecognition the benchmark reads in the page. */
interface LiveInPage {
  latencies: { add(value: number): void };
  recognition: { inferenceMs: number; preprocessMs: number } | undefined;
  statistics: { displayRate: number; framesPresented: number; framesSkipped: number } | undefined;
  adaptive: boolean;
}

/** Watches a live run for a time. */
export async function watch(page: Page, milliseconds: number, settleMs = 0): Promise<LiveWindow> {
  if (settleMs > 0) await page.waitForTimeout(settleMs);
  return page.evaluate(async (time) => {
    const view = document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-live-view') as unknown as { live: LiveInPage };
    const { live } = view;
    const latencies: number[] = [];
    const inferenceMs: number[] = [];
    const preprocessMs: number[] = [];
    const add = live.latencies.add.bind(live.latencies);
    live.latencies.add = (value) => {
      add(value);
      latencies.push(value);
      if (live.recognition) {
        inferenceMs.push(live.recognition.inferenceMs);
        preprocessMs.push(live.recognition.preprocessMs);
      }
    };
    const before = { ...live.statistics };
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, time));
    const seconds = (performance.now() - started) / 1000;
    Reflect.deleteProperty(live.latencies, 'add');
    const after = live.statistics;
    const presented = (after?.framesPresented ?? 0) - (before.framesPresented ?? 0);
    return {
      latencies, inferenceMs, preprocessMs,
      displayRate: presented / seconds,
      recognitionRate: latencies.length / seconds,
      presented,
      skipped: (after?.framesSkipped ?? 0) - (before.framesSkipped ?? 0),
    };
  }, milliseconds);
}

/** Switches the adaptive scheduler of a live run. */
export async function setAdaptive(page: Page, adaptive: boolean): Promise<void> {
  await page.evaluate((on) => {
    const view = document.querySelector('sg-app')?.shadowRoot?.querySelector('sg-live-view') as unknown as {
      settings: { update(change: object): void };
      live: LiveInPage;
    };
    view.settings.update({ adaptive: on });
    view.live.adaptive = on;
  }, adaptive);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Longest tasks of the page's main thread while `during` runs, milliseconds: on the clock, and of processor time. */
export async function longestTask(page: Page, during: () => Promise<void>): Promise<{ wallMs: number; cpuMs: number; over16: number; tasks: number }> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'], excludedCategories: ['*'] } });
  await during();
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const mains = new Set(events.filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain').map((e) => `${e.pid}/${e.tid}`));
  const tasks = events.filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && mains.has(`${e.pid}/${e.tid}`));
  const most = (key: 'dur' | 'tdur'): number => tasks.reduce((longest, e) => Math.max(longest, e[key] ?? 0), 0) / 1000;
  return { wallMs: most('dur'), cpuMs: most('tdur'), over16: tasks.filter((e) => (e.tdur ?? 0) > 16_000).length, tasks: tasks.length };
}

/** Bytes that JavaScript allocates on the page's main thread while `during` runs, garbage included (V8's sampling profiler). */
export async function allocatedBytes(page: Page, during: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.startSampling', { samplingInterval: 4096, includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true });
  await during();
  const { profile } = await session.send('HeapProfiler.stopSampling');
  await session.detach();
  const sum = (node: typeof profile.head): number => node.selfSize + node.children.reduce((total, child) => total + sum(child), 0);
  return sum(profile.head);
}
