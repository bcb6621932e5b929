/**
 * Headers that make a page cross-origin isolated, without which browsers give no shared memory and so no threads
 * (HTML standard, cross-origin isolation). `require-corp`, as Safari knows no `credentialless`.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;
