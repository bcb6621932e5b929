import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localAddresses } from '../../../tools/phone/addresses';
import { configFolder, ensureCertificates } from '../../../tools/phone/certificates';

const DAY = 86_400_000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate that who has the authority's key could make. */
async function forge(folder: string, name: x509.JsonGeneralName): Promise<{ key: string; cert: string }> {
  const authority = readFileSync(join(folder, 'authority.crt'), 'utf8');
  const der = createPrivateKey(readFileSync(join(folder, 'authority.key'))).export({ type: 'pkcs8', format: 'der' });
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.create({
    subject: [{ CN: ['forged'] }],
    issuer: new x509.X509Certificate(authority).subject,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    signingAlgorithm: CURVE,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']),
    extensions: [new x509.SubjectAlternativeNameExtension([name])],
  });
  return { key: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'), cert: made.toString('pem') };
}

/** Whether a client that trusts the authority believes the certificate; the words why not. */
function believes(pair: { key: string; cert: string }, authority: string, host: string): Promise<true | string> {
  const server = createServer(pair, (socket) => socket.end()).on('tlsClientError', () => undefined);
  return new Promise<true | string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      // Node asks the certificate for the name of `host`, wherever the connection leads.
      const socket = connect({ host: '127.0.0.1', port, ca: authority, checkServerIdentity: (_name, cert) => {
        const names = cert.subjectaltname ?? '';
        return names.includes(host) ? undefined : new Error(`The certificate is for ${names}.`);
      } }, () => {
        resolve(true);
        socket.destroy();
      });
      socket.on('error', (error: Error) => resolve(error.message));
    });
  }).finally(() => server.close());
}

describe('certificates of npm run phone', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sightglass-certificates-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are for the address, signed by the authority, and short enough for iOS', async () => {
    const made = await ensureCertificates(folder, ['192.168.7.8']);
    const server = new X509Certificate(made.cert);
    const authority = new X509Certificate(made.authority);
    expect(server.checkIP('192.168.7.8')).toBe('192.168.7.8');
    expect(server.checkIP('192.168.7.9')).toBeUndefined();
    expect(server.ca).toBe(false);
    expect(authority.ca).toBe(true);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(Date.parse(server.validTo) - Date.parse(server.validFrom)).toBeLessThanOrEqual(398 * DAY);
    expect(made.authorityIsNew).toBe(true);
  });

  it('keep the keys to their owner', async () => {
    await ensureCertificates(folder, ['192.168.7.8']);
    for (const name of ['authority.key', 'server.key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('write no key into a file that was left over, which others may read or which leads elsewhere', async () => {
    const left = join(folder, 'authority.key.part');
    writeFileSync(left, 'left over');
    chmodSync(left, 0o644);
    const reading = openSync(left, 'r');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'server.key.part'));
    await ensureCertificates(folder, ['192.168.7.8']);
    const bytes = Buffer.alloc(4096);
    const seen = bytes.subarray(0, readSync(reading, bytes, 0, bytes.length, 0)).toString();
    closeSync(reading);
    expect(seen).toBe('left over');
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
    for (const name of ['authority.key', 'server.key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('are believed for addresses at home alone, whoever has the key of the authority', async () => {
    const { key, cert, authority } = await ensureCertificates(folder, ['192.168.7.8']);
    expect(await believes({ key, cert }, authority, '192.168.7.8')).toBe(true);
    const home = ['10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.1.1', '100.64.0.1'];
    for (const value of home) expect(await believes(await forge(folder, { type: 'ip', value }), authority, value), value).toBe(true);
    for (const value of ['8.8.8.8', '172.32.0.1', '100.128.0.1']) {
      expect(await believes(await forge(folder, { type: 'ip', value }), authority, value), value).toMatch(/permitted subtree violation/i);
    }
    for (const value of ['www.example.com', 'example', 'notlocal']) {
      expect(await believes(await forge(folder, { type: 'dns', value }), authority, value), value).toMatch(/permitted subtree violation/i);
    }
  });

  it('are for an address or name beyond home where that is served, by an authority of its own', async () => {
    const home = await ensureCertificates(folder, ['192.168.7.8']);
    const beyond = await ensureCertificates(folder, ['203.0.113.7']);
    expect(beyond.authority).not.toBe(home.authority);
    expect(await believes(beyond, beyond.authority, '203.0.113.7')).toBe(true);
    const named = await ensureCertificates(folder, ['desk.example']);
    expect(await believes(named, named.authority, 'desk.example')).toBe(true);
  });

  it('stay the same for the same address', async () => {
    const first = await ensureCertificates(folder, ['192.168.7.8']);
    const second = await ensureCertificates(folder, ['192.168.7.8']);
    expect(second).toEqual({ ...first, authorityIsNew: false });
  });

  it('are made anew for another address, under the same authority', async () => {
    const first = await ensureCertificates(folder, ['192.168.7.8']);
    const second = await ensureCertificates(folder, ['10.0.0.3']);
    expect(second.authority).toBe(first.authority);
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).checkIP('10.0.0.3')).toBe('10.0.0.3');
  });

  it('are made anew before they run out', async () => {
    const first = await ensureCertificates(folder, ['192.168.7.8']);
    const later = await ensureCertificates(folder, ['192.168.7.8'], Date.now() + 380 * DAY);
    expect(later.cert).not.toBe(first.cert);
    expect(later.authority).toBe(first.authority);
  });

  it('are made anew where a kept file is broken or of another pair', async () => {
    const first = await ensureCertificates(folder, ['192.168.7.8']);
    writeFileSync(join(folder, 'server.crt'), 'no certificate');
    const second = await ensureCertificates(folder, ['192.168.7.8']);
    expect(second.authority).toBe(first.authority);
    writeFileSync(join(folder, 'authority.key'), readFileSync(join(folder, 'server.key')));
    const third = await ensureCertificates(folder, ['192.168.7.8']);
    expect(third.authorityIsNew).toBe(true);
    expect(new X509Certificate(third.cert).verify(new X509Certificate(third.authority).publicKey)).toBe(true);
  });

  it('lie in the folder for settings', () => {
    expect(configFolder({ XDG_CONFIG_HOME: '/somewhere' })).toBe(join('/somewhere', 'sightglass'));
    expect(configFolder({})).toMatch(/sightglass$/);
  });
});

describe('the address for the phone', () => {
  const info = (address: string, internal = false, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    ({ address, internal, family, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never;

  it('is the home network before containers, and never loopback, link-local or IPv6', () => {
    const found = localAddresses({
      lo: [info('127.0.0.1', true)],
      docker0: [info('172.17.0.1')],
      eth1: [info('169.254.3.4')],
      eth0: [info('10.1.2.3')],
      wlan0: [info('fe80::1', false, 'IPv6'), info('192.168.1.20')],
    });
    expect(found).toEqual(['192.168.1.20', '10.1.2.3', '172.17.0.1']);
  });
});
