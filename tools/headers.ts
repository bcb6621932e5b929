/** What all our servers send with every answer; the service worker sends the same (src/base/shared/headers.ts). */
export { ISOLATION_HEADERS, META_CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../src/base/shared/headers.ts';

/** Types that the servers' tables lack or that browsers insist on. */
const TYPES: readonly [suffix: string, type: string][] = [
  ['.wasm', 'application/wasm'],
  ['.js', 'text/javascript; charset=utf-8'],
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
  };
}
