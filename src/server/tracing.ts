import type { Context, Span, TracerProvider } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { version } from '../../package.json';
import type { Timings } from './job';

/** Milliseconds for the last spans: less than what an orchestrator waits after DRAIN_MS. */
const STOP_MS = 3000;
/** What is asked all the time by those that watch. */
const UNTRACED = ['/healthz', '/metrics', '/v2/health/live', '/v2/health/ready'];

/** OpenTelemetry as far as it is used here; its packages are loaded only where somebody listens. */
export interface Tracing {
  /** Begins the span of a request, as a part of its caller's where that sent a traceparent. */
  begin(name: string, headers: Readonly<Record<string, unknown>>, attributes: Readonly<Record<string, string | number>>): RequestSpan;
  /**
   * Sends what is left, for a few seconds at most: a collector that is down holds up no stop. Never rejects.
   * @param failed told why it could not be sent
   */
  stop(failed: (error: unknown) => void): Promise<void>;
}

/** The span of one request. */
export interface RequestSpan {
  /** Tells of an image's steps, which have just ended. */
  steps(timings: Timings): void;
  end(route: string, status: number): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nobody listens. */
    span: RequestSpan | undefined;
  }
}

function requestSpan(api: typeof import('@opentelemetry/api'), provider: TracerProvider, span: Span, context: Context): RequestSpan {
  return {
    steps(timings) {
      const tracer = provider.getTracer('sightglass', version);
      let from = Date.now() - Object.values(timings).reduce((sum: number, ms: number) => sum + ms, 0);
      for (const [name, ms] of Object.entries(timings) as [string, number][]) {
        tracer.startSpan(name, { startTime: from }, context).end(from + ms);
        from += ms;
      }
    },
    end(route, status) {
      span.updateName(`${route}`).setAttribute('http.route', route).setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Starts OpenTelemetry's own SDK where OTEL_EXPORTER_OTLP_ENDPOINT (or the one for traces) is set, which it reads itself as its other variables. */
export async function startTracing(environment: Readonly<Record<string, string | undefined>>): Promise<Tracing | undefined> {
  const endpoint = environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  if (endpoint === '' || environment['OTEL_SDK_DISABLED'] === 'true') return undefined;
  const [api, { BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { defaultResource, detectResources, envDetector, resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-node'), import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources'),
  ]);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': environment['OTEL_SERVICE_NAME'] ?? 'sightglass', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  // Sets W3C's propagator as well.
  provider.register();
  const tracer = provider.getTracer('sightglass', version);
  return {
    begin(name, headers, attributes) {
      const span = tracer.startSpan(name, { kind: api.SpanKind.SERVER, attributes }, api.propagation.extract(api.ROOT_CONTEXT, headers));
      return requestSpan(api, provider, span, api.trace.setSpan(api.ROOT_CONTEXT, span));
    },
    async stop(failed) {
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_resolve, reject) => {
        late = setTimeout(() => reject(new Error(`The collector did not answer within ${STOP_MS} ms.`)), STOP_MS);
      });
      await Promise.race([provider.shutdown(), tooLate]).catch(failed).finally(() => clearTimeout(late));
    },
  };
}

/** Has every request make a span, refused ones too where it comes before what refuses; probes and scrapes make none. */
export function trace(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    if (!UNTRACED.includes(request.routeOptions.url ?? '')) request.span = tracing.begin(request.method, request.headers, { 'http.request.method': request.method, 'url.path': request.url.split('?', 1)[0], 'http.request.id': request.id });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.end(`${request.method} ${request.routeOptions.url ?? 'none'}`, reply.statusCode);
    done();
  });
}
