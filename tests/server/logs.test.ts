import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULTS, type Settings } from '../../src/server/settings';
import { encodedImage, form, makeSite, post, SCRIPTED_PROCESS } from '../support/server/service';
import { ROOT } from '../support/shared';

/** What operators look for in every line (pino's names). */
interface Line {
  readonly level: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly pid: number;
  readonly msg: string;
  readonly reqId?: string;
  readonly req?: { readonly method: string; readonly url: string };
  readonly res?: { readonly statusCode: number };
  /** Milliseconds. */
  readonly responseTime?: number;
  readonly code?: string;
  readonly err?: { readonly type: string; readonly message: string; readonly stack: string };
}

const source = (file: string): string => JSON.stringify(pathToFileURL(join(ROOT, file)).href);

describe('the log in JSON', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  /** Runs the service, as `npm run serve` does, or with code of a test; calls back with its address, stops it, and reads what it wrote. */
  async function linesOf(args: readonly string[], work: (url: string) => Promise<void>, quiet = true): Promise<readonly Line[]> {
    const begun = Date.now();
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } });
    ends.push(() => child.kill('SIGKILL'));
    let [output, complaints] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const [, address] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(output) ?? [];
        if (address !== undefined) resolve(address);
      });
      void ended.then(() => reject(new Error(`It ended: ${output}${complaints}`)));
    });
    await work(url);
    child.kill('SIGTERM');
    expect(await ended, complaints).toBe(0);
    // A process that aborts prints a stack of its own.
    if (quiet) expect(complaints).toBe('');
    expect(output.endsWith('\n')).toBe(true);
    const lines = output.trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
    for (const line of lines) {
      expect([10, 20, 30, 40, 50, 60], line.msg).toContain(line.level);
      expect(line).toMatchObject({ time: expect.any(Number) as number, pid: expect.any(Number) as number, msg: expect.stringMatching(/\S/) as string });
      expect(line.time).toBeGreaterThanOrEqual(begun);
      expect(line.time).toBeLessThanOrEqual(Date.now());
    }
    return lines;
  }

  it('has a line for the start, each request and the end, and what operators look for in each', async () => {
    const { folder, remove } = makeSite();
    ends.push(remove);
    const png = await encodedImage();
    const options = { port: 0, workers: 1, folder, 'log-format': 'json', 'log-level': 'info' };
    const lines = await linesOf([join(ROOT, 'src/server/main.ts'), ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)], async (url) => {
      const named = await fetch(`${url}/predict?k=1`, { method: 'POST', body: form([['file', 'mother-in-law.png', png]]), headers: { 'X-Request-Id': 'order-66' } });
      expect([named.status, named.headers.get('x-request-id')]).toEqual([200, 'order-66']);
      expect((await post(`${url}/predict`, 'the word of a caller')).status).toBe(415);
      expect((await fetch(`${url}/nothing`)).status).toBe(404);
    });
    expect(lines[0].msg).toMatch(/^(Server listening|Sightglass recognises) at http/);
    expect(lines.some(({ msg }) => msg.startsWith('Sightglass recognises at http'))).toBe(true);
    expect(lines.some(({ msg }) => msg.startsWith('SIGTERM: stopping'))).toBe(true);
    const completed = lines.filter(({ responseTime }) => responseTime !== undefined);
    expect(completed.map(({ res }) => res?.statusCode)).toEqual([200, 415, 404]);
    const requests = completed.map(({ reqId }) => lines.find((line) => line.reqId === reqId && line.req !== undefined)?.req);
    expect(requests).toMatchObject([{ method: 'POST', url: '/predict?k=1' }, { method: 'POST', url: '/predict' }, { method: 'GET', url: '/nothing' }]);
    expect(completed[0].reqId).toBe('order-66');
    expect(new Set(completed.map(({ reqId }) => reqId)).size).toBe(3);
    for (const { responseTime } of completed) expect(responseTime).toBeGreaterThan(0);
    // What is sent is nobody's business.
    expect(JSON.stringify(lines)).not.toMatch(/mother-in-law|word of a caller/);
  });

  it('has the fault, its code and its stack where the service itself has failed, under the id that the caller got', async () => {
    const { folder, remove } = makeSite();
    ends.push(remove);
    const settings: Settings = { ...DEFAULTS, port: 0, workers: 1, folder, models: join(folder, 'models'), logFormat: 'json' };
    const code = `import { createService } from ${source('src/server/service.ts')};
      const service = await createService(${JSON.stringify(settings)}, ${JSON.stringify(SCRIPTED_PROCESS)});
      process.once('SIGTERM', () => void service.stop());
      console.log(JSON.stringify({ level: 30, time: Date.now(), pid: process.pid, msg: await service.listen() }));`;
    const ids: (string | null)[] = [];
    const lines = await linesOf(['--input-type=module', '--eval', code], async (url) => {
      for (const picture of ['answer', 'broken', 'crash']) ids.push((await post(`${url}/predict`, picture)).headers.get('x-request-id'));
    }, false);
    const faults = lines.filter(({ level }) => level >= 50);
    expect(faults.map(({ reqId }) => reqId)).toEqual(ids.slice(1));
    expect(faults).toMatchObject([{ code: 'internal', msg: /network failed/ }, { code: 'worker-crashed', msg: /ended before its answer/ }].map(({ code: name, msg }) => ({ code: name, msg: expect.stringMatching(msg) as string })));
    for (const { err } of faults) expect(err).toMatchObject({ type: expect.any(String) as string, message: expect.stringMatching(/\S/) as string, stack: expect.stringMatching(/\n +at /) as string });
    // Pictures that are answered, and requests, are no errors.
    expect(lines).toHaveLength(3);
  });
});
