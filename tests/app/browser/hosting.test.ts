import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../../../src/base/shared/headers';
import { modelIndex } from '../../../src/server/model-index';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { cloudflare, gitHubPages, netlify, type Host } from '../../support/hosts';
import { plainVideo } from '../../support/plain-video';
import { freePort } from '../../support/free-port';
import { ROOT } from '../../support/shared';
import { neverOver } from '../../support/waits';

/** What is hosted is the build itself, with its compressed files, also where other tests run on one with a seeded model. */
const DIST = join(ROOT, 'dist');
const models = modelIndex(join(DIST, 'models'));
if (models.length === 0) console.warn('\n*** SKIPPED: the hosting tests need a model in dist/models (npm run model, npm run build). ***\n');

const NGINX = ((): string | undefined => {
  const path = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', 'nginx'];
  return path.find((each) => {
    try {
      execFileSync(each, ['-v'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
})();
if (!NGINX) console.warn('\n*** SKIPPED: deploy/nginx is only tried where there is an nginx (Debian: apt-get install nginx-light). ***\n');

/** A real nginx with the configuration as it is shipped, but for port and folder. */
async function nginx(binary: string, folder: string): Promise<Host> {
  const home = mkdtempSync(join(tmpdir(), 'sightglass-nginx-'));
  const port = await freePort();
  const shipped = readFileSync(join(ROOT, 'deploy/nginx/sightglass.conf'), 'utf8');
  const changes = [['listen 8080;', `listen 127.0.0.1:${port};`], ['root /srv/sightglass;', `root ${folder};`]] as const;
  for (const [words] of changes) expect(shipped.split(words), words).toHaveLength(2);
  writeFileSync(join(home, 'site.conf'), changes.reduce((text, [from, to]) => text.replace(from, to), shipped));
  mkdirSync(join(home, 'temp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home}/temp;`).join(' ');
  writeFileSync(
    join(home, 'nginx.conf'),
    // As root it would give its workers to a user who may not read the folder.
    `${process.getuid?.() === 0 ? 'user root;' : ''} pid ${home}/pid; error_log stderr; events {} http { access_log off; ${temporary} include ${home}/site.conf; }`,
  );
  const child = spawn(binary, ['-p', home, '-c', join(home, 'nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  const url = `http://localhost:${port}/`;
  await expect.poll(() => (child.exitCode === null ? fetch(url).then(({ status }) => status, () => 0) : said)).toBe(200);
  return {
    url,
    async close() {
      // Not SIGQUIT: that waits for answers of which nobody reads the rest.
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

describe.skipIf(models.length === 0)('the built page on other hosts', () => {
  let video: string;
  beforeAll(async () => {
    video = await plainVideo();
  });

  /** Opens the app with its service worker, and counts how often it was loaded. */
  async function open(url: string, use: (page: Page, loads: () => number) => Promise<void>): Promise<void> {
    const browsing: Browsing = await openBrowser({ video, context: { serviceWorkers: 'allow' } });
    let loads = 0;
    try {
      // The page's patience with a service worker that isolates it (src/app/page/platform/service-worker.ts).
      await neverOver(browsing.page, 4000);
      browsing.page.on('domcontentloaded', () => loads++);
      await openApp(browsing.page, url);
      await use(browsing.page, () => loads);
    } finally {
      await browsing.close();
    }
  }

  async function recognises(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('sg-label-list li').first().waitFor({ timeout: 60_000 });
  }

  const kept = (page: Page): Promise<void> => page.locator('sg-offline-status[phase="kept"]').waitFor({ state: 'attached', timeout: 120_000 });
  const isolated = (page: Page): Promise<boolean> => page.evaluate(() => crossOriginIsolated);
  const asset = (ending: RegExp): string => {
    const { files } = JSON.parse(readFileSync(join(DIST, 'offline.json'), 'utf8')) as { files: readonly { url: string }[] };
    const found = files.find(({ url }) => ending.test(url));
    if (!found) throw new Error(`No file of the build is called ${ending}.`);
    return found.url;
  };

  /** A file of the build for each ending that there is. */
  function oneOfEachKind(): string[] {
    const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((path) => !['', '.br', '.gz'].includes(extname(path)));
    return [...new Map(files.map((path) => [extname(path), path])).values()];
  }

  /** What a host with headers has to do: all of them, from the first load on, and everything kept for use without a network. */
  async function checkHost(host: Host): Promise<void> {
    try {
      for (const path of ['', asset(/\.wasm$/), asset(/\.onnx$/), 'service-worker.js']) {
        const { ok, headers } = await fetch(host.url + path);
        expect(ok, path).toBe(true);
        for (const [name, value] of Object.entries({ ...ISOLATION_HEADERS, ...SECURITY_HEADERS })) expect(headers.get(name), `${path}: ${name}`).toBe(value);
        const kind = path.startsWith('assets/') ? /^public, max-age=31536000, immutable$/ : /^(no-cache|public, max-age=0, must-revalidate)$/;
        expect(headers.get('cache-control'), path).toMatch(kind);
      }
      expect((await fetch(host.url + asset(/\.wasm$/))).headers.get('content-type')).toBe('application/wasm');
      expect(await fetch(`${host.url}_headers`).then(({ status }) => status)).toBe(404);
      await open(host.url, async (page, loads) => {
        expect(await isolated(page)).toBe(true);
        await recognises(page);
        // The service worker, which would isolate it by another load, had nothing to do.
        expect(loads()).toBe(1);
        await kept(page);
        expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state)).toBe('activated');
      });
    } finally {
      await host.close();
    }
  }

  it.skipIf(!NGINX)('nginx with deploy/nginx: isolated, with the model running', async () => {
    const host = await nginx(NGINX ?? '', DIST);
    const compressed = await fetch(host.url, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(compressed.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const path of oneOfEachKind()) {
      const type = (await fetch(host.url + path)).headers.get('content-type') ?? '';
      expect(type, path).not.toBe('');
      expect(type === 'application/octet-stream', `${path}: ${type}`).toBe(path.endsWith('.onnx'));
    }
    await checkHost(host);
  });

  it('Netlify with _headers: isolated, with the model running', async () => checkHost(await netlify(DIST)));

  it('Cloudflare Pages with _headers: isolated, with the model running', async () => checkHost(await cloudflare(DIST)));

  it('GitHub Pages, in a folder and without headers: isolated from the second load on, with the model running', async () => {
    const host = await gitHubPages(DIST);
    try {
      expect(new URL(host.url).pathname).toBe('/sightglass/');
      expect((await fetch(host.url)).headers.get('cross-origin-embedder-policy')).toBeNull();
      await open(host.url, async (page, loads) => {
        await recognises(page);
        expect(loads()).toBe(2);
        expect(await isolated(page)).toBe(true);
        await kept(page);
      });
    } finally {
      await host.close();
    }
  });
});
