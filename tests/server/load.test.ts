import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProblemBody } from '../../src/server/problem';
import type { BatchResult } from '../../src/server/routes/predict';
import { form, post, startService, type TestService } from '../support/server/service';
import type { Settings } from '../../src/server/settings';

/** These tests say how long an image takes, through tests/support/server/scripted-process.mjs. */
describe('under load', () => {
  let service: TestService | undefined;
  afterEach(async () => {
    await service?.end();
    service = undefined;
  });
  const start = async (settings: Partial<Settings>): Promise<TestService> => (service = await startService(settings, true));
  const errorOf = async (response: Response): Promise<ProblemBody> => ((await response.json()) as { error: ProblemBody }).error;
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^sightglass_${name} ([\\d.]+)$`, 'm').exec(await (await fetch(`${service?.url}/metrics`)).text())?.[1]);

  it('takes as many pictures as it has workers and places, refuses the next with 503 and Retry-After, and takes pictures again', async () => {
    const { url } = await start({ workers: 2, queue: 3 });
    const waiting = Array.from({ length: 5 }, () => post(`${url}/predict`, 'sleep 2000'));
    await expect.poll(() => metric('queue_length')).toBe(3);
    expect(await metric('workers_busy')).toBe(2);
    const refused = await post(`${url}/predict`, 'answer');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await errorOf(refused)).toMatchObject({ code: 'busy', message: 'All 2 workers are busy and 3 pictures wait already.' });
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok', busy: 2, queued: 3 });
    expect((await Promise.all(waiting)).map((r) => r.status)).toEqual([200, 200, 200, 200, 200]);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    expect(await metric('queue_length')).toBe(0);
  });

  it('gives a picture that comes alone as many threads as there are workers, and one thread beside others', async () => {
    const { url } = await start({ workers: 3, queue: 0 });
    const threads = async (): Promise<unknown> => ((await (await post(`${url}/predict?k=1`, 'threads')).json()) as unknown[])[0];
    expect(await threads()).toMatchObject({ label: '3 threads' });
    const other = post(`${url}/predict`, 'sleep 2000');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    expect(await threads()).toMatchObject({ label: '1 threads' });
    await other;
    expect(await threads()).toMatchObject({ label: '3 threads' });
  });

  it('can do without a queue', async () => {
    const { url } = await start({ workers: 1, queue: 0 });
    const first = post(`${url}/predict`, 'sleep 2000');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(503);
    expect((await first).status).toBe(200);
  });

  it('tells each file of a batch that found no place, and refuses the batch where none did', async () => {
    const { url } = await start({ workers: 1, queue: 0 });
    const busy = post(`${url}/predict`, 'sleep 2000');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    const batch = (texts: readonly string[]): Promise<Response> =>
      fetch(`${url}/predict/batch`, { method: 'POST', body: form(texts.map((text, i) => ['file', `${i}`, text] as const)) });
    const refused = await batch(['answer', 'answer']);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    await busy;
    const { results } = (await (await batch(['answer', 'crash', 'answer'])).json()) as { results: BatchResult[] };
    expect(results).toMatchObject([{ predictions: [{}, {}, {}] }, { error: { code: 'worker-crashed' } }, { predictions: [{}, {}, {}] }]);
  });

  it('kills a worker that takes too long, answers 504, and works on', async () => {
    const { url, pool } = await start({ workers: 1, queue: 5, timeoutMs: 1500 });
    const hung = await post(`${url}/predict`, 'hang');
    expect(hung.status).toBe(504);
    expect(await errorOf(hung)).toMatchObject({ code: 'timed-out', message: 'There was no answer within 1500 ms, waiting included.' });
    await expect.poll(async () => (await post(`${url}/predict`, 'answer')).status, { timeout: 10_000 }).toBe(200);
    expect(pool.busy).toBe(0);
  });

  it('counts waiting as well: a picture whose time runs out in the queue gets 504 too', async () => {
    const { url } = await start({ workers: 1, queue: 5, timeoutMs: 4000 });
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    // Each alone has a second and a half to spare, the second behind the first is a second too late.
    const first = post(`${url}/predict`, 'sleep 2500');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    const second = post(`${url}/predict`, 'sleep 2500');
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(504);
  });

  it('outlives a picture that crashes its worker, and does not tell of the inside', async () => {
    const { url } = await start({ workers: 1, queue: 5 });
    const crashed = await post(`${url}/predict`, 'crash');
    expect(crashed.status).toBe(500);
    expect(await errorOf(crashed)).toMatchObject({ code: 'worker-crashed' });
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    const broken = await post(`${url}/predict`, 'broken');
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('secret');
  });

  it('bounds what uploads hold together', async () => {
    const { url } = await start({ workers: 1, maxBytes: 100_000, maxHeldBytes: 150_000 });
    const agent = new Agent();
    const slow = httpRequest(`${url}/predict`, { agent, method: 'POST', headers: { 'Content-Type': 'image/png', 'Content-Length': 100_000 } });
    const answered = new Promise<number | undefined>((resolve, reject) => slow.on('response', (r) => resolve(r.resume().statusCode)).on('error', reject));
    slow.write('answer ');
    await expect.poll(() => metric('held_upload_bytes')).toBe(100_000);
    const refused = await post(`${url}/predict`, `answer${' '.repeat(80_000)}`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    slow.end(Buffer.alloc(100_000 - 7, ' '));
    expect(await answered).toBe(200);
    await expect.poll(() => metric('held_upload_bytes')).toBe(0);
    agent.destroy();
  });

  it('stops with grace: what is there is answered, what comes is refused, then the port is free', async () => {
    const { url, stop } = await start({ workers: 1, queue: 5 });
    const answers = Promise.all(['sleep 2000', 'sleep 300'].map((text) => post(`${url}/predict`, text)));
    await expect.poll(() => metric('queue_length')).toBe(1);
    // An upload that is on its way when the order comes.
    const slow = httpRequest(`${url}/predict`, { method: 'POST', headers: { 'Content-Type': 'image/png', 'Content-Length': 6 } });
    const slowStatus = new Promise<number | undefined>((resolve, reject) => slow.on('response', (r) => resolve(r.resume().statusCode)).on('error', reject));
    slow.write('ans');
    // A request of which only the head has begun.
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    const ended = new Promise((resolve, reject) => socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject).on('close', resolve));
    socket.write(`POST /predict HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: image/png\r\n`);
    await expect.poll(() => metric('held_upload_bytes')).toBeGreaterThan(0);
    const stopped = stop();
    socket.write('Content-Length: 6\r\n\r\nanswer');
    slow.end('wer');
    const answered = await answers;
    expect(answered.map((r) => r.status)).toEqual([200, 200]);
    expect(answered.map((r) => r.headers.get('connection'))).toEqual(['close', 'close']);
    expect(await slowStatus).toBe(200);
    await ended;
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toMatch(/retry-after: \d+/i);
    expect(text).toMatch(/connection: close/i);
    expect(text).toContain('"code":"stopping"');
    await stopped;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('does not wait longer than it was told to', async () => {
    const { url, stop } = await start({ workers: 1, drainMs: 300, timeoutMs: 60_000 });
    const hung = post(`${url}/predict`, 'hang').then((r) => r.status, () => 'cut');
    await sleep(200);
    await stop();
    expect(await hung).toBe('cut');
  });
});
