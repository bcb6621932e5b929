import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { venvPython } from '../../support/python';
import { encodedImage, post, startService, type TestService } from '../../support/server/service';

const CONFIG = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));
/** Others by `FUZZ_SEED=7 FUZZ_EXAMPLES=1000`: made requests of each operation, besides those that cover what its document says. */
const SEED = process.env['FUZZ_SEED'] ?? '20';
const EXAMPLES = Number(process.env['FUZZ_EXAMPLES'] ?? 60);

/** Schemathesis' command from PyPI; undefined, with a loud word, where it cannot be had. */
function findSchemathesis(): string | undefined {
  const command = (python: string): string => join(dirname(python), 'st');
  const python = venvPython('venv-schemathesis', (found) => existsSync(command(found)), 'schemathesis==4.32.5');
  if (python !== undefined) return command(python);
  console.warn('\n*** SKIPPED: the OpenAPI document is not held against the service: Schemathesis needs Python 3 with venv and pip. ***\n');
  return undefined;
}

const schemathesis = findSchemathesis();

interface Finished {
  readonly status: number | null;
  readonly output: string;
}

describe.skipIf(schemathesis === undefined)('Schemathesis', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 2, queue: 64, maxFiles: 4, maxPixels: 4_000_000, timeoutMs: 20_000, waitMs: 60_000 });
  });
  afterAll(() => service.end());

  const run = (...options: readonly string[]): Promise<Finished> => {
    const child = spawn(schemathesis ?? '', ['--no-color', '--config-file', CONFIG, 'run', `${service.url}/openapi.json`, '--seed', SEED, '--request-timeout', '30', '--no-shrink', ...options], { cwd: service.root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (output += part));
    return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
  };

  it('finds nothing that the OpenAPI document does not say, no fault, and no process is lost', { timeout: (EXAMPLES + 150) * 1000 }, async () => {
    const { pids } = service.pool;
    const { status, output } = await run('--phases', 'coverage,fuzzing', '--max-examples', String(EXAMPLES), '--max-time', String(EXAMPLES + 100), '--continue-on-failure');
    expect(status, output).toBe(0);
    const operations = Object.values(((await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, object> }).paths).flatMap(Object.keys).length;
    // All but the document itself.
    expect(output).toContain(`Selected: ${operations - 1}/${operations - 1}`);
    const [, passed] = /(\d+) generated, \1 passed/.exec(output) ?? [];
    expect(Number(passed), output).toBeGreaterThan(300);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    // It came as far as the models, or this says little.
    expect(metrics).toMatch(/^sightglass_problems_total\{code="bad-tensor"\} [1-9]/m);
    expect(metrics).toMatch(/^sightglass_problems_total\{code="unsupported-type"\} [1-9]/m);
    expect(service.pool.pids).toEqual(pids);
    expect(service.pool.restarts).toBe(0);
    expect((await post(`${service.url}/predict`, await encodedImage())).status).toBe(200);
  });

  it('would tell of an answer that the document does not have', { timeout: 120_000 }, async () => {
    expect(readFileSync(CONFIG, 'utf8')).not.toMatch(/status_code_conformance/);
    // The service as it is, held against a document that leaves its refusals out.
    const document = JSON.parse(await (await fetch(`${service.url}/openapi.json`)).text()) as { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> };
    const { responses } = document.paths['/predict']['post'];
    for (const code of Object.keys(responses)) if (code !== '200') delete responses[code];
    const other = service.app.server.listeners('request');
    service.app.server.removeAllListeners('request').on('request', (request, response) => {
      if (request.url === '/openapi.json') response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
      else for (const listener of other) listener.call(service.app.server, request, response);
    });
    const { status, output } = await run('--include-path', '/predict', '--phases', 'coverage', '--max-time', '20', '--max-failures', '1');
    expect(status, output).toBe(1);
    expect(output).toContain('Undocumented status code');
  });
});
