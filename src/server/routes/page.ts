import { realpathSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join, relative, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyStatic from '@fastify/static';
import { fileHeaders, SECURITY_HEADERS } from '../../base/shared/headers';
import { allowHeader, othersThan } from '../methods';
import { Problem } from '../problem';

export interface PageOptions {
  /** Headers of every file beside its type and caching. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Path in front of the folder's files, without a slash behind. */
  readonly prefix?: string;
}

const METHODS = ['GET', 'HEAD'];
/** Parts as RFC 9110 (14.1.2) writes them; another header is as none. */
const RANGES = /^\s*bytes\s*=\s*(\d+-\d*|-\d+)(\s*,\s*(\d+-\d*|-\d+))*\s*$/;
/** What a file's answer says of that file alone: a fault that comes once they are set must not carry them. */
const FILE_HEADERS = ['Accept-Ranges', 'Cache-Control', 'Content-Encoding', 'Content-Length', 'Content-Range', 'Content-Type', 'ETag', 'Last-Modified', 'Vary'];

const pathOf = (url: string): string => url.split('?', 1)[0];

/** A file or folder that lies within the folder, links resolved; undefined where it does not, or is none. */
function within(folder: string, pathname: string): string | undefined {
  try {
    const root = realpathSync(folder);
    const path = realpathSync(join(folder, pathname));
    return path === root || path.startsWith(root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a path may be sent: no link leads out of the folder, neither from it nor from the compressed files beside it. */
function isOwn(folder: string, pathname: string): boolean {
  const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  return [pathname, file, `${file}.br`, `${file}.gz`].every((path) => {
    try {
      statSync(join(folder, path));
    } catch {
      // What is not there leads nowhere.
      return true;
    }
    return within(folder, path) !== undefined;
  });
}

// Neither of the next two may throw: the plugin awaits them where nobody catches it.

/** A part from the end that is longer than the file is the whole file (RFC 9110, 14.1.2), which @fastify/send takes for no part at all. */
function wholeForTooLongEnd(request: IncomingMessage, folder: string, pathname: string): void {
  const [, bytes] = /^\s*bytes\s*=\s*-(\d+)\s*$/.exec(request.headers.range ?? '') ?? [];
  if (bytes === undefined) return;
  const path = within(folder, pathname);
  const size = path === undefined ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  if (size > 0 && Number(bytes) > size) request.headers.range = 'bytes=0-';
}

function clearFileHeaders(reply: FastifyReply): void {
  for (const name of FILE_HEADERS) {
    reply.removeHeader(name);
    reply.raw.removeHeader(name);
  }
}

/** What goes wrong with one file, as the server's own faults are told. */
function problemOfFile(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  // The plugin's own handler leads here, and what this one throws leads here once more.
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const contentRange = statusCode === 416 ? (error as { headers?: Record<string, string> }).headers?.['Content-Range'] : undefined;
  clearFileHeaders(reply);
  if (contentRange !== undefined) reply.header('Content-Range', contentRange);
  if (statusCode === 416) return new Problem('range-not-satisfiable', `${pathOf(request.url).slice(0, 200)} has no such part.`, { cause: error });
  if (statusCode === 412) return new Problem('precondition-failed', `${pathOf(request.url).slice(0, 200)} has changed.`, { cause: error });
  // Gone between the look at it and its opening, as when the page is built anew.
  if (code === 'ENOENT') return new Problem('not-found', `There is nothing at ${pathOf(request.url).slice(0, 200)}.`, { cause: error });
  return error;
}

/**
 * The files of a folder and nothing else, with types, caching, compressed files and parts of files; for the service and for the
 * commands that serve the page alone (tools/serve.ts). Files are looked up when they are asked for. Faults are thrown as `Problem`,
 * for the error handler of `app`.
 */
export async function pageRoutes(app: FastifyInstance, folder: string, { headers = SECURITY_HEADERS, prefix = '' }: PageOptions = {}): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      throw problemOfFile(error, request, reply);
    });
    // After the plugin's own table, which would have the last word in setHeaders.
    scope.addHook('onSend', async (request, reply) => {
      const type = fileHeaders(pathOf(request.url))['Content-Type'];
      if (type !== undefined && reply.statusCode < 400 && reply.hasHeader('Content-Type')) reply.header('Content-Type', type);
    });
    scope.addHook('onRequest', async (request, reply) => {
      // Parts are of the file itself: who goes on with a broken-off download has no use for the rest of a compressed one.
      if (request.headers.range !== undefined) delete request.raw.headers['accept-encoding'];
      if (!RANGES.test(request.headers.range ?? '')) delete request.raw.headers.range;
      if (METHODS.includes(request.method)) return;
      const path = decodedPath(request.url).slice(prefix.length);
      if (within(folder, path) === undefined) return reply.callNotFound();
      reply.header('Allow', allowHeader(METHODS));
      if (request.method === 'OPTIONS') return reply.code(204).send();
      throw new Problem('method-not-allowed', `${pathOf(request.url).slice(0, 200)} takes GET and HEAD, not ${request.method}.`);
    });
    await scope.register(fastifyStatic, {
      root: folder,
      prefix: `${prefix}/`,
      decorateReply: false,
      dotfiles: 'ignore',
      preCompressed: true,
      cacheControl: false,
      allowedPath(pathname, _root, request) {
        wholeForTooLongEnd(request.raw, folder, pathname);
        return isOwn(folder, pathname);
      },
      setHeaders(reply, path) {
        const pathname = `/${relative(folder, path).split(sep).join('/')}`.replace(/\.(br|gz)$/, '');
        for (const [name, value] of Object.entries({ ...headers, ...fileHeaders(pathname), Vary: 'Accept-Encoding' })) reply.setHeader(name, value);
      },
    });
    scope.route({ method: othersThan(app, METHODS), url: `${prefix}/*`, handler: (_request, reply) => reply.callNotFound() });
  });
}

function decodedPath(url: string): string {
  const path = pathOf(url);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
