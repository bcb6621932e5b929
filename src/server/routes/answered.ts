import type { FastifyReply } from 'fastify';
import type { Engine, Network } from '../job';

/**
 * Says in an answer's headers what has answered: the model, its precision, and what ran it, both (`native+onnxruntime`) where processes differ.
 * @param engines of the pictures that were recognised; left out where there are none
 */
export function sayWhatAnswered(reply: FastifyReply, { model, precision }: Network, engines: Iterable<Engine>): void {
  const ran = [...new Set(engines)].sort().join('+');
  // A model of one's own goes by its file's name, which may have letters that a header does not take.
  const parts = [encodeURIComponent(model), `precision=${precision}`, ...(ran === '' ? [] : [`engine=${ran}`])];
  reply.header('Cache-Control', 'no-store').header('Sightglass-Model', parts.join('; '));
}
