import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../support/browser';
import { makeNumberedFilm, numberedFrames, NUMBERS } from '../support/numbered-film';
import { answerWithNumbers } from '../support/seen-numbers';
import { SCRATCH } from '../support/shared';
import { storedSessions, type StoredSession } from '../support/stored-sessions';

async function newest(page: Page): Promise<StoredSession> {
  const session = (await storedSessions(page)).at(-1);
  if (!session) throw new Error('Nothing was recorded.');
  return session;
}

/** Fails where a label is not of the very frame of the film that it names, or a time is wrong. */
function expectExact(session: StoredSession): void {
  const frames = numberedFrames(session.film);
  const byTime = new Map(frames.map((frame) => [frame.timeUs, frame.number]));
  expect(frames[0].timeUs).toBe(0);
  expect(byTime.size).toBe(frames.length);
  expect(frames.filter((frame) => frame.number === undefined)).toEqual([]);
  expect(session.labels.map(({ timeUs }) => byTime.get(timeUs))).toEqual(session.labels.map(({ top }) => top[0].index));
  const times = session.labels.map((entry) => entry.timeUs);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
}

describe('recording a film whose frames carry their number', () => {
  const film = join(SCRATCH, 'numbered.mjpeg');
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    await makeNumberedFilm(film, NUMBERS);
    serving = await serveBuilt();
    browsing = await openBrowser({ film });
    page = browsing.page;
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await answerWithNumbers(page);
    await openApp(page, serving.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor();
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const record = async (): Promise<void> => {
    await page.locator('sg-control-bar').getByRole('button', { name: 'Record' }).click();
    await page.locator('sg-recording-bar').waitFor();
  };
  const stop = async (): Promise<void> => {
    await page.locator('sg-recording-bar').getByRole('button', { name: 'Stop recording' }).click();
    await page.locator('sg-recording-notice [data-kind="kept"]').waitFor();
  };

  it('gives each label the presentation time of the very frame that the network saw', async () => {
    await record();
    await page.waitForTimeout(6000);
    await stop();
    const session = await newest(page);
    console.log(session.manifest, session.labels.length, session.labels[3]);
    const frames = numberedFrames(session.film);
    console.log(frames.length, frames.slice(0, 10), frames.at(-1));
    expectExact(session);
  });

  it('had no errors', () => {
    expect(errors).toEqual([]);
  });
});
