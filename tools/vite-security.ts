import type { Plugin } from 'vite';
import { fileHeaders, ISOLATION_HEADERS, META_CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../src/base/shared/headers.ts';

/**
 * The file `_headers`, which Netlify and Cloudflare Pages read (docs/hosting.md). No header stands under two paths that can both
 * match: Cloudflare would join their values. The rest these hosts do by themselves: types, and to ask anew for all other files.
 */
export function headersFile(): string {
  const lines = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  const { 'Cache-Control': keptForEver } = fileHeaders('/assets/*');
  return ['/*', ...lines({ ...ISOLATION_HEADERS, ...SECURITY_HEADERS }), '/assets/*', ...lines({ 'Cache-Control': keptForEver }), ''].join('\n');
}

/**
 * Puts the content security policy into the built page, for hosts that send no headers, and `_headers` beside it, for hosts
 * that read that. Not in development: Vite's own inline styles and scripts would be refused.
 */
export function contentSecurityPolicyPlugin(): Plugin {
  return {
    name: 'sightglass-content-security-policy',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
    },
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
