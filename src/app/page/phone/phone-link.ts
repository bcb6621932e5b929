import type { PhoneLink } from '../../shared/phone-link';

/** Beside the page; only `npm run phone` puts an address into it. */
const PHONE_FILE = 'phone.json';

/** How a phone may reach this page. */
export type WayToPhone =
  /** `npm run phone` serves it on the local network. */
  | { readonly kind: 'local'; readonly link: PhoneLink }
  /** The page's own address is one that phones can open. */
  | { readonly kind: 'public'; readonly url: string }
  /** It is only on this machine. */
  | { readonly kind: 'none' };

function isLink(value: unknown): value is PhoneLink {
  if (typeof value !== 'object' || value === null) return false;
  const { url, authorityUrl, fingerprint } = value as Partial<Record<keyof PhoneLink, unknown>>;
  return [url, authorityUrl].every((text) => typeof text === 'string' && text.startsWith('https://')) && typeof fingerprint === 'string';
}

async function fetchLink(page: string, fetcher: typeof fetch): Promise<PhoneLink | undefined> {
  try {
    const response = await fetcher(new URL(PHONE_FILE, page), { cache: 'no-store' });
    const answer: unknown = response.ok ? await response.json() : undefined;
    return isLink(answer) ? answer : undefined;
  } catch {
    // No network, or a host without that file.
    return undefined;
  }
}

/** Addresses of this machine alone (WHATWG secure contexts: loopback). */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** @param page the page's own address */
export async function wayToPhone(page: string, fetcher: typeof fetch = fetch): Promise<WayToPhone> {
  const link = await fetchLink(page, fetcher);
  if (link) return { kind: 'local', link };
  const { protocol, hostname, origin, pathname } = new URL(page);
  // Without https a phone gives no camera.
  return protocol === 'https:' && !isLoopback(hostname) ? { kind: 'public', url: origin + pathname } : { kind: 'none' };
}
