import type { FastifyInstance } from 'fastify';
import { answerOtherMethods } from '../methods';
import { openApiDocument } from '../openapi';
import type { ServiceParts } from '../service-parts';

/** What `/healthz` answers. */
export interface Health {
  readonly status: 'ok' | 'stopping';
  readonly model: string;
  readonly precision: string;
  /** All that `?model=` and `?precision=` can name. */
  readonly models: readonly { readonly model: string; readonly precision: string }[];
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  readonly uptimeSeconds: number;
}

/** `/healthz`, `/metrics` and `/openapi.json`. */
export function aboutRoutes(app: FastifyInstance, { settings, models, pool, metrics, stopping }: ServiceParts): void {
  const document = openApiDocument(settings, models.all);

  app.get('/healthz', (_request, reply): Health => {
    reply.code(stopping() ? 503 : 200).header('Cache-Control', 'no-store');
    return {
      status: stopping() ? 'stopping' : 'ok',
      model: models.default.model,
      precision: models.default.precision,
      models: models.all.map(({ model, precision }) => ({ model, precision })),
      workers: pool.workers,
      busy: pool.busy,
      queued: pool.queued,
      uptimeSeconds: Math.round(process.uptime()),
    };
  });

  app.get('/metrics', async (_request, reply) => {
    reply.header('Cache-Control', 'no-store').type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });

  app.get('/openapi.json', (_request, reply) => {
    reply.header('Cache-Control', 'no-cache');
    return document;
  });

  for (const url of ['/healthz', '/metrics', '/openapi.json']) answerOtherMethods(app, url, 'GET', 'HEAD');
}
