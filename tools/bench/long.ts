import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, openAsBlob, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import type { Page } from 'playwright-core';
import type { HumanEdit } from '../../src/sessions/shared/session';
import { bundleEntries } from '../../src/sessions/shared/export/bundle';
import { toJsonLines } from '../../src/sessions/shared/json-lines';
import { openBrowser } from '../../tests/support/browser';
import { answer, CAT, DOG, manifestOf } from '../../tests/support/session-fixture';
import { card, cards, imported, openSessions } from '../../tests/support/session-page';
import { ROOT, SCRATCH } from '../../tests/support/shared';
import { serveBuilt } from '../serve';
import { childrenMemory } from './process-memory';
import { ascending, at, machine, table, writePart } from './report';

/*
 * npm run bench -- long [--list]
 * A long session (an hour, 36,000 answers, 12,000 spans) and a long list (200 sessions) in the built app in Chromium: how long a person
 * waits, how many elements are drawn, and what it takes of memory.
 */

const MINUTES = 60;
const SPANS = 12_000;
const SESSIONS = 200;
/** Each step is done so often; the table has the middle and the longest. */
const TIMES = 9;
/** A step is not begun again behind so long, milliseconds. */
const PATIENCE = 15_000;
const ID = 'long-session';
const HEAD = ['what', 'median, ms', 'longest, ms', 'elements then'];
const MB = 1e6;

/** A video of so many minutes, 320 x 240, 5 frames a second, in fragments of a second. */
function film(minutes: number): string {
  const minute = join(SCRATCH, 'long-minute.mp4');
  const path = join(SCRATCH, `long-${minutes}.mp4`);
  const run = (...options: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...options]);
  run('-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=5:d=60', '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '5', '-pix_fmt', 'yuv420p', minute);
  run('-stream_loop', String(minutes - 1), '-i', minute, '-c', 'copy', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', path);
  return path;
}

async function zipOf(id: string, minutes: number, spans: number): Promise<string> {
  const video = film(minutes);
  const durationUs = minutes * 60_000_000;
  const recognitions = Array.from({ length: minutes * 600 }, (_, i) => answer(i * 100_000, Math.floor(i / 17) % 2 === 0 ? CAT : DOG, 0.7, DOG));
  const step = durationUs / Math.max(1, spans);
  const edits = Array.from({ length: spans }, (_, i): HumanEdit => ({
    kind: 'put-span',
    span: { id: `s${i}`, startUs: Math.round(i * step), endUs: Math.round((i + 0.8) * step), label: i % 5 === 0 ? { name: `thing ${i % 40}` } : i % 2 === 0 ? CAT : DOG },
  }));
  const files: [string, Blob][] = [
    ['film.mp4', await openAsBlob(video)],
    ['labels.jsonl', new Blob([toJsonLines(recognitions)])],
    ['human.jsonl', new Blob([toJsonLines(edits)])],
  ];
  const manifest = manifestOf({ id, name: id, durationUs, spans, recognitions: recognitions.length, film: { ...manifestOf().film, mimeType: 'video/mp4; codecs="avc1.f4000d"' } });
  const zip = join(SCRATCH, `${id}.zip`);
  await pipeline(Readable.fromWeb(makeZip(bundleEntries(manifest, files)) as never), createWriteStream(zip));
  rmSync(video);
  return zip;
}

/** All elements of the page, those in shadow roots too. */
const elements = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const count = (root: Document | ShadowRoot): number =>
      [...root.querySelectorAll('*')].reduce((sum, element) => sum + 1 + (element.shadowRoot ? count(element.shadowRoot) : 0), 0);
    return count(document);
  });

/** Presses a button of the open session. @returns milliseconds until what it does is drawn */
const pressed = (page: Page, name: string): Promise<number> =>
  page.locator('sg-session-detail').getByRole('button', { name, exact: true }).first().evaluate(async (button) => {
    const drawn = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await drawn();
    const begun = performance.now();
    (button as HTMLElement).click();
    await drawn();
    return performance.now() - begun;
  });

async function session(page: Page): Promise<(string | number)[][]> {
  const rows: (string | number)[][] = [];
  const row = async (what: string, times: readonly number[]): Promise<void> => {
    const sorted = ascending(times);
    rows.push([what, at(sorted, 0.5), sorted[sorted.length - 1], String(await elements(page))]);
    console.log(rows[rows.length - 1].join(' | '));
  };
  const opens: number[] = [];
  for (let i = 0; i < 3; i++) {
    const begun = performance.now();
    await card(page, ID).getByRole('link').click();
    await page.locator('sg-label-timeline').waitFor({ timeout: 120_000 });
    // As long as the page is busy it answers nothing.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    opens.push(performance.now() - begun);
    if (i === 2) break;
    await page.getByRole('link', { name: 'Back to all sessions' }).click();
    await card(page, ID).waitFor({ timeout: 60_000 });
  }
  await row('open an hour with 12,000 spans', opens);
  const repeated = async (...names: string[]): Promise<number[]> => {
    const times: number[] = [];
    const until = performance.now() + PATIENCE;
    for (let i = 0; i < TIMES && performance.now() < until; i++) for (const name of names) times.push(await pressed(page, name));
    return times;
  };
  await row('next label, all in sight', await repeated('Next label'));
  await row('zoom, near all in sight', await repeated('Zoom in', 'Zoom out'));
  await pressed(page, 'Whole film');
  // The first of a fifth of a second becomes a span that reaches over others: each edit is one step of undo.
  await page.locator('sg-label-timeline').evaluate((timeline) => {
    timeline.dispatchEvent(Object.assign(new Event('sg-span-edit', { bubbles: true, composed: true }), { edit: { kind: 'select', id: 's6000' } }));
  });
  await row('delete a label', await repeated('Delete the span', 'Undo'));
  for (let i = 0; i < 12; i++) await pressed(page, 'Zoom in');
  await row('zoom, a few seconds in sight', await repeated('Zoom in', 'Zoom out'));
  await row('delete a label, a few seconds in sight', await repeated('Undo', 'Redo'));
  return rows;
}

