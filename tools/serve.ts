import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import sirv from 'sirv';
import { fileHeaders, ISOLATION_HEADERS, SECURITY_HEADERS } from '../src/base/shared/headers';

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

/** The path of an address, unescaped where that can be. */
function decoded(url = '/'): string {
  const path = url.split('?', 1)[0];
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/**
 * Serves the built page, and nothing else, with the headers that threads need and the right MIME types.
 * @throws Error where there is no built page, or the port is taken
 */
export async function serveBuilt(options: ServeOptions = {}): Promise<Serving> {
  const folder = options.folder ?? DIST;
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`There is no built page in ${folder}: run npm run build first.`);
  const handler = sirv(folder, {
    // Looks a file up when it is asked for: one that is gone by then (a build under a server that runs) is not found, where a list
    // made at the start would have the server fall over it.
    dev: true,
    etag: true,
    brotli: true,
    gzip: true,
    setHeaders(response, pathname) {
      for (const [name, value] of Object.entries(fileHeaders(pathname))) response.setHeader(name, value);
    },
  });
  const extra = Object.entries(options.extra ?? {}).map(([prefix, path]) => ({ prefix, handle: sirv(path, { dev: true }) }));
  const listener: RequestListener = (request, response) => {
    // A plain static host sends none of them.
    const headers: Readonly<Record<string, string>> = options.isolated === false ? {} : { ...ISOLATION_HEADERS, ...SECURITY_HEADERS };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const file = options.files?.[request.url?.split('?', 1)[0] ?? ''];
    if (file) {
      response.setHeader('Content-Type', file.type);
      response.setHeader('Cache-Control', 'no-store');
      response.end(request.method === 'HEAD' ? undefined : file.body);
      return;
    }
    const other = extra.find(({ prefix }) => request.url?.startsWith(`${prefix}/`));
    if (other) {
      // The app's policy is none for other libraries: TensorFlow.js starts its threads from a blob.
      response.removeHeader('Content-Security-Policy');
      request.url = request.url?.slice(other.prefix.length);
      other.handle(request, response);
      return;
    }
    const notFound = (): void => {
      response.statusCode = 404;
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end('Not found');
    };
    // sirv hides files with a dot in front only in a list made at the start.
    if (/(^|[\\/])\./.test(decoded(request.url))) notFound();
    else handler(request, response, notFound);
  };
  const server = options.tls ? createTlsServer({ ...options.tls, minVersion: 'TLSv1.2' }, listener) : createServer(listener);
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    url: `${options.tls ? 'https' : 'http'}://${urlHost(host)}:${port}/`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
