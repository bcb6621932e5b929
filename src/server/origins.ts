import type { IncomingHttpHeaders } from 'node:http';

/** Headers of answers that a page of another site may read. */
const EXPOSED = 'Sightglass-Model, Server-Timing, X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Inference-Header-Content-Length';
/** Seconds for which a browser may keep what a preflight said; two hours are the most that Chromium takes. */
const PREFLIGHT_SECONDS = 7200;

/** Which pages may call the service. */
export interface Origins {
  /** Whether a page that may not has sent a request. Programs send none of the headers that tell of pages, and may. */
  isForeign(headers: IncomingHttpHeaders): boolean;
  /** CORS headers (Fetch standard) for a request of a page of another origin that may call; undefined for all others. */
  headersFor(method: string, headers: IncomingHttpHeaders): Readonly<Record<string, string>> | undefined;
}

/** Host and port of an origin, as a Host header has them; undefined for `null` and for what is none. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/**
 * Browsers say where a request comes from in two ways: Sec-Fetch-Site, to addresses that are secure only, and Origin, with every POST.
 * @param allowed origins beside the service's own, such as `https://example.org`; `*` for any
 */
export function origins(allowed: readonly string[]): Origins {
  const isAllowed = (origin: string): boolean => allowed.includes('*') || allowed.includes(origin);
  return {
    isForeign({ origin, host, 'sec-fetch-site': site }) {
      if (site === 'same-origin' || site === 'none') return false;
      if (origin === undefined) return site === 'cross-site';
      return hostOf(origin) !== host?.toLowerCase() && !isAllowed(origin);
    },
    headersFor(method, headers) {
      const { origin } = headers;
      if (origin === undefined || !isAllowed(origin)) return undefined;
      const common = { 'Access-Control-Allow-Origin': allowed.includes('*') ? '*' : origin, Vary: 'Origin' };
      if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return { ...common, 'Access-Control-Expose-Headers': EXPOSED };
      return {
        ...common,
        'Access-Control-Allow-Methods': 'GET, HEAD, POST',
        'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-API-Key, X-Request-Id, Inference-Header-Content-Length',
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      };
    },
  };
}
