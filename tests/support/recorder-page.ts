import { join } from 'node:path';
import type { ElementHandle, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RecordingBar } from '../../src/sessions/page/recording/recording-bar';
import type { SnapshotFlash } from '../../src/sessions/page/recording/snapshot-flash';
import { serveBuilt } from '../../tools/serve';
import { openApp, openBrowser, watchErrors, withoutTrial, type CameraOptions } from './browser';
import { CAMERA_RATE } from './camera-video';
import { pressRecord } from './controls';
import { makeNumberedVideo, numberedFrames, NUMBERS, type NumberedFrame } from './numbered-video';
import { answerWithNumbers } from './seen-numbers';
import { SCRATCH } from './shared';
import { storedSessions, type StoredSession } from './stored-sessions';

export interface RecorderPage {
  readonly page: Page;
  readonly url: string;
  /** What the page's console and its uncaught errors said. */
  readonly errors: string[];
  record(): Promise<void>;
  /** Ends the recording and waits until it is kept. */
  stop(): Promise<StoredSession>;
  close(): Promise<void>;
}

/**
 * The app with a camera of numbered frames that runs, and a network that answers with their numbers.
 * @param prepare is given the page before the app is opened
 * @param port of the server, for a browser that comes again to the same origin; 0 for any
 */
export async function openRecorder(options: CameraOptions = {}, prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(), port = 0): Promise<RecorderPage> {
  const video = join(SCRATCH, 'numbered.mjpeg');
  await makeNumberedVideo(video, NUMBERS);
  const serving = await serveBuilt({ port });
  const browsing = await openBrowser({ video, ...options });
  const { page } = browsing;
  const errors: string[] = [];
  watchErrors(page, errors);
  await withoutTrial(page);
  await answerWithNumbers(page);
  await prepare(page);
  await openApp(page, serving.url);
  await startCamera(page);
  return {
    page,
    url: serving.url,
    errors,
    record: () => record(page),
    async stop() {
      await page.locator('sg-control-bar').getByRole('button', { name: 'Stop recording' }).click();
      await page.locator('sg-recording-notice [data-kind="kept"]').waitFor();
      return newestSession(page);
    },
    async close() {
      // A browser that a test has killed is closed already.
      await browsing.close().catch(() => undefined);
      await serving.close();
    },
  };
}

export async function startCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('sg-label-list li').first().waitFor();
}

export async function record(page: Page): Promise<void> {
  await pressRecord(page);
  await page.locator('sg-recording-bar').waitFor();
}

export async function newestSession(page: Page): Promise<StoredSession> {
  const session = (await storedSessions(page)).at(-1);
  if (!session) throw new Error('Nothing was recorded.');
  return session;
}

/** What a recording gains while it runs. */
export interface Gained {
  /** Length of its video, seconds. */
  readonly seconds?: number;
  /** Frames in its video, as the recorder tells a few times a second. */
  readonly frames?: number;
  /** Recognitions that are kept, as the recorder tells. */
  readonly recognitions?: number;
}

/** Waits until the recording that runs has gained so much since now. */
export async function withVideo(page: Page, { seconds = 0, frames = 0, recognitions = 0 }: Gained): Promise<void> {
  const bar = await page.locator('sg-recording-bar').elementHandle();
  if (!bar) throw new Error('Nothing is recorded.');
  try {
    const before = await bar.evaluate(({ length, status }: RecordingBar) => ({ length, frames: status?.frames ?? 0, recognitions: status?.recognitions ?? 0 }));
    await page.waitForFunction(
      ([{ length, status }, least]) => length >= least.length && (status?.frames ?? 0) >= least.frames && (status?.recognitions ?? 0) >= least.recognitions,
      [bar as ElementHandle<RecordingBar>, { length: before.length + seconds * 1e6, frames: before.frames + frames, recognitions: before.recognitions + recognitions }] as const,
      // A busy machine recognises once in some seconds.
      { timeout: 90_000 },
    );
  } finally {
    // The page holds an element, and all that it knows, for as long as it has a handle.
    await bar.dispose();
  }
}

interface SeenNumbers {
  /** By tests/support/seen-numbers.ts. */
  readonly seenNumbers: number[];
}

/** Number of the frame that the network saw last. */
export function lastSeen(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as SeenNumbers).seenNumbers.at(-1) ?? -1);
}

