import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { processMetrics } from '../../src/server/process-metrics';
import { post, startService, type TestService } from '../support/server/service';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: number } }[];
}

describe('what is seen of the service from outside', () => {
  let service: TestService | undefined;
  let collector: Server | undefined;
  afterEach(async () => {
    await service?.end();
    collector?.close();
    service = undefined;
    vi.unstubAllEnvs();
  });

  it('is the use of each process by itself, in the metrics that are standard', async () => {
    service = await startService({ workers: 2 }, true);
    await post(`${service.url}/predict`, 'answer');
    const text = await (await fetch(`${service.url}/metrics`)).text();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_virtual_memory_bytes', 'process_open_fds']) {
      const values = [...text.matchAll(new RegExp(`^${name}\\{process="(.*?)"\\} ([\\d.e+]+)$`, 'gm'))];
      expect(values.map(([, process]) => process), name).toEqual(['server', 'worker-1', 'worker-2']);
      for (const [, , value] of values) expect(Number(value), name).toBeGreaterThan(0);
    }
    // 10 MiB at the least: a page is not a byte.
    expect(Number(/^process_resident_memory_bytes\{process="worker-1"\} (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(10 * 2 ** 20);
    expect(text).toMatch(/^process_start_time_seconds \d+/m);
  });

  it('is a trace of each request and its steps, as a part of its caller\'s, where a collector is named', async () => {
    const spans: SentSpan[] = [];
    collector = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
        const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector?.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
    service = await startService({ workers: 1 }, true);
    const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const headers = { 'Content-Type': 'image/png', traceparent: `00-${trace}-${parent}-01` };
    expect((await fetch(`${service.url}/predict`, { method: 'POST', body: 'answer', headers })).status).toBe(200);
    // What is refused is traced as well, probes and scrapes are not.
    expect((await fetch(`${service.url}/predict`, { method: 'POST', body: 'answer', headers: { ...headers, Origin: 'https://other.example' } })).status).toBe(403);
    for (const path of ['/healthz', '/metrics', '/v2/health/live', '/v2/health/ready']) expect((await fetch(`${service.url}${path}`)).status).toBe(200);
    // What is left is sent as it stops.
    await service.stop();
    const statuses = spans.flatMap(({ attributes }) => attributes.filter(({ key }) => key === 'http.response.status_code').map(({ value }) => value.intValue));
    expect(statuses).toEqual([200, 403]);
    const request = spans.find(({ name }) => name === 'POST /predict');
    expect(request).toMatchObject({ traceId: trace, parentSpanId: parent, kind: 2 });
    expect(request?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 200 } });
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(steps.map(({ name, traceId }) => [name, traceId])).toEqual(['decode', 'preprocess', 'inference'].map((name) => [name, trace]));
  });

  it('is not held up, as it stops, by a collector that does not answer', async () => {
    const hangs = createServer(() => undefined);
    await new Promise<void>((resolve) => hangs.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(hangs.address() as AddressInfo).port}`);
    service = await startService({ workers: 1 }, true);
    expect((await post(`${service.url}/predict`, 'answer')).status).toBe(200);
    const since = performance.now();
    await service.stop();
    // OpenTelemetry's own limit is 10 s, and then it fails.
    expect(performance.now() - since).toBeLessThan(8000);
    hangs.closeAllConnections();
    hangs.close();
  });

  it('keeps the numbers of processes where one is missing', async () => {
    const registry = new Registry();
    processMetrics(registry, () => [undefined, process.pid]);
    const text = await registry.getSingleMetricAsString('process_resident_memory_bytes');
    const values = [...text.matchAll(/\{process="(.*?)"\} (\d+)/g)];
    expect(values.map(([, label]) => label)).toEqual(['server', 'worker-2']);
    // Node's own number, which it asks the system for: within a tenth, as memory moves.
    expect(Number(values[0][2]) / process.memoryUsage.rss()).toBeCloseTo(1, 0);
  });
});
