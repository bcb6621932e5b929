import type { FastifyReply } from 'fastify';

/** Aborted once the caller has left without its answer. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const abort = new AbortController();
  raw.once('close', () => raw.writableFinished || abort.abort());
  return abort.signal;
}
