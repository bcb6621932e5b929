import type { FastifyInstance, FastifyReply } from 'fastify';
import type { LabelConfidence, Network, Timings } from '../job';
import { answerOtherMethods } from '../methods';
import { Problem, type ProblemBody } from '../problem';
import { readQuery, type Wish } from '../query';
import type { ServiceParts } from '../service-parts';
import { FORM_OVERHEAD, readBatch, readImage, type BatchFile } from '../uploads';

/** One file of a batch's answer. */
export type BatchResult =
  | { readonly file: string; readonly predictions: readonly LabelConfidence[] }
  | { readonly file: string; readonly error: ProblemBody };

function describe(reply: FastifyReply, { model, precision }: Network, timings?: Timings): void {
  reply.header('Cache-Control', 'no-store').header('Sightglass-Model', `${model}; precision=${precision}`);
  if (timings) {
    reply.header('Server-Timing', Object.entries(timings).map(([name, ms]) => `${name};dur=${(ms as number).toFixed(2)}`).join(', '));
  }
}

/** Aborted once the caller has left without its answer. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const abort = new AbortController();
  raw.once('close', () => raw.writableFinished || abort.abort());
  return abort.signal;
}

/** `POST /predict` and `POST /predict/batch`. */
export function predictRoutes(app: FastifyInstance, { settings, models, pool, metrics }: ServiceParts): void {
  const limits = { maxPixels: settings.maxPixels, seconds: Math.max(1, Math.ceil(settings.timeoutMs / 1000)) };

  async function recognise(bytes: Uint8Array, { count, network, index }: Wish, gone: AbortSignal): Promise<{ predictions: readonly LabelConfidence[]; timings: Timings }> {
    const answer = await pool.run({ network, bytes, count, limits }, gone);
    metrics.prediction(network, answer.timings);
    return index ? answer : { ...answer, predictions: answer.predictions.map(({ label, confidence }) => ({ label, confidence })) };
  }

  async function recogniseFile({ name, content }: BatchFile, wish: Wish, gone: AbortSignal): Promise<BatchResult> {
    try {
      if (content instanceof Problem) throw content;
      return { file: name, predictions: (await recognise(content, wish, gone)).predictions };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      metrics.problem(error.code);
      return { file: name, error: error.body() };
    }
  }

  app.post('/predict', { config: { works: true } }, async (request, reply) => {
    const wish = readQuery(request.query, models);
    const { predictions, timings } = await recognise(await readImage(request, settings), wish, goneSignal(reply));
    describe(reply, wish.network, timings);
    return predictions;
  });

  app.post('/predict/batch', { config: { works: true }, bodyLimit: settings.maxBatchBytes + FORM_OVERHEAD }, async (request, reply) => {
    const wish = readQuery(request.query, models);
    const files = await readBatch(request, settings);
    const results: BatchResult[] = new Array<BatchResult>(files.length);
    const waiting = files.entries();
    const gone = goneSignal(reply);
    // As many at a time as there are processes: one batch does not fill the queue.
    const lane = async (): Promise<void> => {
      for (const [i, file] of waiting) results[i] = await recogniseFile(file, wish, gone);
    };
    await Promise.all(Array.from({ length: Math.min(pool.workers, files.length) }, lane));
    if (results.every((result) => 'error' in result && result.error.code === 'busy')) {
      throw new Problem('busy', 'No picture of the batch found a place in the queue.');
    }
    describe(reply, wish.network);
    return { results };
  });

  for (const url of ['/predict', '/predict/batch']) answerOtherMethods(app, url, 'POST');
}
