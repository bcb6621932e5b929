import { existsSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ISOLATION_HEADERS } from '../base/shared/headers';
import { problemOf, sendProblem } from './failures';
import { HeldBytes } from './held-bytes';
import { hostCheck } from './hosts';
import { Metrics } from './metrics';
import { InstalledModels } from './models';
import { PredictPool, type PoolOptions } from './pool';
import { Problem } from './problem';
import { aboutRoutes } from './routes/about';
import { pageRoutes } from './routes/page';
import { predictRoutes } from './routes/predict';
import type { ServiceParts } from './service-parts';
import type { Settings } from './settings';
import { FORM_OVERHEAD } from './uploads';

/** A request and its body have to be there within so many milliseconds. */
const REQUEST_TIMEOUT = 30_000;
const MAX_CONNECTIONS = 1024;

/** The running service. */
export interface Service {
  readonly app: FastifyInstance;
  readonly pool: PredictPool;
  /** Files among the models that the service cannot use, each with the reason. */
  readonly passedOver: readonly string[];
  /** Binds the address. @returns the service's own address */
  listen(): Promise<string>;
  /** Takes no new images, answers those that are there (for `drainMs` at most), then ends. */
  readonly stop: () => Promise<void>;
}

/** An HTTP request so broken that there is no request object. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const [status, message]: [number, string] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? [408, 'The request was not complete in time.']
    : error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'The request has too many or too long headers.']
    : [400, 'This is no HTTP request.'];
  const body = JSON.stringify({ error: { status, code: 'bad-request', message, next: new Problem('bad-request', '').next } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Room that an upload may need: what it says itself, up to what is accepted. */
function bytesFor(request: FastifyRequest, settings: Settings): number {
  const limit = request.routeOptions.bodyLimit ?? settings.maxBytes;
  const length = Number(request.headers['content-length'] ?? limit);
  return Math.min(Number.isFinite(length) ? length : limit, limit);
}

/** Checks and headers that come before every route. */
function guard(app: FastifyInstance, { settings, held, stopping }: ServiceParts): void {
  const isOurs = hostCheck(settings.host, settings.allowedHosts.split(',').map((name) => name.trim()).filter((name) => name !== ''));
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) reply.header(name, value);
    reply.header('X-Content-Type-Options', 'nosniff').header('Referrer-Policy', 'no-referrer');
    if (!isOurs(request.headers.host)) throw new Problem('wrong-host', 'The service does not go by the name that the request calls it.');
    if (request.method !== 'POST') return;
    // A page of another site could otherwise keep this machine busy from a visitor's browser.
    if (request.headers['sec-fetch-site'] === 'cross-site') throw new Problem('cross-site', 'Pages of other sites may not use this service.');
    if (stopping()) throw new Problem('stopping', 'The service is stopping.');
    const giveBack = held.reserve(bytesFor(request, settings));
    reply.raw.once('close', giveBack).once('finish', giveBack);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping()) reply.header('Connection', 'close');
  });
}

/** How often a stopping service closes connections that have become idle, milliseconds. */
const IDLE_CHECK = 50;

function report(app: FastifyInstance, { pool, metrics }: ServiceParts): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.request(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request);
    metrics.problem(problem.code);
    if (problem.status >= 500 && problem.status !== 503) request.log.error({ err: problem.cause ?? error, code: problem.code }, problem.message);
    return sendProblem(reply, problem, pool.retryAfter);
  });
  app.setNotFoundHandler((request, reply) => {
    const problem = new Problem('not-found', `There is nothing at ${request.url.split('?', 1)[0].slice(0, 200)}.`);
    metrics.problem(problem.code);
    return sendProblem(reply, problem, pool.retryAfter);
  });
}

function createApp(settings: Settings): FastifyInstance {
  const app: FastifyInstance = fastify({
    logger: settings.logLevel === 'silent' ? false : { level: settings.logLevel },
    bodyLimit: settings.maxBytes + FORM_OVERHEAD,
    requestTimeout: REQUEST_TIMEOUT,
    connectionTimeout: 2 * REQUEST_TIMEOUT,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => void sendProblem(reply, problemOf(error, request), 1),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  // Nothing is parsed but images and forms.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^(image\/|application\/octet-stream)/, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
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
  const models = await InstalledModels.read(settings.models, settings.model, settings.precision);
  const pool = new PredictPool({ ...settings, network: models.default, ...(processFile === undefined ? {} : { filename: processFile }) });
  const held = new HeldBytes(settings.maxHeldBytes);
  let stopping = false;
  const parts: ServiceParts = { settings, models, pool, held, metrics: new Metrics(pool, held), stopping: () => stopping };
  const app = createApp(settings);
  try {
    await pool.start();
    guard(app, parts);
    report(app, parts);
    // What is too large is told file by file (uploads.ts).
    await app.register(multipart, { throwFileSizeLimit: false });
    predictRoutes(app, parts);
    aboutRoutes(app, parts);
    await pageRoutes(app, settings.folder);
    await app.ready();
  } catch (error) {
    await Promise.all([app.close(), pool.close()]);
    throw error;
  }
  return {
    app,
    pool,
    passedOver: models.passedOver,
    listen: () => app.listen({ host: settings.host, port: settings.port }),
    async stop() {
      stopping = true;
      const late = setTimeout(() => app.server.closeAllConnections(), settings.drainMs);
      const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK);
      await app.close();
      clearTimeout(late);
      clearInterval(idle);
      await pool.close();
    },
  };
}
