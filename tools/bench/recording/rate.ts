import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { pressRecord } from '../../../tests/support/controls';
import { ROOT } from '../../../tests/support/shared';
import { openLive, running, setAdaptive, watch } from '../live-run';
import { ascending, at, machine, writePart } from '../report';
import { serveBuilt, type Serving } from '../../serve';

const ROUNDS = 5;
const WINDOW_MS = 6000;
const SETTLE_MS = 1500;

const median = (values: readonly number[]): number => at(ascending(values), 0.5);

/** Bytes and length of the newest session, read past the app. */
async function newestSession(page: Page): Promise<{ bytes: number; seconds: number }> {
  return page.evaluate(async () => {
    const sessions = await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions');
    const names: string[] = [];
    for await (const name of sessions.keys()) names.push(name);
    const folder = await sessions.getDirectoryHandle(names.sort()[names.length - 1]);
    const text = await (await (await folder.getFileHandle('session.json')).getFile()).text();
    const { bytes, durationUs } = JSON.parse(text) as { bytes: number; durationUs: number };
    return { bytes, seconds: durationUs / 1e6 };
  });
}

/** Recognitions a second with and without a recording, in interleaved rounds of one run, and bytes a minute. */
async function rate(serving: Serving): Promise<string> {
  const browsing = await openLive(serving.url, 30);
  const { page } = browsing;
  const version = page.context().browser()?.version() ?? '';
  const ran = await running(page);
  const rates: Record<'without' | 'with', number[]> = { without: [], with: [] };
  const sizes: number[] = [];
  try {
    await setAdaptive(page, false);
    // The first round does not count: the service worker fetches models beside it, and code is not compiled to its end.
    for (let round = -1; round < ROUNDS; round++) {
      const without = (await watch(page, WINDOW_MS, SETTLE_MS)).recognitionRate;
      await pressRecord(page);
      await page.locator('sg-recording-bar').waitFor();
      const beside = (await watch(page, WINDOW_MS, SETTLE_MS)).recognitionRate;
      await page.locator('sg-control-bar [data-action=record]').click();
      await page.locator('sg-recording-notice [data-kind=kept]').waitFor();
      const { bytes, seconds } = await newestSession(page);
      if (round < 0) continue;
      rates.without.push(without);
      rates.with.push(beside);
      sizes.push((bytes / seconds) * 60);
    }
  } finally {
    await browsing.close();
  }
  const ratios = rates.with.map((value, i) => value / rates.without[i]);
  return [
    machine(version),
    '',
    `\`npm run bench -- recording-rate\` lets the live app recognise as often as it can (640 x 480 at 30 frames a second, ${ran},`,
    `which is what the app chose here), without a recording and with one in turns, ${ROUNDS} rounds of ${WINDOW_MS / 1000} s: ${median(rates.without).toFixed(1)} recognitions a second`,
    `without, ${median(rates.with).toFixed(1)} with (medians); the ratio is ${median(ratios).toFixed(2)} (rounds ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}). The film takes ${(median(sizes) / 1e6).toFixed(1)} MB a minute.`,
  ].join('\n');
}

export async function benchRate(): Promise<void> {
  const serving = await serveBuilt();
  try {
    writePart('rate', await rate(serving), join(ROOT, 'docs/recording.md'));
  } finally {
    await serving.close();
  }
}
