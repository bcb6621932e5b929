import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localAddresses } from '../../../tools/phone/addresses';
import { configFolder, ensureCertificates } from '../../../tools/phone/certificates';

const DAY = 86_400_000;

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
