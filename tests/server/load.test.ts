import { setTimeout as sleep } from 'node:timers/promises';
import { request as httpRequest, type ClientRequest } from 'node:http';
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

  /** Codes of all problems that it has counted. */
  const problems = async (): Promise<string[]> => [...(await (await fetch(`${service?.url}/metrics`)).text()).matchAll(/^sightglass_problems_total\{code="(.*?)"\}/gm)].map(([, code]) => code);

  /** An upload that announces more than it sends; `answered` resolves with its status, or `cut` where there is none. */
  const halfUpload = (url: string, announced: number, sent: string): { readonly request: ClientRequest; readonly answered: Promise<number | string | undefined> } => {
    const request = httpRequest(`${url}/predict`, { agent: false, method: 'POST', headers: { 'Content-Type': 'image/png', 'Content-Length': announced } });
    const answered = new Promise<number | string | undefined>((resolve) => request.on('response', (r) => resolve(r.resume().statusCode)).on('error', () => resolve('cut')));
    request.flushHeaders();
    if (sent !== '') request.write(sent);
    return { request, answered };
  };

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
    expect(await errorOf(hung)).toMatchObject({ code: 'timed-out', message: 'The picture was not recognised within 1500 ms.' });
    await expect.poll(async () => (await post(`${url}/predict`, 'answer')).status, { timeout: 10_000 }).toBe(200);
    expect(pool.busy).toBe(0);
  });

  it('counts from the start of work: a picture that waits longer than work may take is answered, and no process is lost', async () => {
    const { url, pool } = await start({ workers: 1, queue: 5, timeoutMs: 4000 });
    const { pids } = pool;
    // Each alone is within its time; the last is answered after more than that.
    const answers = await Promise.all([1, 2, 3].map(() => post(`${url}/predict`, 'sleep 2000')));
    expect(answers.map((r) => r.status)).toEqual([200, 200, 200]);
    expect(pool.pids).toEqual(pids);
  });

  it('answers 503 to a picture that has waited too long, drops it, and goes on with what has not', async () => {
    const { url, pool } = await start({ workers: 1, queue: 5, waitMs: 1000 });
    const { pids } = pool;
    const first = post(`${url}/predict`, 'sleep 3000');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    const late = await post(`${url}/predict`, 'crash');
    expect(late.status).toBe(503);
    expect(late.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await errorOf(late)).toMatchObject({ code: 'busy', message: 'No process was free within 1000 ms.' });
    expect(await metric('queue_length')).toBe(0);
    expect((await first).status).toBe(200);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    // Neither the long wait nor what was dropped has cost a process.
    expect(pool.pids).toEqual(pids);
  });

  it('says after how long to come again: at most twice as long as the queue takes', async () => {
    const { url } = await start({ workers: 1, queue: 4 });
    const fill = (): Promise<Response>[] => Array.from({ length: 5 }, () => post(`${url}/predict`, 'sleep 400'));
    // It learns how long work takes, whatever it has waited.
    for (let round = 0; round < 3; round++) await Promise.all(fill());
    const begun = performance.now();
    const waiting = fill();
    await expect.poll(() => metric('queue_length')).toBe(4);
    const refused = await post(`${url}/predict`, 'answer');
    expect(refused.status).toBe(503);
    expect((await Promise.all(waiting)).map((r) => r.status)).toEqual([200, 200, 200, 200, 200]);
    const seconds = (performance.now() - begun) / 1000;
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(Math.ceil(2 * seconds));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('refuses at the door, before its bytes are there, what would have to wait too long', async () => {
    const { url, pool } = await start({ workers: 1, queue: 50, waitMs: 2500 });
    for (let i = 0; i < 5; i++) await post(`${url}/predict`, 'sleep 700');
    const long = post(`${url}/predict`, 'sleep 8000');
    // Overdue: from here on only what is added counts.
    await expect.poll(() => metric('workers_busy')).toBe(1);
    await expect.poll(() => pool.expectedWaitMs).toBe(0);
    const waiting: Promise<Response>[] = [];
    while (pool.expectedWaitMs <= 2500) {
      waiting.push(post(`${url}/predict`, 'answer'));
      await expect.poll(() => pool.queued).toBe(waiting.length);
    }
    expect(waiting.length).toBeLessThan(20);
    const { request, answered } = halfUpload(url, 1000, '');
    expect(await answered).toBe(503);
    request.destroy();
    await Promise.all([long, ...waiting]);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
  });

  it('drops what nobody waits for any more', async () => {
    const { url } = await start({ workers: 1, queue: 5 });
    const first = post(`${url}/predict`, 'sleep 2000');
    await expect.poll(() => metric('workers_busy')).toBe(1);
    const abort = new AbortController();
    const left = fetch(`${url}/predict`, { method: 'POST', body: 'crash', headers: { 'Content-Type': 'image/png' }, signal: abort.signal }).catch(() => 'left');
    await expect.poll(() => metric('queue_length')).toBe(1);
    abort.abort();
    expect(await left).toBe('left');
    await expect.poll(() => metric('queue_length')).toBe(0);
    expect((await first).status).toBe(200);
    expect(await problems()).toEqual(['aborted']);
  });

  it('replaces a process that ends while it has nothing to do, and nobody notices', async () => {
    const { url, pool } = await start({ workers: 2, queue: 5 });
    for (let round = 1; round <= 4; round++) {
      await expect.poll(() => pool.pids.length, { timeout: 20_000 }).toBe(2);
      const [victim] = pool.pids;
      process.kill(victim, 'SIGKILL');
      // Before and after the death is heard of.
      const answers = await Promise.all(Array.from({ length: 4 }, () => post(`${url}/predict`, 'answer')));
      expect(answers.map((r) => r.status)).toEqual([200, 200, 200, 200]);
      await expect.poll(() => metric('worker_restarts_total'), { timeout: 20_000 }).toBe(round);
      expect(pool.pids).not.toContain(victim);
    }
  });

  it('starts again what ends while it starts, and answers what waits meanwhile', async () => {
    const { url, pool } = await start({ workers: 1, queue: 5 });
    process.kill(pool.pids[0], 'SIGKILL');
    for (let restarts = 1; restarts <= 3; restarts++) {
      await expect.poll(() => pool.restarts, { interval: 5, timeout: 20_000 }).toBe(restarts);
      process.kill(pool.pids[0], 'SIGKILL');
    }
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
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

  it('loses none but the pictures that crash', async () => {
    const { url } = await start({ workers: 2, queue: 60, waitMs: 60_000, timeoutMs: 60_000 });
    const words = ['die 300', 'die 300', ...Array.from({ length: 26 }, (_, i) => (i % 4 === 3 ? 'crash' : 'answer'))];
    const answers = await Promise.all(words.map((word) => post(`${url}/predict`, word)));
    expect(answers.map((r) => r.status)).toEqual(words.map((word) => (word === 'answer' ? 200 : 500)));
  });

  it('answers what waits behind a picture whose time is up', async () => {
    const { url } = await start({ workers: 1, queue: 5, waitMs: 60_000, timeoutMs: 2000 });
    const hangs = post(`${url}/predict`, 'hang');
    const others = ['answer', 'answer'].map((word) => post(`${url}/predict`, word));
    expect((await hangs).status).toBe(504);
    expect((await Promise.all(others)).map((r) => r.status)).toEqual([200, 200]);
  });

  it('lets no picture wait behind one that takes long while another process is free', async () => {
    const { url } = await start({ workers: 2, queue: 30, waitMs: 60_000, timeoutMs: 60_000 });
    // One that lets its process hear, and one that does not.
    for (const word of ['sleep 60000', 'hang']) {
      const long = post(`${url}/predict`, word).then(() => 'long', () => 'long');
      const others = Promise.all(Array.from({ length: 8 }, async () => (await post(`${url}/predict`, 'answer')).status));
      expect(await Promise.race([long, others])).toEqual(Array.from({ length: 8 }, () => 200));
      for (const pid of service?.pool.pids ?? []) process.kill(pid, 'SIGKILL');
      expect(await long).toBe('long');
    }
  });

  it('bounds what uploads hold together', async () => {
    const { url } = await start({ workers: 1, maxBytes: 100_000, maxHeldBytes: 150_000 });
    const slow = halfUpload(url, 100_000, `answer${' '.repeat(80_000 - 6)}`);
    await expect.poll(() => metric('held_upload_bytes')).toBe(80_000);
    const refused = await post(`${url}/predict`, `answer${' '.repeat(80_000)}`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const form_ = await fetch(`${url}/predict`, { method: 'POST', body: form([['file', 'a', `answer${' '.repeat(80_000)}`]]) });
    expect(form_.status).toBe(503);
    expect((await post(`${url}/predict`, 'answer')).status).toBe(200);
    slow.request.end(Buffer.alloc(20_000, ' '));
    expect(await slow.answered).toBe(200);
    await expect.poll(() => metric('held_upload_bytes')).toBe(0);
  });

  it('counts bytes that came: senders that only announce theirs keep nobody out', async () => {
    const { url } = await start({ workers: 1, maxBytes: 100_000, maxHeldBytes: 150_000 });
    const idle = Array.from({ length: 31 }, () => halfUpload(url, 100_000, ''));
    await expect.poll(() => new Promise<number>((resolve, reject) => service?.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))))).toBeGreaterThanOrEqual(31);
    expect((await post(`${url}/predict`, `answer${' '.repeat(90_000)}`)).status).toBe(200);
    for (const { request } of idle) request.destroy();
  });

  it('ends an upload that takes longer than it may, and not much later', async () => {
    const { url } = await start({ workers: 1, uploadMs: 2000 });
    const begun = performance.now();
    const slow = halfUpload(url, 1000, 'answer');
    const drip = setInterval(() => slow.request.write(' '), 100);
    expect([408, 'cut']).toContain(await slow.answered);
    clearInterval(drip);
    // Node looks every tenth of the limit, and this machine may be busy: far from the 32 s that its own interval made of it.
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(performance.now() - begun).toBeGreaterThan(1900);
  });

  it('takes an upload that ends too early for what it is, and not for a fault of its own', async () => {
    const { url } = await start({ workers: 1 });
    for (const type of ['image/png', 'multipart/form-data; boundary=x']) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 5000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc`);
      await expect.poll(() => metric('held_upload_bytes')).toBeGreaterThan(0);
      socket.destroy();
      await expect.poll(() => metric('held_upload_bytes')).toBe(0);
    }
    expect(await problems()).toEqual(['aborted']);
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
