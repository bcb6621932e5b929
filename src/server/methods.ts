import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem';

/** Every method that Node reads but CONNECT, which asks for a tunnel and has no path. Before any route. */
export function knowAllMethods(app: FastifyInstance): void {
  for (const method of METHODS) if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
}

/** Methods that a path without a handler of them answers as `answerOtherMethods` does. */
export const othersThan = (app: FastifyInstance, allowed: readonly string[]): string[] => app.supportedMethods.filter((method) => !allowed.includes(method));

/** What a path takes, for its Allow header. */
export const allowHeader = (allowed: readonly string[]): string => [...allowed, 'OPTIONS'].join(', ');

/** Has a path that takes some methods answer OPTIONS with 204, and all others with 405; both name what it takes. */
export function answerOtherMethods(app: FastifyInstance, url: string, ...allowed: readonly string[]): void {
  app.route({
    method: othersThan(app, allowed),
    url,
    // Before any body is read.
    async onRequest(request, reply) {
      reply.header('Allow', allowHeader(allowed));
      if (request.method === 'OPTIONS') return reply.code(204).send();
      throw new Problem('method-not-allowed', `${url} takes ${allowed.join(' and ')}, not ${request.method}.`);
    },
    handler: (_request, reply) => reply.callNotFound(),
  });
}
