import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../../src/base/shared/headers';
import { headersFile } from '../../tools/vite-security';
import { ROOT } from '../support/shared';

const HEADERS: Readonly<Record<string, string>> = { ...ISOLATION_HEADERS, ...SECURITY_HEADERS };

describe('headers for other hosts', () => {
  it('are in nginx\'s configuration what our own servers send', () => {
    const text = readFileSync(join(ROOT, 'deploy/nginx/sightglass.conf'), 'utf8');
    const found = [...text.matchAll(/^ *add_header (\S+) (.+) always;$/gm)].map(([, name, value]) => [name, value.replace(/^"(.*)"$/, '$1')]);
    expect(Object.fromEntries(found)).toEqual({ ...HEADERS, 'Cache-Control': '$sightglass_cache' });
    expect(text.match(/^\s*add_header /gm)).toHaveLength(found.length);
  });

  it('are in _headers each under one path that can match, in lines that Cloudflare takes', () => {
    const lines = headersFile().split('\n');
    const names = lines.filter((line) => line.startsWith('  ')).map((line) => line.trim().split(':', 1)[0]);
    expect(names.sort()).toEqual([...Object.keys(HEADERS), 'Cache-Control'].sort());
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(2000);
  });
});
