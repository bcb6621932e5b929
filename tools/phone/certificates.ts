import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, homedir } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, id_ce_nameConstraints, NameConstraints } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Apple refuses server certificates that live longer than 398 days (support.apple.com/102028). */
const SERVER_DAYS = 397;
/** A server certificate is made anew this long before its end. */
const RENEW_DAYS = 30;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** What the authority may speak for: addresses of networks at home (RFC 1918, 3927, 6598, loopback), and no name of the internet. */
const PERMITTED = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10', '127.0.0.0/8'];
const PERMITTED_NAMES = ['localhost', 'local'];

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

/**
 * Written beside its place and renamed, so that a broken run leaves no half of a file. The part is a new file each time: what an earlier run
 * left may be readable by others, or lead elsewhere.
 */
function write(path: string, text: string, mode: number): void {
  const part = `${path}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, text, { mode, flag: 'wx' });
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

const isPrivate = (host: string): boolean => /^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(host);

/** The extension that keeps who has the authority's key from posing as other sites: permitted networks, and hosts beyond them that are served. */
function nameConstraints(hosts: readonly string[]): ArrayBuffer {
  const beyond = hosts.filter((host) => (isIP(host) ? !isPrivate(host) : !PERMITTED_NAMES.some((name) => host === name || host.endsWith(`.${name}`))));
  const addresses = [...PERMITTED, ...beyond.filter((host) => isIP(host)).map((host) => `${host}/${isIP(host) === 4 ? 32 : 128}`)];
  const names = [...PERMITTED_NAMES, ...beyond.filter((host) => !isIP(host))];
  const bases = [...addresses.map((iPAddress) => new GeneralName({ iPAddress })), ...names.map((dNSName) => new GeneralName({ dNSName }))];
  const permittedSubtrees = new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
  return AsnConvert.serialize(new NameConstraints({ permittedSubtrees }));
}

async function newKeys(): Promise<{ readonly keys: CryptoKeyPair; readonly pem: string }> {
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  return { keys, pem: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY') };
}

/** Positive and of 16 bytes at most (RFC 5280, 4.1.2.2). */
const serialNumber = (): string => `00${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;

async function makeAuthority(hosts: readonly string[], now: number): Promise<Pair> {
  const { keys, pem } = await newKeys();
  // The time keeps two authorities of one machine apart, where a phone still trusts an older one.
  const name = `Sightglass on ${hostname().replaceAll(/[^\w.-]/g, '-')} ${new Date(now).toISOString().slice(0, 10)} ${now.toString(36)}`;
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: CURVE,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(id_ce_nameConstraints, true, nameConstraints(hosts)),
    ],
  });
  return { key: pem, cert: made.toString('pem') };
}

async function makeServer(authority: Pair, hosts: readonly string[], now: number): Promise<Pair> {
  const { keys, pem } = await newKeys();
  const der = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    // No name here: OpenSSL holds a common name that looks like a host to the authority's constraints on names, even where it is an address.
    subject: [{ CN: ['Sightglass on this network'] }],
    issuer: new x509.X509Certificate(authority.cert).subject,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + (SERVER_DAYS - 1) * DAY_MS),
    signingAlgorithm: CURVE,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }))),
    ],
  });
  return { key: pem, cert: made.toString('pem') };
}

/** Whether an authority is held to what these hosts need: one of an earlier version may speak for every site. */
const isConstrained = (authority: Pair, hosts: readonly string[]): boolean =>
  new X509Certificate(authority.cert).raw.includes(Buffer.from(nameConstraints(hosts)));

function isFor(cert: string, authority: string, hosts: readonly string[]): boolean {
  const own = new X509Certificate(cert);
  if (!own.verify(new X509Certificate(authority).publicKey)) return false;
  return hosts.every((host) => (isIP(host) ? own.checkIP(host) : own.checkHost(host)) !== undefined);
}

/**
 * The certificates of this machine: those kept from the last run where they are whole, in time and for these hosts,
 * else new ones. A new address in a network at home only needs a new server certificate; the authority that phones trust stays.
 *
 * @param hosts addresses and names that phones will use, one or more
 * @throws Error where `folder` cannot be written
 */
export async function ensureCertificates(folder: string, hosts: readonly string[], now = Date.now()): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = readPair(folder, 'authority', now, SERVER_DAYS);
  const kept = found && isConstrained(found, hosts) ? found : undefined;
  const authority = kept ?? keep(folder, 'authority', await makeAuthority(hosts, now));
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
