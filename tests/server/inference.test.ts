import { afterEach, describe, expect, it } from 'vitest';
import type { LabelConfidence } from '../../src/server/job';
import { recogniseAll } from '../../src/server/recognise-all';
import { encodedImage, post, startService, type TestService } from '../support/server/service';
import type { Settings } from '../../src/server/settings';

const MODEL = '/v2/models/efficientnet-lite0';

describe('a request with several pictures', () => {
  it('gives up what is left of it once one has failed', async () => {
    const begun: number[] = [];
    const signals: AbortSignal[] = [];
    let end: () => void = () => undefined;
    const recognised = recogniseAll(2, [0, 1, 2, 3], new AbortController().signal, async (item, signal) => {
      begun.push(item);
      signals.push(signal);
      if (item === 0) throw new Error('The first one failed.');
      await new Promise<void>((resolve) => (end = resolve));
    });
    await expect(recognised).rejects.toThrow('The first one failed.');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    end();
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1]);
  });
});

describe('the Open Inference Protocol', () => {
  let service: TestService | undefined;
  afterEach(async () => {
    await service?.end();
    service = undefined;
  });
  const start = async (settings: Partial<Settings> = {}, scripted = false): Promise<TestService> => (service = await startService({ workers: 1, ...settings }, scripted));
  const infer = (body: string | Uint8Array, headers: Record<string, string> = {}, path = `${MODEL}/infer`): Promise<Response> =>
    fetch(`${service?.url}${path}`, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
  const image = (...pictures: Uint8Array[]): string =>
    JSON.stringify({ inputs: [{ name: 'image', datatype: 'BYTES', shape: [pictures.length], data: pictures.map((bytes) => Buffer.from(bytes).toString('base64')) }] });

  it('gives the scores of pictures, by precision as version, in JSON', async () => {
    const { url } = await start();
    const picture = await encodedImage('png', 320, 240);
    const answer = (await (await infer(image(picture, picture), {}, `${MODEL}/versions/int8/infer`)).json()) as {
      model_name: string; model_version: string; outputs: { name: string; shape: number[]; data: number[] }[];
    };
    expect(answer).toMatchObject({ model_name: 'efficientnet-lite0', model_version: 'int8', outputs: [{ name: 'logits', shape: [2, 1000] }, { name: 'probabilities', shape: [2, 1000] }] });
    const [best] = (await (await post(`${url}/predict?index=true&precision=int8`, picture)).json()) as LabelConfidence[];
    const { data } = answer.outputs[1];
    expect(data[best.index ?? -1]).toBe(best.confidence);
    expect(data.slice(0, 1000).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    expect(data.slice(1000)).toEqual(data.slice(0, 1000));
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sightglass_batch_pictures_bucket\{le="2"\} 1$/m);
  });

  it('says in its own shape what is wrong with a request', async () => {
    const { url } = await start({ maxFiles: 2 });
    const picture = await encodedImage('png', 20, 20);
    const input = (change: object): string => JSON.stringify({ inputs: [{ name: 'input', datatype: 'FP32', shape: [1], data: [1], ...change }] });
    const zeros = JSON.stringify({ inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 2 ** 24 } }] });
    const cases: [string | Uint8Array, Record<string, string>, number, RegExp][] = [
      ['{', {}, 400, /no JSON/],
      ['{}', {}, 400, /no inputs/],
      [input({ shape: [1, 3, 224, 224] }), {}, 400, /1 elements.*150528/],
      [input({}), {}, 400, /\[1\]; \[pictures, 3, \d+, \d+\]/],
      [input({ shape: [0] }), {}, 400, /whole numbers above 0/],
      [input({ datatype: 'INT8' }), {}, 400, /FP32 and BYTES/],
      [input({ name: 'other' }), {}, 400, /no input "other"/],
      [input({ shape: [1, 3, 224, 224], data: ['a'] }), {}, 400, /no numbers/],
      [input({ shape: [3, 3, 224, 224] }), {}, 413, /3 pictures; at most 2/],
      [input({ shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] }), {}, 400, /at most 8 whole numbers/],
      [JSON.stringify({ inputs: Array.from({ length: 2 }, () => ({ name: 'image', datatype: 'BYTES', shape: [1], data: [''] })) }), {}, 400, /One input is taken.*has 2/],
      [input({ name: 'image', datatype: 'BYTES', shape: [1], data: ['', '', ''] }), {}, 400, /more than 1 elements/],
      // More brackets than a call has room for.
      [input({}).replace('[1]}', `${'['.repeat(100_000)}${']'.repeat(100_000)}}`).replace('"shape":[1]', '"shape":[1,3,224,224]'), {}, 400, /nested deeper than its shape/],
      // A length of nothing four million times: none of them is looked at but the first two.
      [Buffer.concat([Buffer.from(zeros), Buffer.alloc(2 ** 24)]), { 'Inference-Header-Content-Length': String(zeros.length) }, 400, /more than 1 elements/],
      [image(picture).replace('"inputs"', '"outputs":[{"name":"logits"},{"name":"logits"}],"inputs"'), {}, 400, /logits is named more than once/],
      [`${' '.repeat(2 ** 23)}${image(picture)}`, {}, 413, /JSON is larger than the 8388608 bytes.*behind the JSON/],
      [`${' '.repeat(2 ** 23)}${image(picture)}`, { 'Inference-Header-Content-Length': String(2 ** 23 + image(picture).length) }, 413, /JSON is larger/],
      [input({ parameters: { binary_data_size: 100 } }), {}, 400, /does not hold/],
      [image(picture), { 'Inference-Header-Content-Length': '5' }, 400, /no JSON/],
      [image(picture), { 'Inference-Header-Content-Length': '99999999' }, 400, /not within/],
      [`${image(picture)}abc`, { 'Inference-Header-Content-Length': String(image(picture).length) }, 400, /3 bytes of the body belong to no input/],
      [image(picture, picture, picture), {}, 413, /3 pictures; at most 2/],
      [image(new Uint8Array([1, 2, 3])), {}, 415, /no picture of a known kind/],
      [image(picture).replace('"inputs"', '"outputs":[{"name":"x"}],"inputs"'), {}, 400, /no output "x"/],
    ];
    for (const [body, headers, status, words] of cases) {
      const response = await infer(body, headers);
      const answer = (await response.json()) as { error: unknown };
      expect([response.status, typeof answer.error], String(answer.error)).toEqual([status, 'string']);
      expect(answer.error).toMatch(words);
    }
    const none = await fetch(`${url}/v2/models/none`);
    expect(none.status).toBe(404);
    expect(((await none.json()) as { error: string }).error).toMatch(/There is no model "none"/);
    expect((await fetch(`${url}${MODEL}/infer`)).status).toBe(405);
    for (const init of [{}, { method: 'POST', body: '{}' }]) {
      const nowhere = await fetch(`${url}/v2/nowhere?x=1`, init);
      expect([nowhere.status, nowhere.headers.get('content-type')]).toEqual([404, expect.stringContaining('application/json')]);
      expect(((await nowhere.json()) as { error: string }).error).toMatch(/nothing at \/v2\/nowhere\./);
    }
  });

  it('is not ready while it has too much to do or is stopping, and lives', async () => {
    const { url, stop } = await start({ queue: 1 }, true);
    const states = async (): Promise<number[]> => Promise.all(['/v2/health/live', '/v2/health/ready', `${MODEL}/ready`].map(async (path) => (await fetch(`${url}${path}`)).status));
    expect(await states()).toEqual([200, 200, 200]);
    const waiting = [post(`${url}/predict`, 'sleep 2000')];
    await expect.poll(() => service?.pool.busy).toBe(1);
    waiting.push(post(`${url}/predict`, 'sleep 10'));
    await expect.poll(async () => (await states()).join()).toBe('200,503,503');
    expect(await (await fetch(`${url}/v2/health/ready`)).json()).toEqual({ ready: false });
    await Promise.all(waiting);
    expect(await states()).toEqual([200, 200, 200]);
    // A connection that is there before the order is answered until its request is done.
    const last = post(`${url}/predict`, 'sleep 1500');
    await expect.poll(() => service?.pool.busy).toBe(1);
    const stopped = stop();
    const answers = await Promise.all(['/v2/health/live', '/v2/health/ready'].map(async (path) => (await service?.app.inject(path))?.statusCode));
    expect(answers).toEqual([200, 503]);
    expect((await last).status).toBe(200);
    await stopped;
  });
});
