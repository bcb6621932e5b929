import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { median } from '../../src/base/shared/statistics';
import { openBrowser } from '../../tests/support/browser';
import { DIST, serveBuilt } from '../serve';
import { modelIndex } from '../../src/server/model-index';
import { noiseVideo } from './live-run';
import { machine, table, writePart } from './report';

const ROUNDS = 3;
/** Bits a second from the server; a good mobile network, and this machine itself. */
const SPEEDS = [20e6, 0];
const TICK_MS = 5;
/** Everything is kept by then, milliseconds: the files of all languages and views follow the model. */
const KEPT_MS = 120_000;

interface SlowLink {
  readonly url: string;
  /** Bytes that went to the browser so far. */
  sent(): number;
  /** Ends all connections and takes no more. */
  close(): void;
}

/** A link to the server that lets through so many bits a second, all connections together; 0 for all there are. */
async function slowLink(target: number, bitsPerSecond: number): Promise<SlowLink> {
  let sent = 0;
  let credit = 0;
  let last = performance.now();
  const waiting: (() => void)[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    credit = Math.min(credit + ((now - last) / 1000) * (bitsPerSecond / 8), bitsPerSecond / 80);
    last = now;
    while (credit > 0 && waiting.length > 0) waiting.shift()?.();
  }, TICK_MS);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    open.add(client);
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (bitsPerSecond === 0) {
        client.write(chunk);
        return;
      }
      upstream.pause();
      waiting.push(() => {
        credit -= chunk.length;
        client.write(chunk);
        upstream.resume();
      });
    });
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' && address ? address.port : 0}/`,
    sent: () => sent,
    close: () => {
      clearInterval(timer);
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/**
 * Runs in the page, before it: starts the camera as soon as there is a button, and notes when the first label stands there. Looked for at every frame
 * and by the page's own clock, which begins with the navigation: a locator asks at growing intervals, up to half a second late.
 */
function noteFirstLabel(): void {
  let started = false;
  const look = (): void => {
    const roots: (Document | ShadowRoot)[] = [document];
    for (let root = roots.pop(); root; root = roots.pop()) {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if (!started && element instanceof HTMLButtonElement && !element.disabled && element.textContent.trim() === 'Start the camera') {
          started = true;
          element.click();
        }
        if (started && element.matches('li') && root instanceof ShadowRoot && root.host.localName === 'sg-label-list') {
          performance.mark('first label');
          return;
        }
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Seconds from opening the page to the first label, with the camera started as soon as there is a button. */
async function firstLabel(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit', timeout: 120_000 });
  const label = await page.waitForFunction(() => performance.getEntriesByName('first label').at(0)?.startTime, undefined, { timeout: 120_000 });
  return ((await label.jsonValue()) ?? Number.NaN) / 1000;
}

/** Cold and warm start to the first label, by what the model's file holds. */
export async function benchStartup(): Promise<void> {
  const manifest = modelIndex(join(DIST, 'models')).find((m) => m.id === 'resnet18');
  if (!manifest) throw new Error('The benchmark needs ResNet-18: run npm run model and npm run build.');
  const serving = await serveBuilt();
  const video = await noiseVideo(30);
  const target = Number(new URL(serving.url).port);
  let version = '';
  const lines: (string | number)[][] = [];
  try {
    for (const speed of SPEEDS) {
      const settings = [...manifest.variants.map((v) => v.precision), 'auto' as const];
      const rows = new Map(settings.map((precision) =>
        [precision, { cold: [] as number[], warm: [] as number[], offline: [] as number[], bytes: 0, kept: 0, resent: 0, ran: '' }]));
      for (let round = 0; round < (speed === 0 ? ROUNDS : 1); round++) {
        for (const [precision, row] of rows) {
          const link = await slowLink(target, speed);
          const browsing = await openBrowser({ own: true, video, context: { serviceWorkers: 'allow' } });
          const { page, context } = browsing;
          version = context.browser()?.version() ?? '';
          await page.addInitScript({ content: `globalThis.__name = (f) => f; (${noteFirstLabel.toString()})();` });
          await page.addInitScript((p) => localStorage.setItem('sightglass.settings', JSON.stringify({ modelId: 'resnet18', precision: p })), precision);
          try {
            row.cold.push(await firstLabel(page, link.url));
            row.bytes = link.sent();
            row.ran = (await page.locator('header button[aria-haspopup]').textContent())?.trim().split(' ').at(-1) ?? '';
            // The service worker keeps everything for offline use.
            await page.locator('sg-offline-status[phase="kept"]').waitFor({ state: 'attached', timeout: KEPT_MS });
            row.kept = link.sent();
            row.warm.push(await firstLabel(page, link.url));
            row.resent = link.sent() - row.kept;
            link.close();
            row.offline.push(await firstLabel(page, link.url));
          } finally {
            await browsing.close();
            link.close();
          }
        }
      }
      for (const [precision, { cold, warm, offline, bytes, kept, resent, ran }] of rows) {
        const link = speed === 0 ? 'this machine' : `${speed / 1e6} Mbit/s`;
        lines.push([precision === 'auto' ? `the app's own choice (${ran})` : precision, link, bytes / 1e6, kept / 1e6, median(cold), median(warm), (resent / 1e3).toFixed(0), median(offline)]);
      }
    }
  } finally {
    await serving.close();
  }
  writePart('startup', [
    '## Start to first label',
    'Seconds from opening the address to the first label on a filmed camera, with the camera started as soon as the button is there:',
    'cold (new profile), warm (opened again, the service worker having kept everything), and warm with the server gone, which is offline.',
    '"MB to label" is what the browser received until the first label, "MB kept" until what runs worked offline, "warm KB" what the warm',
    `start asked the server for. Medians of ${ROUNDS} rounds from this machine, one round over the slow link. \`npm run bench -- startup\`.`,
    '', machine(version), '', table(['model file', 'link', 'MB to label', 'MB kept', 'cold s', 'warm s', 'warm KB', 'offline s'], lines),
  ].join('\n'));
}