/** Waits until the network has seen a frame that the camera showed so many seconds after the one that it has seen last. */
export async function cameraShows(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    ([first, count, numbers]) => ((globalThis as unknown as SeenNumbers).seenNumbers.at(-1)! - first + numbers) % numbers >= count,
    [await lastSeen(page), seconds * CAMERA_RATE, NUMBERS] as const,
  );
}

/** Does what keeps images, and waits until so many more have been kept: what is said of each stands there for a moment alone. */
export async function keeps(page: Page, act: () => Promise<unknown>, images = 1): Promise<void> {
  const flash = (await page.locator('sg-snapshot-flash').elementHandle()) as ElementHandle<SnapshotFlash>;
  try {
    const before = await flash.evaluate(({ count }) => count);
    await act();
    await page.waitForFunction(([element, least]) => element.count >= least, [flash, before + images] as const);
  } finally {
    await flash.dispose();
  }
}

/** Has an error that nobody catches end the worker that records. */
export async function breakRecorder(page: Page): Promise<void> {
  const worker = page.workers().find((each) => each.url().includes('recorder.worker'));
  if (!worker) throw new Error('Nothing records.');
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('made by a test');
    });
  });
}

/** Gives labels number keys, in the order of the names. */
export async function chooseLabels(page: Page, names: readonly string[]): Promise<void> {
  const field = page.locator('sg-recording-panel').getByRole('combobox');
  for (const name of names) {
    await field.fill(name);
    await field.press('Enter');
    // It has the focus then: the next digit labels.
    await page.locator('sg-label-bar .slots button:focus').filter({ hasText: name }).waitFor();
  }
}

/** Keeps a picture with a label: it is latched by its key, and let go again. */
export async function keepLabelled(page: Page, key: string): Promise<void> {
  const held = page.locator('sg-label-bar [aria-pressed=true]');
  await page.keyboard.press(key);
  await held.waitFor();
  await page.locator('sg-control-bar').getByRole('button', { name: 'Keep a picture' }).click();
  await page.keyboard.press(key);
}

/**
 * Fails where a label's time is not that of the very frame of the video that the network saw, or a frame has a wrong time.
 * @returns the video's frames
 */
export function expectExact({ video, labels, manifest }: StoredSession): NumberedFrame[] {
  const frames = numberedFrames(video);
  const byTime = new Map(frames.map((frame) => [frame.timeUs, frame.number]));
  const times = labels.map((entry) => entry.timeUs);
  expect(frames[0].timeUs).toBe(0);
  expect(frames.map((frame) => frame.timeUs)).toEqual([...byTime.keys()].sort((a, b) => a - b));
  expect(frames.filter((frame) => frame.number === undefined)).toEqual([]);
  expect(labels.map((entry) => ({ timeUs: entry.timeUs, number: byTime.get(entry.timeUs) }))).toEqual(
    labels.map((entry) => ({ timeUs: entry.timeUs, number: entry.top[0].index })),
  );
  expect(new Set(times).size).toBe(times.length);
  expect(manifest.recognitions).toBe(labels.length);
  expect(manifest.durationUs).toBeGreaterThan(frames.at(-1)?.timeUs ?? Infinity);
  return frames;
}

/** How far the camera went on from each frame to the next, by its own count, and how far the film did: seconds. */
const steps = (frames: readonly NumberedFrame[]): { readonly camera: number; readonly film: number }[] =>
  frames.slice(1).map(({ number = NaN, timeUs }, i) => ({ camera: ((number - (frames[i].number ?? NaN) + NUMBERS) % NUMBERS) / CAMERA_RATE, film: (timeUs - frames[i].timeUs) / 1e6 }));

/** The most of the camera that was not filmed between two frames, seconds. By its count, not by the time: where the machine stands still, so does the camera. */
export function longestGap(frames: readonly NumberedFrame[]): number {
  return Math.max(...steps(frames).map(({ camera }) => camera));
}

/**
 * Fails unless the film leaves out one time of the camera.
 * @param most what of the film is between its frames, seconds
 */
export function expectLeftOut(frames: readonly NumberedFrame[], most = 0.7): void {
  const all = steps(frames);
  const leftOut = all.filter(({ camera, film }) => camera - film > 0.5);
  expect(leftOut.length, JSON.stringify(all.filter(({ camera }) => camera > 0.5))).toBe(1);
  expect(leftOut[0].film).toBeLessThan(most);
  // And loses nothing else, however busy the machine is: the camera stands still with it.
  expect(Math.max(...all.filter((step) => step !== leftOut[0]).map(({ camera }) => camera))).toBeLessThan(2);
}
