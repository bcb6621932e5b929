import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { findNginx, sendAll, startFleet, type Fleet } from '../../tools/bench/fleet/fleet';
import { makeSite } from '../support/server/service';
import { join } from 'node:path';

const nginx = findNginx();
if (!nginx) console.warn('\n*** SKIPPED: deploy/nginx/fleet.conf is only tried where there is an nginx (Debian: apt-get install nginx-light). ***\n');

/** Milliseconds that a picture takes here, whatever else this machine does: sleep needs no core. */
const TIME = 100;

describe.skipIf(!nginx)('several instances behind a proxy of least connections', () => {
  let site: ReturnType<typeof makeSite>;
  let fleet: Fleet | undefined;
  beforeAll(() => {
    site = makeSite();
  });
  afterEach(async () => {
    await fleet?.close();
    fleet = undefined;
  });
  afterAll(() => site.remove());
  const start = async (count: number, queue = 16): Promise<Fleet> =>
    (fleet = await startFleet(nginx ?? '', count, { workers: 1, queue, folder: site.folder, models: join(site.folder, 'models') }, true));
  const send = (url: string, count: number, atOnce: number, onAnswer?: (answered: number) => void): ReturnType<typeof sendAll> =>
    sendAll(url, `sleep ${TIME}`, 'image/png', count, atOnce, onAnswer);

  it('answer as many times faster as there are of them', async () => {
    const rates: number[] = [];
    for (const count of [1, 3]) {
      const { url } = await start(count);
      const { good, others, rate } = await send(url, 20 * count, 4 * count);
      expect([good, others]).toEqual([20 * count, []]);
      rates.push(rate);
      await fleet?.close();
      fleet = undefined;
    }
    // At most what sleep allows; and most of it.
    expect(rates[0]).toBeLessThanOrEqual(1000 / TIME);
    expect(rates[1]).toBeGreaterThan(2 * rates[0]);
  });

  it('lose no request when one of them ends under load: what it had in hand is asked of another', async () => {
    const { url, instances } = await start(3);
    const [victim] = instances;
    let killed: Promise<void> | undefined;
    const { good, others } = await send(url, 120, 12, (answered) => {
      if (answered === 40) killed = victim.kill();
    });
    await killed;
    expect(await fetch(victim.url).then(() => 'answers', () => 'gone')).toBe('gone');
    expect([good, others]).toEqual([120, []]);
  });
  /** Status of an answer, and whether it says when to come again. */
  const ask = async (url: string, body = `sleep ${TIME}`): Promise<string> => {
    const response = await fetch(`${url}/predict`, { method: 'POST', body, headers: { 'Content-Type': 'image/png' } });
    await response.arrayBuffer();
    return response.headers.has('retry-after') ? `${response.status}, retry` : String(response.status);
  };

  it('say that they are busy, and nothing else, to those that all of them have no room for', async () => {
    const { url } = await start(2, 0);
    const answers = new Map<string, number>();
    const lane = async (): Promise<void> => {
      for (let left = 12; left > 0; left--) {
        const answer = await ask(url);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 12 }, lane));
    expect([...answers.keys()].sort()).toEqual(['200', '503, retry']);
  });

  it('ask another where one has too much to do', async () => {
    const { url, instances } = await start(2, 0);
    const long = new AbortController();
    const busy = fetch(`${instances[0].url}/predict`, { method: 'POST', body: 'sleep 60000', headers: { 'Content-Type': 'image/png' }, signal: long.signal }).catch(() => undefined);
    await expect.poll(() => ask(instances[0].url, 'answer')).toBe('503, retry');
    const answers: string[] = [];
    for (let left = 10; left > 0; left--) answers.push(await ask(url, 'answer'));
    long.abort();
    await busy;
    expect(answers).toEqual(Array.from({ length: 10 }, () => '200'));
  });
});
