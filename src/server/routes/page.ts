import type { FastifyInstance } from 'fastify';
import fastifyStatic from '@fastify/static';
import { relative, sep } from 'node:path';
import { fileHeaders, SECURITY_HEADERS } from '../../base/shared/headers';

/** The built page, with the headers, types and caching of `npm start` (tools/serve.ts). */
export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(async (scope) => {
    // After the plugin's own table, which would have the last word in setHeaders.
    scope.addHook('onSend', async (request, reply) => {
      const type = fileHeaders(request.url.split('?', 1)[0])['Content-Type'];
      if (type !== undefined && reply.statusCode < 400 && reply.hasHeader('Content-Type')) reply.header('Content-Type', type);
    });
    await scope.register(fastifyStatic, {
      root: folder,
      dotfiles: 'ignore',
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        const pathname = `/${relative(folder, path).split(sep).join('/')}`;
        for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, ...fileHeaders(pathname) })) reply.setHeader(name, value);
      },
    });
  });
}
