import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localAddresses } from '../../../tools/phone/addresses';
import { servePhone, type PhoneServing } from '../../../tools/phone/serve-phone';
import { serveBuilt } from '../../../tools/serve';
import { violations } from '../../support/axe';
import { DESKTOP, openApp, openBrowser, PHONE, type Browsing } from '../../support/browser';
import { runTool } from '../../support/command';
import { plainVideo } from '../../support/plain-video';
import { readQr, readTerminalQr } from '../../support/read-qr';

/** Stands for the machine's address in the local network: loopback as well, but another one than that of the desktop page. */
const HOST = '127.0.0.2';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-phone-'));
  folders.push(folder);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

describe('the page that npm run phone serves', () => {
  let serving: PhoneServing;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    serving = await servePhone({ host: HOST, port: 0, desktopPort: 0, configFolder: newFolder() });
  });
  afterEach(() => browsing.close());
  afterAll(() => serving.close());

  const sheet = () => page.locator('sg-phone-sheet');
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).first().click();
  async function open(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark'): Promise<void> {
    browsing = await openBrowser({ context: { viewport, colorScheme } });
    page = browsing.page;
    await openApp(page, serving.desktop.url);
  }
  const shownCode = async (): Promise<string | undefined> => {
    // The sheet comes up over a moment.
    await sheet().locator('dialog').evaluate((dialog) => Promise.all(dialog.getAnimations().map((a) => a.finished)));
    return readQr(await sheet().locator('sg-qr-code').screenshot());
  };

  it.each([
    ['desktop', DESKTOP, 'dark'],
    ['desktop', DESKTOP, 'light'],
  ] as const)('offers the way to the phone in its head, %s %s %s', async (_, viewport, scheme) => {
    await open(viewport, scheme);
    await press('Open on a phone');
    await sheet().locator('sg-qr-code svg').waitFor();
    expect(await shownCode()).toBe(serving.phone.url);
    expect(await sheet().locator('sg-copy-text code').first().textContent()).toBe(serving.phone.url);
    expect(await sheet().locator('.fingerprint').textContent()).toBe(serving.certificates.fingerprint);
    expect(await sheet().locator('sg-copy-text').nth(1).getAttribute('text')).toBe(serving.authorityUrl);
    expect(await violations(page)).toEqual([]);
  });

  it('has it in the settings on a narrow page, and a code that can be read there', async () => {
    await open(PHONE, 'dark');
    expect(await page.locator('sg-head-offers button').isVisible()).toBe(false);
    await press('Settings');
    await press('Open on a phone');
    await sheet().locator('sg-qr-code svg').waitFor();
    expect(await shownCode()).toBe(serving.phone.url);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await violations(page)).toEqual([]);
  });

  it('copies the address, or selects it where the browser copies nothing', async () => {
    await open(DESKTOP, 'light');
    await page.evaluate(() => {
      navigator.clipboard.writeText = (text) => {
        Object.assign(globalThis, { copied: text });
        return Promise.resolve();
      };
    });
    await press('Open on a phone');
    await press('Copy the address');
    await sheet().getByText('Copied.').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { copied: string }).copied)).toBe(serving.phone.url);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await press('Copy the address');
    await sheet().getByText('The text is selected').waitFor();
    expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe(serving.phone.url);
  });

  it('runs with the camera at the address of the code', async () => {
    const video = await plainVideo();
    browsing = await openBrowser({ video, context: { viewport: PHONE, ignoreHTTPSErrors: true } });
    page = browsing.page;
    await openApp(page, serving.phone.url);
    expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated, location.protocol])).toEqual([true, true, 'https:']);
    await press('Start the camera');
    await page.locator('sg-label-list li').first().waitFor();
  });
});

describe('a page that is only on this machine', () => {
  it('says how to get it onto a phone', async () => {
    const serving = await serveBuilt();
    const browsing = await openBrowser({});
    const { page } = browsing;
    try {
      await openApp(page, serving.url);
      expect(await page.locator('sg-head-offers').getByRole('button').count()).toBe(0);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Open on a phone' }).click();
      const sheet = page.locator('sg-phone-sheet');
      await sheet.locator('sg-copy-text').waitFor();
      expect(await sheet.locator('code').textContent()).toBe('npm run phone');
      expect(await sheet.locator('sg-qr-code').count()).toBe(0);
      expect(await violations(page)).toEqual([]);
    } finally {
      await browsing.close();
      await serving.close();
    }
  });
});

/** Whether something listens there. */
const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 10_000 }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('timeout', () => {
      socket.destroy();
      resolve(false);
    });
  });

const elsewhere = ['127.0.0.3', ...localAddresses()];

describe('npm run phone itself', () => {
  it('prints a code that reads as its address, serves nothing but the built app, and keeps its certificate', async () => {
    const env = { XDG_CONFIG_HOME: newFolder() };
    const start = () => runTool('tools/phone.ts', ['--host', HOST, '--port', '0', '--desktop-port', '0'], env, /Remove the certificate/);
    const fingerprintOf = (output: string): string | undefined => /SHA-256 ([\dA-F:]{95})/.exec(output)?.[1];
    let tool = await start();
    const first = fingerprintOf(tool.output);
    expect(first).toBeDefined();
    expect(tool.output).toContain('which was made just now');
    const url = new URL(/https:\/\/127\.0\.0\.2:\d+\//.exec(tool.output)?.[0] ?? '');
    expect(readTerminalQr(tool.output)).toBe(url.href);

    const ask = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connectTls({ host: HOST, port: Number(url.port), rejectUnauthorized: false }, () => {
          socket.write(`GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`);
        });
        let text = '';
        socket.setEncoding('utf8').on('data', (part: string) => (text += part));
        socket.on('end', () => resolve(text)).on('error', reject);
      });
    expect(await ask('/')).toMatch(/^HTTP\/1\.1 200[^]*<title>Sightglass<\/title>/);
    // The repository lies around the built page.
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/..%2f..%2fpackage.json', '/..%5cpackage.json', '/package.json', '/.git/config', '/../.git/config', '/src/main.ts', '/%00', '/sightglass/authority.key', '/../models/']) {
      const answer = await ask(path);
      expect(answer, path).toMatch(/^HTTP\/1\.1 4\d\d/);
      expect(answer, path).not.toMatch(/"private"|\[core\]|PRIVATE KEY/);
    }
    for (const host of elsewhere) expect(await listens(host, Number(url.port)), host).toBe(false);
    await tool.stop();
    expect(await listens(HOST, Number(url.port))).toBe(false);

    tool = await start();
    expect(fingerprintOf(tool.output)).toBe(first);
    expect(tool.output).not.toContain('which was made just now');
    await tool.stop();
  });
});

describe('npm start', () => {
  it('is on this machine only', async () => {
    const tool = await runTool('tools/start.ts', [], { PORT: '0' }, /only on this machine/);
    const port = Number(/localhost:(\d+)/.exec(tool.output)?.[1]);
    expect(await listens('127.0.0.1', port)).toBe(true);
    for (const host of elsewhere) expect(await listens(host, port), host).toBe(false);
    await tool.stop();
  });
});
