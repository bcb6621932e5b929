import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limitCallers, readKeys } from './callers';
import { answerFailures, nothingAt, problemOf, sendProblem } from './failures';
import { HeldBytes } from './held-bytes';
import { answerBrokenRequest, guard, requestId } from './guard';
import type { Engine, Network } from './job';
import { mapNetwork, type MappedNetwork } from './mapped-network';
import { knowAllMethods } from './methods';
import { Metrics } from './metrics';
import { InstalledModels } from './models';
import { lonelyThreads, PredictPool, type PoolOptions } from './pool';
import { aboutRoutes } from './routes/about';
import { inferenceRoutes } from './routes/inference';
import { pageRoutes } from './routes/page';
import { predictRoutes } from './routes/predict';
import type { ServiceParts } from './service-parts';
import type { Settings } from './settings';
import { startTracing, trace } from './tracing';
import { FORM_OVERHEAD, readBody } from './uploads';

const MAX_CONNECTIONS = 1024;

/** The running service. */
export interface Service {
  readonly app: FastifyInstance;
  readonly pool: PredictPool;
  /** What answers where a request names nothing. */
  readonly network: Network;
  /** What runs that, in words. */
  readonly engine: string;
  /** Files among the models that the service cannot use, each with the reason. */
  readonly passedOver: readonly string[];
  /** Binds the address. @returns the service's own address */
  listen(): Promise<string>;
  /** Takes no new images, answers those that are there (for `drainMs` at most), then ends. */
  readonly stop: () => Promise<void>;
}

function wordsFor(engines: ReadonlySet<Engine>, mapped: MappedNetwork | undefined): string {
  if (engines.has('native')) return `our own kernels for this processor${engines.size > 1 ? ', and in onnxruntime where these do not start: the log says why' : ''}`;
  return mapped?.reason === undefined ? 'onnxruntime' : `onnxruntime: ${mapped.reason}`;
}

/** How often a stopping service closes connections that have become idle, milliseconds. */
const IDLE_CHECK = 50;

function report(app: FastifyInstance, parts: ServiceParts): void {
  const { pool, metrics } = parts;
  app.addHook('onResponse', async (request, reply) => {
    metrics.request(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
  answerFailures(app, parts);
  app.setNotFoundHandler((request, reply) => {
    const problem = nothingAt(request);
    metrics.problem(problem.code);
    return sendProblem(reply, problem, pool.retryAfter);
  });
}

function createApp(settings: Settings): FastifyInstance {
  const app: FastifyInstance = fastify({
    logger: settings.logLevel === 'silent' ? false : { level: settings.logLevel },
    bodyLimit: settings.maxBytes + FORM_OVERHEAD,
    requestTimeout: settings.uploadMs,
    // Silence on a connection: while it sends, and while it waits for the last picture of a batch.
    connectionTimeout: settings.uploadMs + settings.maxFiles * (settings.waitMs + settings.timeoutMs),
    genReqId: requestId,
    http: {
      headersTimeout: settings.uploadMs,
      // How often Node looks for requests that take too long: its own 30 s would make a limit of 30 s one of 60 s.
      connectionsCheckingInterval: Math.min(1000, Math.ceil(settings.uploadMs / 10)),
      // Told in our own shape (guard.ts).
      requireHostHeader: false,
    },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => void sendProblem(reply, problemOf(error, request), 1),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  knowAllMethods(app);
  // Nothing is parsed but images and forms.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^(image\/|application\/octet-stream)/, (request: FastifyRequest, body: IncomingMessage) => readBody(request, body, settings.maxBytes));
  return app;
}

/**
 * Starts the recognising processes and makes the service; nothing is bound before `listen`.
 *
 * @param processFile the recognising processes' module, for tests
 * @throws Error where there is no built page or no sound model
 */
export async function createService(settings: Settings, processFile?: PoolOptions['filename']): Promise<Service> {
  if (!existsSync(join(settings.folder, 'index.html'))) throw new Error(`There is no built page in ${settings.folder}: run npm run build first.`);
  const installed = await InstalledModels.read(settings.models, settings);
  const tracing = await startTracing(process.env);
  const passedOver = [...installed.passedOver];
  const mapped = processFile === undefined ? await mapNetwork(installed.default, installed.all, lonelyThreads(settings.workers)) : undefined;
  if (mapped?.problem !== undefined) {
    passedOver.push(`The network's weights were not written for all processes: each keeps its own, which takes more memory. ${mapped.problem}`);
  }
  const models = mapped?.tried === false ? installed.inOnnxruntime() : installed;
  const network = { ...models.default, ...(mapped?.path === undefined ? {} : { mapped: mapped.path, native: mapped.native }) };
  const pool = new PredictPool({ ...settings, network, ...(processFile === undefined ? {} : { filename: processFile }) });
  const held = new HeldBytes(settings.maxHeldBytes);
  let stopping = false;
  const app = createApp(settings);
  const untold = (err: unknown): void => app.log.error({ err }, 'The last spans did not reach the collector.');
  pool.onNotice((notice) => app.log.warn(notice));
  let engine: string;
  try {
    engine = wordsFor(await pool.start(), mapped);
    // Once it has started: what is counted of the pool is pictures'.
    const parts: ServiceParts = { settings, models, pool, held, metrics: new Metrics(pool, held), stopping: () => stopping };
    // Before what refuses: that is traced too.
    if (tracing) trace(app, tracing);
    guard(app, parts);
    const isKnown = settings.apiKeysFile === undefined ? undefined : await readKeys(settings.apiKeysFile);
    await limitCallers(app, settings.rateLimit, isKnown);
    report(app, parts);
    // What is too large is told file by file (uploads.ts).
    await app.register(multipart, { throwFileSizeLimit: false });
    predictRoutes(app, parts);
    await inferenceRoutes(app, parts);
    aboutRoutes(app, parts);
    await pageRoutes(app, settings.folder);
    await app.ready();
  } catch (error) {
    await Promise.all([app.close(), pool.close(), tracing?.stop(untold)]);
    await mapped?.remove();
    throw error;
  }
  return {
    app,
    pool,
    network: models.default,
    engine,
    passedOver,
    listen: () => app.listen({ host: settings.host, port: settings.port }),
    async stop() {
      stopping = true;
      const late = setTimeout(() => app.server.closeAllConnections(), settings.drainMs);
      const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK);
      await app.close();
      clearTimeout(late);
      clearInterval(idle);
      await pool.close();
      await mapped?.remove();
      await tracing?.stop(untold);
    },
  };
}
