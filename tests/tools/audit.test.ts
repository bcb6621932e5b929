import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shippedPackages } from '../../tools/audit/shipped';
import { ROOT } from '../support/shared';

interface Advisory {
  readonly severity: 'low' | 'moderate' | 'high' | 'critical';
  readonly vulnerable_versions: string;
}

/** A registry with an audit service as npm's (POST /-/npm/v1/security/advisories/bulk), or, without advisories, with none. */
class AuditRegistry {
  advisories: Readonly<Record<string, Advisory>> | undefined;
  asked: Readonly<Record<string, readonly string[]>> = {};
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const json = (status: number, body: object): void => void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      if (request.method === 'GET') {
        // What npm asks of each package with an advisory, to tell whether another version is free of it.
        const name = decodeURIComponent(request.url?.slice(1) ?? '');
        json(200, { name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { name, version: '1.0.0' } } });
      } else if (this.advisories && request.url?.endsWith('/advisories/bulk')) {
        const bytes = Buffer.concat(chunks);
        this.asked = JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()) as typeof this.asked;
        const found = Object.entries(this.advisories).filter(([name]) => name in this.asked);
        json(200, Object.fromEntries(found.map(([name, advisory], id) => [name, [{ id, url: `https://example.org/${name}`, title: `Fault of ${name}`, cwe: [], cvss: { score: 0, vectorString: null }, ...advisory }]])));
      } else json(405, { error: 'method not allowed' });
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const LOCK = {
  name: 'app', version: '1.0.0', lockfileVersion: 3, requires: true,
  packages: {
    '': { name: 'app', version: '1.0.0', dependencies: { served: '1.0.0' }, devDependencies: { bundled: '1.0.0', builder: '1.0.0', typed: '1.0.0' } },
    'node_modules/served': { version: '1.0.0' },
    'node_modules/bundled': { version: '1.0.0', dev: true, dependencies: { deep: '1.0.0' } },
    'node_modules/bundled/node_modules/deep': { version: '1.0.0', dev: true },
    'node_modules/deep': { version: '2.0.0', dev: true },
    'node_modules/builder': { version: '1.0.0', dev: true, dependencies: { deep: '2.0.0' } },
    'node_modules/typed': { version: '1.0.0', dev: true },
  },
};

describe('npm run tool -- audit', () => {
  const registry = new AuditRegistry();
  let folder: string;

  beforeAll(async () => {
    await registry.start();
    folder = mkdtempSync(join(tmpdir(), 'sightglass-audit-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify(LOCK.packages['']));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(LOCK));
    writeFileSync(join(folder, 'src/page.ts'), "import type { T } from 'typed';\nimport { own } from './own';\nconst later = (): Promise<unknown> => import('bundled/part.js');\nexport const x: T = [own, later];\n");
  });
  afterEach(() => (registry.advisories = undefined));
  afterAll(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const audit = (): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, npm_config_registry: registry.url, npm_config_fetch_retries: '0', npm_config_cache: join(folder, 'cache') };
      execFile(process.execPath, ['--import', 'tsx', 'tools/audit/main.ts', folder], { cwd: ROOT, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      );
    });

  it('knows what is shipped: with the service, and with the page however deep, but no tools and no types', async () => {
    expect([...(await shippedPackages(folder))].sort()).toEqual(['node_modules/bundled', 'node_modules/bundled/node_modules/deep', 'node_modules/served']);
  });

  it('finds in this project what its page and its service are made of', async () => {
    const shipped = await shippedPackages(ROOT);
    for (const name of ['lit', 'lit-html', 'comlink', 'onnxruntime-web', 'mediabunny', 'workbox-precaching', 'fastify', 'sharp', 'onnxruntime-node']) expect([...shipped], name).toContain(`node_modules/${name}`);
    for (const name of ['eslint', 'vite', 'vitest', 'playwright-core', 'typescript']) expect([...shipped], name).not.toContain(`node_modules/${name}`);
  });

  it('fails at a high fault of a package of the page, which is a development dependency', async () => {
    registry.advisories = { deep: { severity: 'high', vulnerable_versions: '<2.0.0' } };
    const { code, output } = await audit();
    expect(output).toContain('SHIPPED, high: deep');
    expect(output).toContain('Fault of deep (https://example.org/deep)');
    expect(code).toBe(1);
    expect(Object.keys(registry.asked).sort()).toEqual(['builder', 'bundled', 'deep', 'served', 'typed']);
  });

  it('tells of faults of tools and of small ones, and goes on', async () => {
    registry.advisories = { builder: { severity: 'critical', vulnerable_versions: '*' }, served: { severity: 'low', vulnerable_versions: '*' } };
    const { code, output } = await audit();
    expect(output).toContain('tool, critical: builder');
    expect(output).toContain('SHIPPED, low: served');
    expect(output).toContain('1 with known faults, 0 of them high or critical. Tools: 1');
    expect(code).toBe(0);
  });

  it('says that nothing is known where the registry does not answer', async () => {
    const { code, output } = await audit();
    expect(output).toContain('NOT AUDITED');
    expect(output).not.toContain('packages are shipped');
    expect(code).toBe(0);
  });
});
