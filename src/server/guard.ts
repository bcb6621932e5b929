import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ISOLATION_HEADERS } from '../base/shared/headers';
import { hostCheck } from './hosts';
import { origins } from './origins';
import { Problem, PROBLEM_TYPE, type ProblemCode } from './problem';
import type { ServiceParts } from './service-parts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether its requests are work for the recognising processes, and are refused at the door where these have too much. */
    works?: boolean;
  }
}

/** A list with commas. */
const listOf = (text: string): string[] => text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');

/** What a caller may name its request by; anything else, which may break a log's line, is replaced. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's own name for its request (X-Request-Id), else one of ours. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** An answer where there is no request object, in the one shape. */
export function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem.document());
  return (
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nCache-Control: no-store\r\n` +
    `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}

/** An HTTP request so broken that there is no request object. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const [code, message]: [ProblemCode, string] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['request-timeout', 'The request was not complete in time.']
    : error.code === 'HPE_HEADER_OVERFLOW' ? ['headers-too-large', 'The request has too many or too long headers.']
    : ['bad-request', 'This is no HTTP request.'];
  socket.end(rawAnswer(new Problem(code, message)));
}

/** Checks and headers that come before every route. */
export function guard(app: FastifyInstance, { settings, held, pool, stopping }: ServiceParts): void {
  const isOurs = hostCheck(settings.host, listOf(settings.allowedHosts));
  const pages = origins(listOf(settings.allowOrigin));
  app.decorateRequest('hold', null as never);
  // Node's own answer has no body.
  app.server.on('checkExpectation', (request: IncomingMessage) => {
    request.socket.end(rawAnswer(new Problem('expectation-failed', `"Expect: ${String(request.headers.expect).slice(0, 200)}" cannot be met.`)));
  });
  app.addHook('onRequest', async (request, reply) => {
    const hold = held.open();
    request.hold = hold;
    reply.raw.once('close', () => hold.release()).once('finish', () => hold.release());
    reply.header('X-Request-Id', request.id);
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) reply.header(name, value);
    reply.header('X-Content-Type-Options', 'nosniff').header('Referrer-Policy', 'no-referrer');
    if (request.headers.host === undefined) throw new Problem('bad-request', 'The request has no Host header.');
    if (!isOurs(request.headers.host)) throw new Problem('wrong-host', 'The service does not go by the name that the request calls it.');
    reply.headers(pages.headersFor(request.method, request.headers) ?? {});
    if (request.method !== 'POST') return;
    // A page of another site could otherwise keep this machine busy from a visitor's browser.
    if (pages.isForeign(request.headers)) throw new Problem('cross-site', 'Pages of other sites may not use this service.');
    if (stopping()) throw new Problem('stopping', 'The service is stopping.');
    if (request.routeOptions.config.works) pool.admit();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping()) reply.header('Connection', 'close');
  });
}
