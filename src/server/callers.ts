import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem';

/** Shortest key: shorter ones can be guessed. */
const LEAST = 16;

/** Tells whether a request's key is one of those that are known. */
export type KeyCheck = (headers: IncomingHttpHeaders) => boolean;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The key that a request brings: Authorization: Bearer KEY, else X-API-Key: KEY. */
function keyOf({ authorization, 'x-api-key': plain }: IncomingHttpHeaders): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return bearer ?? (typeof plain === 'string' ? plain : undefined);
}

/**
 * Reads keys, one a line; empty lines and what begins with # count for nothing.
 * @throws Error where there is no such file, no key in it, or one that is too short
 */
export async function readKeys(path: string): Promise<KeyCheck> {
  const lines = (await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`The file of keys cannot be read (API_KEYS_FILE): ${path}`, { cause });
  })).split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new Error(`${path} has no key (API_KEYS_FILE): write one a line.`);
  const short = lines.findIndex((line) => keys.includes(line) && line.length < LEAST);
  if (short >= 0) throw new Error(`${path}, line ${short + 1}: a key has at least ${LEAST} characters.`);
  const digests = keys.map(digest);
  return (headers) => {
    const given = keyOf(headers);
    if (given === undefined) return false;
    const own = digest(given);
    // All of them, whichever fits: the time says nothing.
    return digests.map((each) => timingSafeEqual(each, own)).includes(true);
  };
}

/**
 * Lets in who has a key, and nobody too often: of the routes that recognise. Before any of them is added.
 * @param perMinute requests of one caller, who is known by its key, else by its address; 0 for any number
 */
export async function limitCallers(app: FastifyInstance, perMinute: number, isKnown: KeyCheck | undefined): Promise<void> {
  if (isKnown) {
    app.addHook('onRequest', (request, _reply, done) => {
      const lacks = request.routeOptions.config.works && !isKnown(request.headers);
      done(lacks ? new Problem('unauthorised', 'The request has no key that this service knows.') : undefined);
    });
  }
  if (perMinute === 0) return;
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    // RateLimit-*, as browsers may read them (origins.ts), not X-RateLimit-*.
    enableDraftSpec: true,
    // A key that is not checked must not make somebody another one with each request. The plugin's own goes by address, of IPv6 by the network (/64).
    ...(isKnown ? { keyGenerator: (request: FastifyRequest) => digest(keyOf(request.headers) ?? '').toString('base64') } : {}),
    allowList: (request) => !request.routeOptions.config.works,
    errorResponseBuilder: (_request, { max }) => new Problem('too-many-requests', `At most ${max} requests a minute are taken of one caller.`),
  });
}
