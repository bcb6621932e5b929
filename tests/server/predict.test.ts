import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGENET_LABELS } from '../../src/base/shared/labels/imagenet';
import type { LabelConfidence } from '../../src/server/job';
import type { BatchResult } from '../../src/server/routes/predict';
import { form, encodedImage, post, startService, type TestService } from '../support/server/service';

const labelsOf = async (response: Response): Promise<LabelConfidence[]> => {
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as LabelConfidence[];
};

describe('POST /predict', () => {
  let service: TestService;
  let png: Buffer;

  beforeAll(async () => {
    [service, png] = await Promise.all([startService(), encodedImage()]);
  });
  afterAll(() => service.end());

  it('answers a form with the three most probable labels', async () => {
    const response = await fetch(`${service.url}/predict`, { method: 'POST', body: form([['file', 'picture.png', png]]) });
    const labels = await labelsOf(response);
    expect(labels).toHaveLength(3);
    for (const entry of labels) {
      expect(Object.keys(entry)).toEqual(['label', 'confidence']);
      expect(IMAGENET_LABELS).toContain(entry.label);
    }
    expect(labels.map((l) => l.confidence)).toEqual(labels.map((l) => l.confidence).sort((a, b) => b - a));
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('sightglass-model')).toMatch(/^efficientnet-lite0; precision=fp16; engine=(native|onnxruntime)$/);
    expect(response.headers.get('server-timing')).toMatch(/^decode;dur=[\d.]+, preprocess;dur=[\d.]+, inference;dur=[\d.]+$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['image/png', 'application/octet-stream', 'image/anything'])('takes a raw body of %s and finds the type itself', async (type) => {
    const raw = await labelsOf(await post(`${service.url}/predict`, png, type));
    expect(raw).toEqual(await labelsOf(await fetch(`${service.url}/predict`, { method: 'POST', body: form([['file', 'x.txt', png]]) })));
  });

  it('gives as many labels as asked for, and all probabilities sum to 1', async () => {
    expect(await labelsOf(await post(`${service.url}/predict?k=1`, png))).toHaveLength(1);
    const all = await labelsOf(await post(`${service.url}/predict?k=1000`, png));
    expect(new Set(all.map((l) => l.label)).size).toBe(1000);
    expect(all.reduce((sum, l) => sum + l.confidence, 0)).toBeCloseTo(1, 5);
  });

  it("gives each label's class index where it is asked for", async () => {
    const indexed = (await labelsOf(await post(`${service.url}/predict?k=1000&index=true`, png))) as Required<LabelConfidence>[];
    expect(new Set(indexed.map(({ index }) => index))).toEqual(new Set(IMAGENET_LABELS.keys()));
    for (const { label, index } of indexed) expect(label).toBe(IMAGENET_LABELS[index]);
    const body = form([['file', 'one.png', png]]);
    const { results } = (await (await fetch(`${service.url}/predict/batch?index=true&k=1`, { method: 'POST', body })).json()) as { results: BatchResult[] };
    expect(results).toMatchObject([{ predictions: [{ index: indexed[0].index }] }]);
    expect(await labelsOf(await post(`${service.url}/predict?index=false`, png))).toEqual(await labelsOf(await post(`${service.url}/predict`, png)));
    for (const index of ['1', '', 'yes']) expect((await post(`${service.url}/predict?index=${index}`, png)).status).toBe(400);
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('reads %s', async (format) => {
    expect(await labelsOf(await post(`${service.url}/predict`, await encodedImage(format)))).toHaveLength(3);
  });

  it.each([[1, 1], [1, 900], [2000, 3], [224, 224]])('takes a picture of %i x %i pixels', async (width, height) => {
    expect(await labelsOf(await post(`${service.url}/predict`, await encodedImage('png', width, height)))).toHaveLength(3);
  });

  it('turns a picture upright by its EXIF orientation', async () => {
    const pixels = await encodedImage('png', 300, 200);
    const rotated = await sharp(pixels).rotate(90).png().toBuffer();
    // Orientation 8: the image has to be turned by 270 degrees to be upright, which undoes the turn above.
    const tagged = await sharp(rotated).withMetadata({ orientation: 8 }).png().toBuffer();
    const upright = await labelsOf(await post(`${service.url}/predict?k=5`, pixels));
    expect(await labelsOf(await post(`${service.url}/predict?k=5`, tagged))).toEqual(upright);
    expect(await labelsOf(await post(`${service.url}/predict?k=5`, rotated))).not.toEqual(upright);
  });

  it('leaves numbers alone that a colour profile would change, as the page does', async () => {
    const plain = await encodedImage('png', 200, 200);
    const tagged = await sharp(plain).keepIccProfile().withIccProfile('p3', { attach: true }).png().toBuffer();
    const { data } = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const untagged = await sharp(data, { raw: { width: 200, height: 200, channels: 3 } }).png().toBuffer();
    const wanted = await labelsOf(await post(`${service.url}/predict?k=9`, untagged));
    expect(await labelsOf(await post(`${service.url}/predict?k=9`, tagged))).toEqual(wanted);
  });

  it('answers from another precision where the manifest has one', async () => {
    const response = await post(`${service.url}/predict?model=efficientnet-lite0&precision=int8`, png);
    expect(await labelsOf(response)).toEqual(await labelsOf(await post(`${service.url}/predict`, png)));
    expect(response.headers.get('sightglass-model')).toMatch(/^efficientnet-lite0; precision=int8; engine=(native|onnxruntime)$/);
  });

  it.each([
    ['markup', '"><img src=x onerror=alert(1)>.png'], ['a path', '../../etc/passwd'], ['a drive', 'C:\\x\\con.png'], ['a formula', '=cmd|x!A1.png'],
    ['a header', 'x.png%0D%0ASet-Cookie: a=b'], ['JSON', '","error":"x'], ['signs that turn the direction', '\u202egnp.exe'],
  ])('gives a name that is %s back as data, and in no header', async (_, name) => {
    const response = await fetch(`${service.url}/predict/batch?k=1`, { method: 'POST', body: form([['file', name, png]]) });
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as { results: readonly BatchResult[] };
    expect(results).toHaveLength(1);
    // As a form has it: quotes are escaped there, and a path is cut to its last part.
    expect(Object.keys(results[0]).sort()).toEqual(['file', 'predictions']);
    expect(results[0].file).not.toMatch(/[/\\\r\n]/);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    for (const header of ['content-disposition', 'set-cookie']) expect(response.headers.get(header)).toBeNull();
    expect([...response.headers.values()].some((value) => value.includes('passwd') || value.includes('onerror'))).toBe(false);
  });

  it('recognises each file of a batch, or says why not', async () => {
    const other = await encodedImage('jpeg', 100, 200);
    const files = form([['file', 'one.png', png], ['file', 'words.txt', 'no picture'], ['more', 'two.jpg', other], ['file', 'empty.png', '']]);
    const response = await fetch(`${service.url}/predict/batch?k=2`, { method: 'POST', body: files });
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as { results: BatchResult[] };
    expect(results.map((r) => r.file)).toEqual(['one.png', 'words.txt', 'two.jpg', 'empty.png']);
    expect(results[0]).toEqual({ file: 'one.png', predictions: await labelsOf(await post(`${service.url}/predict?k=2`, png)) });
    expect(results[2]).toEqual({ file: 'two.jpg', predictions: await labelsOf(await post(`${service.url}/predict?k=2`, other)) });
    expect(results[1]).toMatchObject({ error: { status: 415, code: 'unsupported-type' } });
    expect(results[3]).toMatchObject({ error: { status: 400, code: 'no-picture' } });
  });

  it('tells of itself on /healthz', async () => {
    const response = await fetch(`${service.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok', model: 'efficientnet-lite0', precision: 'fp16', workers: 2, busy: 0, queued: 0,
      models: [{ model: 'efficientnet-lite0', precision: 'fp16' }, { model: 'efficientnet-lite0', precision: 'int8' }],
    });
  });
});

describe('what has run the network', () => {
  it('is named with each answer, both where the processes that answered differ, and counted', async () => {
    const service = await startService({ workers: 2 }, true);
    try {
      const batch = async (...pictures: string[]): Promise<string | null> => {
        const body = form(pictures.map((picture) => ['file', 'x.png', picture] as const));
        const response = await fetch(`${service.url}/predict/batch`, { method: 'POST', body });
        expect(response.status).toBe(200);
        return response.headers.get('sightglass-model');
      };
      const model = 'efficientnet-lite0; precision=fp16';
      expect((await post(`${service.url}/predict`, 'native')).headers.get('sightglass-model')).toBe(`${model}; engine=native`);
      expect(await batch('answer', 'answer')).toBe(`${model}; engine=onnxruntime`);
      expect(await batch('answer', 'native', 'broken')).toBe(`${model}; engine=native+onnxruntime`);
      expect(await batch('broken')).toBe(model);
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      const counted = [...metrics.matchAll(/^sightglass_predictions_total\{model="efficientnet-lite0",precision="fp16",engine="(\w+)"\} (\d+)$/gm)];
      expect(Object.fromEntries(counted.map(([, engine, count]) => [engine, Number(count)]))).toEqual({ native: 2, onnxruntime: 3 });
    } finally {
      await service.end();
    }
  });
});

describe('metrics', () => {
  it('count requests, pictures, problems and steps', async () => {
    const service = await startService({ workers: 1 });
    try {
      const png = await encodedImage();
      const value = async (line: RegExp): Promise<number> => {
        const text = await (await fetch(`${service.url}/metrics`)).text();
        return Number(line.exec(text)?.[1]);
      };
      await post(`${service.url}/predict`, png);
      await post(`${service.url}/predict`, png);
      await post(`${service.url}/predict`, 'words');
      await fetch(`${service.url}/nothing`);
      const response = await fetch(`${service.url}/metrics`);
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await value(/^sightglass_http_requests_total\{route="\/predict",method="POST",status="200"\} (\d+)/m)).toBe(2);
      expect(await value(/^sightglass_http_requests_total\{route="\/predict",method="POST",status="415"\} (\d+)/m)).toBe(1);
      expect(await value(/^sightglass_predictions_total\{model="efficientnet-lite0",precision="fp16",engine="onnxruntime"\} (\d+)/m)).toBe(2);
      expect(await value(/^sightglass_problems_total\{code="unsupported-type"\} (\d+)/m)).toBe(1);
      expect(await value(/^sightglass_problems_total\{code="not-found"\} (\d+)/m)).toBe(1);
      expect(await value(/^sightglass_step_duration_seconds_count\{step="inference"\} (\d+)/m)).toBe(2);
      expect(await value(/^sightglass_step_duration_seconds_sum\{step="inference"\} ([\d.]+)/m)).toBeGreaterThan(0);
      // Not what the processes are tried with as they start.
      expect(await value(/^sightglass_wait_duration_seconds_count (\d+)/m)).toBe(3);
      expect(await value(/^sightglass_workers (\d+)/m)).toBe(1);
      expect(await value(/^sightglass_queue_length (\d+)/m)).toBe(0);
      expect(await value(/^sightglass_held_upload_bytes (\d+)/m)).toBe(0);
      expect(await value(/^process_resident_memory_bytes\{process="server"\} (\S+)/m)).toBeGreaterThan(1e6);
    } finally {
      await service.end();
    }
  });

  it('have the names and help that Prometheus asks for', async () => {
    const service = await startService({ workers: 1 });
    try {
      await post(`${service.url}/predict`, await encodedImage());
      const text = await (await fetch(`${service.url}/metrics`)).text();
      const kinds = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, kind]) => ({ name, kind }));
      expect(kinds.length).toBeGreaterThan(20);
      // What promtool check metrics looks at (prometheus.io/docs/practices/naming).
      for (const { name, kind } of kinds) {
        expect(name).toMatch(/^(sightglass|process|nodejs)_[a-z0-9_]+$/);
        expect(text, name).toMatch(new RegExp(`^# HELP ${name} \\S.+$`, 'm'));
        expect(name.endsWith('_total'), `${name} is a ${kind}`).toBe(kind === 'counter');
        expect(name).not.toMatch(/_(milliseconds|ms|minutes|kilobytes|kb|megabytes|mb|percent|counter|gauge|histogram|count|sum|bucket)(_|$)/);
        if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes|pictures)$/);
      }
    } finally {
      await service.end();
    }
  });
});
