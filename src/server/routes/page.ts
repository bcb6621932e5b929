import type { FastifyInstance } from 'fastify';
import fastifyStatic from '@fastify/static';
import { relative, sep } from 'node:path';
import { fileHeaders } from '../../../tools/headers';

/** The built page, with the headers, types and caching of `npm start` (tools/serve.ts). */
export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      const pathname = `/${relative(folder, path).split(sep).join('/')}`;
      for (const [name, value] of Object.entries(fileHeaders(pathname))) reply.setHeader(name, value);
    },
  });
}
