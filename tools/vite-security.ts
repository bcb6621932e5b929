import type { Plugin } from 'vite';
import { META_CONTENT_SECURITY_POLICY } from '../src/base/shared/headers.ts';

/**
 * Puts the content security policy into the built page, for hosts that send no headers. Not in development: Vite's own
 * inline styles and scripts would be refused.
 */
export function contentSecurityPolicyPlugin(): Plugin {
  return {
    name: 'sightglass-content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: META_CONTENT_SECURITY_POLICY },
        // First of all, so that it holds for what comes after it.
        injectTo: 'head-prepend',
      },
      { tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head' },
    ],
  };
}
