import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, homedir } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Apple refuses server certificates that live longer than 398 days (support.apple.com/102028). */
const SERVER_DAYS = 397;
/** A server certificate is made anew this long before its end. */
const RENEW_DAYS = 30;

export interface Certificates {
  /** The server's key and certificate chain, PEM. */
  readonly key: string;
  readonly cert: string;
  /** The authority that a phone can be told to trust, PEM; its key never leaves `folder`. */
  readonly authority: string;
  /** SHA-256 of the authority's certificate, as phones show it. */
  readonly fingerprint: string;
  /** True where the authority is new, so that a phone that trusted the one before has to be told again. */
  readonly authorityIsNew: boolean;
}

interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** The folder for what is kept between runs: $XDG_CONFIG_HOME (or %APPDATA%, or ~/.config) /sightglass. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CONFIG_HOME'] || (process.platform === 'win32' ? env['APPDATA'] : undefined) || join(homedir(), '.config');
  return join(base, 'sightglass');
}

/** Written beside its place and renamed, so that a broken run leaves no half of a file; 0600 for keys. */
function write(path: string, text: string, mode: number): void {
  const part = `${path}.part`;
  writeFileSync(part, text, { mode });
  chmodSync(part, mode);
  renameSync(part, path);
}

/** A pair that is whole: key and certificate belong together and the certificate is valid for `days` more. */
function readPair(folder: string, name: string, now: number, days: number): Pair | undefined {
  try {
    const key = readFileSync(join(folder, `${name}.key`), 'utf8');
    const cert = readFileSync(join(folder, `${name}.crt`), 'utf8');
    const parsed = new X509Certificate(cert);
    const whole = parsed.checkPrivateKey(createPrivateKey(key));
    const inTime = Date.parse(parsed.validFrom) <= now && Date.parse(parsed.validTo) - now > days * DAY_MS;
    return whole && inTime ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

function keep(folder: string, name: string, pair: Pair): Pair {
  write(join(folder, `${name}.key`), pair.key, 0o600);
  write(join(folder, `${name}.crt`), pair.cert, 0o644);
  return pair;
}

async function makeAuthority(now: number): Promise<Pair> {
  // The time keeps two authorities of one machine apart, where a phone still trusts an older one.
  const name = `Sightglass on ${hostname().replaceAll(/[^\w.-]/g, '-')} ${new Date(now).toISOString().slice(0, 10)} ${now.toString(36)}`;
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + AUTHORITY_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function makeServer(authority: Pair, hosts: readonly string[], now: number): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: hosts[0] }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + (SERVER_DAYS - 1) * DAY_MS),
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })) },
    ],
  });
  return { key: made.private, cert: made.cert };
}

function isFor(cert: string, authority: string, hosts: readonly string[]): boolean {
  const own = new X509Certificate(cert);
  if (!own.verify(new X509Certificate(authority).publicKey)) return false;
  return hosts.every((host) => (isIP(host) ? own.checkIP(host) : own.checkHost(host)) !== undefined);
}

/**
 * The certificates of this machine: those kept from the last run where they are whole, in time and for these hosts,
 * else new ones. A new address only needs a new server certificate; the authority that phones trust stays.
 *
 * @param hosts addresses and names that phones will use, one or more
 * @throws Error where `folder` cannot be written
 */
export async function ensureCertificates(folder: string, hosts: readonly string[], now = Date.now()): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = readPair(folder, 'authority', now, SERVER_DAYS);
  const authority = kept ?? keep(folder, 'authority', await makeAuthority(now));
  const before = readPair(folder, 'server', now, RENEW_DAYS);
  const server =
    before && isFor(before.cert, authority.cert, hosts) ? before : keep(folder, 'server', await makeServer(authority, hosts, now));
  return {
    key: server.key,
    cert: `${server.cert.trimEnd()}\n${authority.cert}`,
    authority: authority.cert,
    fingerprint: new X509Certificate(authority.cert).fingerprint256,
    authorityIsNew: kept === undefined,
  };
}
