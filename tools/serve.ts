import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../src/base/shared/headers';
import { hostCheck } from '../src/server/hosts';
import { allowHeader } from '../src/server/methods';
import { Problem } from '../src/server/problem';
import { pageRoutes } from '../src/server/routes/page';

/** The port of `npm start` and of the desktop's page of `npm run phone`: none that Vite's servers take, whose pages may still have service workers there. */
export const DEFAULT_PORT = 4280;

/** The built page; SIGHTGLASS_DIST names another, as the tests do that run on other models. */
export const DIST = process.env['SIGHTGLASS_DIST'] ?? fileURLToPath(new URL('../dist', import.meta.url));

/** A file that is served from memory. */
export interface ServedFile {
  readonly type: string;
  readonly body: string;
}

export interface ServeOptions {
  /** Folder of the built page. */
  readonly folder?: string;
  /** 0 for any free port. */
  readonly port?: number;
  /** The only address that is bound; loopback unless told. */
  readonly host?: string;
  /** Further names by which requests may call it, for tests. */
  readonly names?: readonly string[];
  /** Key and certificate chain, PEM: served over https then. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Files by path in place of those of the folder; looked up at each request. */
  readonly files?: Readonly<Record<string, ServedFile>>;
  /** False to serve without cross-origin isolation and the other headers, as a plain static host does. */
  readonly isolated?: boolean;
  /** Further folders by path prefix, for tests and benchmarks only: `npm start` serves the built page and nothing else. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface Serving {
  readonly url: string;
  readonly server: Server | TlsServer;
  close(): Promise<void>;
}

function urlHost(host: string): string {
  if (host === '127.0.0.1') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

/** Suites of TLS 1.2 with forward secrecy and authenticated encryption, for our certificate's elliptic curve; 1.3 has no others. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305',
].join(':');

const sendText = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply.code(status).header('Cache-Control', 'no-store').type('text/plain; charset=utf-8').send(text);

/** Words for what cannot be had. Paths that lead out of the folder, or cannot be read, are of nothing that is there. */
function sendFault(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof Problem && error.code !== 'not-found') return sendText(reply, error.status, `${error.message} ${error.next}`);
  const status = error instanceof Problem ? 404 : ((error as Partial<FastifyError>).statusCode ?? 500);
  if (status < 500) return sendText(reply, 404, 'Not found');
  console.error(error);
  return sendText(reply, 500, 'The file could not be read. The terminal tells why.');
}

const createApp = (tls: ServeOptions['tls']): FastifyInstance => {
  const options = {
    forceCloseConnections: true,
    frameworkErrors: (error: FastifyError, _request: unknown, reply: FastifyReply) => void sendFault(reply, error),
  };
  return tls ? fastify({ ...options, https: { ...tls, minVersion: 'TLSv1.2', ciphers: CIPHERS } }) : fastify(options);
};

/** What comes before every file: the check of the host, headers, and files from memory. */
function guard(app: FastifyInstance, host: string, { isolated, files, names }: ServeOptions): void {
  // A plain static host sends none of them.
  const headers: Readonly<Record<string, string>> = isolated === false ? {} : { ...ISOLATION_HEADERS, ...SECURITY_HEADERS };
  const isOurs = hostCheck(host, names);
  app.setErrorHandler((error, _request, reply) => sendFault(reply, error));
  app.setNotFoundHandler((_request, reply) => sendText(reply, 404, 'Not found'));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!isOurs(request.headers.host)) return sendText(reply, 421, 'This server does not go by that name. Use the address that it printed.');
    const path = request.url.split('?', 1)[0];
    const file = files && Object.hasOwn(files, path) ? files[path] : undefined;
    if (!file) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('Allow', allowHeader(['GET', 'HEAD']));
      return request.method === 'OPTIONS' ? reply.code(204).send() : sendText(reply, 405, `${path} takes GET and HEAD, not ${request.method}.`);
    }
    return reply.header('Cache-Control', 'no-store').type(file.type).send(file.body);
  });
}

/**
 * Serves the built page, and nothing else, with the headers that threads need and the right MIME types, to requests that call it
 * by a name of loopback or by `host`.
 * @throws Error where there is no built page, or the port is taken
 */
export async function serveBuilt(options: ServeOptions = {}): Promise<Serving> {
  const folder = options.folder ?? DIST;
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no built page in ${folder}: run npm run build first.`);
  const host = options.host ?? '127.0.0.1';
  const app = createApp(options.tls);
  guard(app, host, options);
  // The hook above has set the headers already.
  await pageRoutes(app, folder, { headers: {} });
  for (const [prefix, path] of Object.entries(options.extra ?? {})) {
    // The app's policy is none for other libraries: TensorFlow.js starts its threads from a blob.
    await app.register(async (scope) => {
      scope.addHook('onSend', async (_request, reply) => void reply.removeHeader('Content-Security-Policy'));
      await pageRoutes(scope, path, { headers: {}, prefix });
    });
  }
  try {
    await app.listen({ host, port: options.port ?? 0 });
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    url: `${options.tls ? 'https' : 'http'}://${urlHost(host)}:${port}/`,
    server: app.server,
    close: () => app.close(),
  };
}
