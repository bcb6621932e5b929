import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { get as getPlain } from 'node:http';
import { get } from 'node:https';
import { connect, getCiphers } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneLink } from '../../../src/app/shared/phone-link';
import { servePhone, type PhoneServing } from '../../../tools/phone/serve-phone';

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** 127.0.0.2 stands for the machine's address in the local network: another one than that of the desktop page. */
const HOST = '127.0.0.2';

describe('npm run phone', () => {
  let root: string;
  let serving: PhoneServing;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'sightglass-phone-'));
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist/index.html'), '<title>the page</title>');
    writeFileSync(join(root, 'dist/phone.json'), '{}');
    writeFileSync(join(root, 'dist/.env'), 'hidden');
    writeFileSync(join(root, 'secret.txt'), 'secret');
    serving = await servePhone({ host: HOST, port: 0, desktopPort: 0, configFolder: join(root, 'config'), folder: join(root, 'dist') });
  });
  afterAll(async () => {
    await serving.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Verifies the certificate against the authority and the address, as a phone that trusts it does. */
  const ask = (path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      get(new URL(path, serving.phone.url), { ca: serving.certificates.authority, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      }).on('error', reject);
    });

  /** The path as it stands, which URL would clean. */
  const askRaw = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(serving.phone.url);
      const socket = connect({ host: hostname, port: Number(port), ca: serving.certificates.authority }, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
      });
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.on('end', () => resolve(text)).on('error', reject);
    });

  it('serves the built page over https to who trusts the authority, with the headers that threads need', async () => {
    expect(serving.phone.url).toMatch(/^https:\/\/127\.0\.0\.2:\d+\/$/);
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body).toContain('the page');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
  });

  it('is refused by who does not trust it', async () => {
    await expect(fetch(serving.phone.url)).rejects.toThrow();
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/..\\secret.txt', '//../secret.txt'])(
    'refuses %s',
    async (path) => {
      const answer = await askRaw(path);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
      expect(answer).not.toContain('secret\r\n');
    },
  );

  it.each(['/config/authority.key', '/authority.key', '/.env', '/package.json'])('does not have %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('gives the certificate to trust, and no key', async () => {
    const { headers, body } = await ask(new URL(serving.authorityUrl).pathname);
    expect(headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(body).toBe(serving.certificates.authority);
    expect(body).not.toContain('PRIVATE');
  });

  it('tells the desktop page where the phone finds it', async () => {
    expect(serving.desktop.url).toMatch(/^http:\/\/localhost:\d+\/$/);
    const link = (await (await fetch(new URL('phone.json', serving.desktop.url))).json()) as PhoneLink;
    expect(link.url).toBe(serving.phone.url);
    expect(link.fingerprint).toBe(serving.certificates.fingerprint);
    expect(link.authorityUrl).toBe(serving.authorityUrl);
    // The phone's own page has it as well, to be passed on.
    expect(JSON.parse((await ask('/phone.json')).body)).toEqual(link);
  });

  it('tells the address to nobody who calls it by another name, as DNS rebinding does', async () => {
    const { port } = new URL(serving.desktop.url);
    for (const host of ['rebound.example', '192.168.99.99', `rebound.example:${port}`]) {
      const answer = await new Promise<Answer>((resolve, reject) => {
        getPlain({ host: '127.0.0.1', port, path: '/phone.json', headers: { Host: host } }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (part: string) => (body += part));
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
        }).on('error', reject);
      });
      expect(answer.status, host).toBe(421);
      expect(answer.body).not.toContain(HOST);
    }
  });

  /** The suite that it agrees on with who offers these alone, undefined where it speaks none of them. */
  const agreed = (version: 'TLSv1.2' | 'TLSv1.3', ciphers: string): Promise<string | undefined> => {
    const { hostname, port } = new URL(serving.phone.url);
    return new Promise((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), ca: serving.certificates.authority, minVersion: version, maxVersion: version, ciphers }, () => {
        resolve(socket.getCipher().name);
        socket.destroy();
      });
      socket.on('error', () => resolve(undefined));
    });
  };

  it('speaks TLS only with suites that authenticate what they encrypt', async () => {
    const authenticated = /gcm|ccm|poly1305/;
    const all = getCiphers().filter((name) => !name.startsWith('tls_'));
    const others = all.filter((name) => !authenticated.test(name));
    expect(others.length).toBeGreaterThan(10);
    expect(await agreed('TLSv1.2', `${others.join(':').toUpperCase()}:@SECLEVEL=0`)).toBeUndefined();
    // One by one as well: a list in which one name were wrong would be refused before it is sent.
    for (const name of others) expect(await agreed('TLSv1.2', `${name.toUpperCase()}:@SECLEVEL=0`), name).toBeUndefined();
    for (const name of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384']) expect(await agreed('TLSv1.2', `${name}:@SECLEVEL=0`)).toBe(name);
    expect(await agreed('TLSv1.3', 'TLS_AES_128_GCM_SHA256')).toBe('TLS_AES_128_GCM_SHA256');
  });

  it('binds nothing but the address it was given and loopback', async () => {
    const { port } = new URL(serving.phone.url);
    const refused = await new Promise<boolean>((resolve) => {
      const socket = connectTcp({ host: '127.0.0.3', port: Number(port) }, () => {
        socket.destroy();
        resolve(false);
      });
      socket.on('error', () => resolve(true));
    });
    expect(refused).toBe(true);
  });
});
