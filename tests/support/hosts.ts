// Hosts that are not ours, as far as they matter to a static page: which header, type and redirect they answer with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllHeaders, type Header } from '@netlify/headers-parser';
import fastifyStatic from '@fastify/static';
import { fastify, type FastifyReply } from 'fastify';

export interface Host {
  /** Where the page is, with a slash behind. */
  readonly url: string;
  close(): Promise<void>;
}

interface Rules {
  /** Folder in the address that the page lies under, as `/sightglass`. */
  readonly prefix?: string;
  /** What to answer with at a path, beside the file itself. */
  readonly headers: (path: string) => Readonly<Record<string, string>>;
  /** Where a path leads instead. */
  readonly redirect?: (path: string) => string | undefined;
  /** What is answered where there is no file. */
  readonly missing: (reply: FastifyReply) => FastifyReply;
}

const notFound = (reply: FastifyReply): FastifyReply => reply.code(404).type('text/plain').send('Not found');

/** Serves a folder by a host's rules, on a free port of loopback. */
async function serve(folder: string, { prefix = '', headers, redirect, missing }: Rules): Promise<Host> {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0];
    const inside = path.slice(prefix.length);
    if (!path.startsWith(`${prefix}/`) || inside === '/_headers') return notFound(reply);
    reply.headers(headers(inside));
    const other = redirect?.(inside);
    if (other !== undefined) return reply.redirect(prefix + other, 308);
  });
  app.setNotFoundHandler((_request, reply) => missing(reply));
  await app.register(fastifyStatic, { root: folder, prefix: `${prefix}/`, cacheControl: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('The host has no port.');
  return { url: `http://localhost:${address.port}${prefix}/`, close: () => app.close() };
}

/** What both send where `_headers` says nothing else. */
const ASK_ANEW = { 'Cache-Control': 'public, max-age=0, must-revalidate' };

/** Netlify: `_headers` read by Netlify's own parser. */
export async function netlify(folder: string): Promise<Host> {
  const { headers: rules, errors } = await parseAllHeaders({
    headersFiles: [join(folder, '_headers')], netlifyConfigPath: undefined, configHeaders: [], minimal: false,
  });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const matching = (path: string): Record<string, string>[] =>
    rules.filter((rule): rule is Header => 'forRegExp' in rule && rule.forRegExp.test(path)).map(({ values }) => values);
  return serve(folder, {
    headers: (path) => Object.fromEntries([ASK_ANEW, ...matching(path)].flatMap((values) => Object.entries(values))),
    missing: notFound,
  });
}

/** https://developers.cloudflare.com/pages/configuration/headers/ */
const CLOUDFLARE_RULES = 100;
const CLOUDFLARE_LINE = 2000;

/** `_headers` as Cloudflare Pages documents it: all rules that match count, and values of the same header are joined by a comma. */
function cloudflareRules(text: string): (path: string) => Record<string, string> {
  const rules: { readonly pattern: RegExp; readonly values: [name: string, value: string][] }[] = [];
  for (const line of text.split('\n').map((each) => each.trim()).filter((each) => each !== '' && !each.startsWith('#'))) {
    if (line.length > CLOUDFLARE_LINE) throw new Error(`Cloudflare takes ${CLOUDFLARE_LINE} characters a line: ${line}`);
    if (line.startsWith('/')) {
      const parts = line.split(/(\*|:\w+)/).map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')));
      rules.push({ pattern: new RegExp(`^${parts.join('')}$`), values: [] });
      continue;
    }
    const [name, ...value] = line.split(':');
    const rule = rules.at(-1);
    if (!rule || value.length === 0) throw new Error(`Cloudflare does not understand: ${line}`);
    rule.values.push([name.trim().toLowerCase(), value.join(':').trim()]);
  }
  if (rules.length > CLOUDFLARE_RULES) throw new Error(`Cloudflare takes ${CLOUDFLARE_RULES} rules.`);
  return (path) => {
    const headers = new Headers();
    for (const { pattern, values } of rules) if (pattern.test(path)) for (const [name, value] of values) headers.append(name, value);
    return Object.fromEntries(headers);
  };
}

/** Cloudflare Pages: an address with `index.html` leads to the folder, and what is not there is answered with the page itself. */
export async function cloudflare(folder: string): Promise<Host> {
  const rules = cloudflareRules(readFileSync(join(folder, '_headers'), 'utf8'));
  const page = readFileSync(join(folder, 'index.html'));
  return serve(folder, {
    headers: (path) => ({ 'cache-control': ASK_ANEW['Cache-Control'], ...rules(path) }),
    redirect: (path) => (path.endsWith('.html') ? path.replace(/(index)?\.html$/, '') : undefined),
    missing: (reply) => reply.code(200).type('text/html; charset=utf-8').send(page),
  });
}

/** GitHub Pages: a folder of a site, and no header of our choice. */
export function gitHubPages(folder: string): Promise<Host> {
  return serve(folder, { prefix: '/sightglass', headers: () => ({ 'Cache-Control': 'max-age=600' }), missing: notFound });
}
