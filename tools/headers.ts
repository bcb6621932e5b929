/**
 * Headers that make a page cross-origin isolated, without which browsers give no shared memory and so no threads
 * (HTML standard, cross-origin isolation). `require-corp`, as Safari knows no `credentialless`.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** Types that the servers' tables lack or that browsers insist on. */
const TYPES: readonly [suffix: string, type: string][] = [
  ['.wasm', 'application/wasm'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.onnx', 'application/octet-stream'],
  ['.webmanifest', 'application/manifest+json'],
];

/** Parts of the built page whose names change with their content. */
const IMMUTABLE = /^\/assets\//;

/**
 * Headers of one file of the built page: its type where a server's table may be wrong, and how long it may be kept.
 * @param pathname path of the address, for example `/assets/index-abc.js`
 */
export function fileHeaders(pathname: string): Record<string, string> {
  const type = TYPES.find(([suffix]) => pathname.endsWith(suffix))?.[1];
  return {
    ...(type === undefined ? {} : { 'Content-Type': type }),
    'Cache-Control': IMMUTABLE.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}
