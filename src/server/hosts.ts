import { hostname } from 'node:os';
import { isIP } from 'node:net';

/** Addresses that mean all of a machine's. */
const WILDCARDS = new Set(['0.0.0.0', '::', '']);

/** Name or address of a Host header as a URL has it, without port and closing dot; undefined where it is none. */
function hostIn(header: string): string | undefined {
  try {
    const url = new URL(`http://${header}`);
    const isBare = url.pathname === '/' && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return isBare ? url.hostname.replace(/\.$/, '').replace(/^\[(.*)\]$/, '$1') : undefined;
  } catch {
    return undefined;
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Tells of a Host header whether it is one that the server was started for: names of loopback, the address that is bound, and the
 * names given. A page of another site that lets its own name lead here (DNS rebinding) sends that name, and gets nothing.
 *
 * @param bound address or name that is bound; for one that stands for all addresses every address and the machine's own name count,
 *   as rebinding needs a name
 * @param names further names, as a proxy in front sends them; `*` for any
 */
export function hostCheck(bound: string, names: readonly string[] = []): (header: string | undefined) => boolean {
  const own = new Set([bound, ...names].flatMap((name) => hostIn(isIP(name) === 6 ? `[${name}]` : name) ?? []));
  const isOpen = names.includes('*');
  const isWild = WILDCARDS.has(bound);
  return (header) => {
    if (isOpen) return true;
    const host = header === undefined ? undefined : hostIn(header);
    if (host === undefined || host === '') return false;
    return isLoopback(host) || own.has(host) || (isWild && (isIP(host) !== 0 || host === hostname().toLowerCase()));
  };
}
