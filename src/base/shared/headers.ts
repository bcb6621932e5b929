// Headers of every answer, for all our servers, and for the service worker where a static host sends none.

/**
 * Headers that make a page cross-origin isolated, without which browsers give no shared memory and so no threads
 * (HTML standard, cross-origin isolation). `require-corp`, as Safari knows no `credentialless`.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** What the page may load (CSP level 3): its own origin's files and blobs that it made itself, and nothing else. */
const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  // WebAssembly only: no eval, no inline scripts.
  'script-src': "'self' 'wasm-unsafe-eval'",
  // Lit's style sheets are constructed ones, which need no allowance.
  'style-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  'connect-src': "'self' blob:",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  // No text becomes HTML or code but by a policy: Lit's for its templates, ours for addresses of workers (own-scripts.ts).
  'require-trusted-types-for': "'script'",
  'trusted-types': 'lit-html default',
};

const policyText = (policy: Readonly<Record<string, string>>): string =>
  Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

/** The policy for a `<meta>`: the same but for `frame-ancestors`, which browsers only take from a header. */
export const META_CONTENT_SECURITY_POLICY = policyText(POLICY);

/** Features by who may use them: this page alone, or nobody. Names that Chromium does not know would be warned of in its console. */
const OWN_FEATURES = [
  'autoplay', 'camera', 'clipboard-write', 'compute-pressure', 'cross-origin-isolated', 'display-capture', 'fullscreen', 'picture-in-picture',
  'screen-wake-lock',
];
const NO_FEATURES = [
  'accelerometer', 'browsing-topics', 'captured-surface-control', 'clipboard-read', 'deferred-fetch', 'deferred-fetch-minimal',
  'digital-credentials-create', 'digital-credentials-get', 'encrypted-media', 'gamepad', 'geolocation', 'gyroscope', 'hid',
  'identity-credentials-get', 'idle-detection', 'interest-cohort', 'keyboard-map', 'language-detector', 'language-model', 'local-fonts',
  'local-network', 'local-network-access', 'loopback-network', 'magnetometer', 'microphone', 'midi', 'on-device-speech-recognition', 'otp-credentials', 'payment',
  'private-state-token-issuance', 'private-state-token-redemption', 'publickey-credentials-create', 'publickey-credentials-get', 'serial',
  'speaker-selection', 'storage-access', 'summarizer', 'sync-xhr', 'translator', 'usb', 'window-management', 'xr-spatial-tracking',
];

/** For every answer of a server; a page that is opened from elsewhere learns nothing and a frame of another site gets nothing. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': `${META_CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`,
  'Permissions-Policy': [...OWN_FEATURES.map((name) => `${name}=(self)`), ...NO_FEATURES.map((name) => `${name}=()`)].join(', '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Types that the servers' tables lack or that browsers insist on. */
const TYPES: readonly [suffix: string, type: string][] = [
  ['.wasm', 'application/wasm'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.onnx', 'application/octet-stream'],
  ['.txt', 'text/plain; charset=utf-8'],
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