/** The list with so many copies of a session. */
async function list(page: Page, url: string): Promise<string> {
  await page.evaluate(async ([id, count]) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('sessions');
    const from = await folder.getDirectoryHandle(id);
    const read = async (name: string): Promise<File> => (await from.getFileHandle(name)).getFile();
    const manifest = JSON.parse(await (await read('session.json')).text()) as { film: { file: string } };
    for (let i = 1; i < count; i++) {
      const to = await folder.getDirectoryHandle(`${id}-${i}`, { create: true });
      const put = async (name: string, content: FileSystemWriteChunkType): Promise<void> => {
        const stream = await (await to.getFileHandle(name, { create: true })).createWritable();
        await stream.write(content);
        await stream.close();
      };
      for (const name of [manifest.film.file, 'labels.jsonl', 'human.jsonl']) await put(name, await read(name));
      await put('session.json', JSON.stringify({ ...manifest, id: `${id}-${i}`, name: `Session ${i}` }));
    }
  }, ['short-session', SESSIONS] as const);
  await page.reload();
  await openSessions(page, url);
  await cards(page).nth(SESSIONS - 2).waitFor({ state: 'attached', timeout: 60_000 });
  await page.waitForTimeout(4000);
  const before = childrenMemory();
  const taken: string[] = [];
  for (let pass = 0; pass < 3; pass++) {
    for (let i = 0; i < SESSIONS; i += 5) {
      await cards(page).nth(i).scrollIntoViewIfNeeded();
      await page.waitForTimeout(150);
      if ((pass === 0 && (i + 5) % 50 === 0) || i + 5 >= SESSIONS) {
        await page.waitForTimeout(3000);
        taken.push(((childrenMemory() - before) / MB).toFixed(0));
        console.log(taken.join(' '));
      }
    }
  }
  const drawn = await page.evaluate(() => {
    const inside = (root: Document | ShadowRoot): number => [...root.querySelectorAll('*')].reduce((sum, element) =>
      sum + (element instanceof HTMLCanvasElement ? element.width * element.height * 4 : 0) + (element.shadowRoot ? inside(element.shadowRoot) : 0), 0);
    return inside(document);
  });
  return `A list of ${SESSIONS} sessions: ${await elements(page)} elements; scrolled by 50, 100, 150 and 200 of them it takes ${taken.slice(0, 4).join(', ')} MB more than before, and ${taken.slice(4).join(' and ')} MB once and twice through again; of that ${(drawn / MB).toFixed(1)} MB are pictures.`;
}

/** Writes docs/sessions.md's table. @param options `--list` to print what the list takes, and nothing else */
export async function benchLong(options: readonly string[]): Promise<void> {
  mkdirSync(SCRATCH, { recursive: true });
  const serving = await serveBuilt();
  try {
    const browsing = await openBrowser({ own: true });
    const { page } = browsing;
    try {
      // esbuild calls it in functions that are handed to the page.
      await page.addInitScript('globalThis.__name = (value) => value');
      await openSessions(page, serving.url);
      await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
      const long = options.includes('--list') ? [] : [[ID, MINUTES, SPANS] as const];
      for (const [id, minutes, spans] of [...long, ['short-session', 1, 5] as const]) {
        const zip = await zipOf(id, minutes, spans);
        await page.locator('sg-sessions-view input[type=file]').setInputFiles(zip);
        await card(page, id).waitFor({ timeout: 120_000 });
        await imported(page);
        rmSync(zip);
      }
      if (long.length === 0) return console.log(await list(page, serving.url));
      const rows = await session(page);
      const { heap } = await page.evaluate(() => ({ heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize }));
      await page.getByRole('link', { name: 'Back to all sessions' }).click();
      const words = await list(page, serving.url);
      writePart('long', [
        machine(page.context().browser()?.version() ?? ''), '', table(HEAD, rows), '',
        `The page's heap with the long session open: ${(heap / MB).toFixed(0)} MB. ${words}`,
      ].join('\n'), join(ROOT, 'docs/sessions.md'));
    } finally {
      await browsing.close();
    }
  } finally {
    await serving.close();
  }
}
