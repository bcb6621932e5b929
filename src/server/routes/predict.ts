import type { FastifyInstance } from 'fastify';
import type { Engine, LabelConfidence } from '../job';
import { answerOtherMethods } from '../methods';
import type { Recognised } from '../pool';
import { Problem, type ProblemBody } from '../problem';
import { readQuery, type Wish } from '../query';
import { recogniseAll } from '../recognise-all';
import type { ServiceParts } from '../service-parts';
import type { RequestSpan } from '../tracing';
import { FORM_OVERHEAD, readBatch, readImage, type BatchFile } from '../uploads';
import { sayWhatAnswered } from './answered';
import { goneSignal } from './gone';

/** One file of a batch's answer. */
export type BatchResult =
  | { readonly file: string; readonly predictions: readonly LabelConfidence[] }
  | { readonly file: string; readonly error: ProblemBody };

/** `POST /predict` and `POST /predict/batch`. */
export function predictRoutes(app: FastifyInstance, { settings, models, pool, metrics }: ServiceParts): void {
  const limits = { maxPixels: settings.maxPixels, seconds: Math.max(1, Math.ceil(settings.timeoutMs / 1000)) };

  async function recognise(bytes: Uint8Array, { count, network, index }: Wish, gone: AbortSignal, span: RequestSpan | undefined): Promise<Recognised> {
    const answer = await pool.run({ network, bytes, count, limits }, gone);
    metrics.prediction(network, answer);
    span?.steps(answer.timings);
    return index ? answer : { ...answer, predictions: answer.predictions.map(({ label, confidence }) => ({ label, confidence })) };
  }

  /** @param engines gets what has run the network */
  async function recogniseFile({ name, content }: BatchFile, wish: Wish, gone: AbortSignal, span: RequestSpan | undefined, engines: Set<Engine>): Promise<BatchResult> {
    try {
      if (content instanceof Problem) throw content;
      const { predictions, engine } = await recognise(content, wish, gone, span);
      engines.add(engine);
      return { file: name, predictions };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      metrics.problem(error.code);
      return { file: name, error: error.body() };
    }
  }

  app.post('/predict', { config: { works: true } }, async (request, reply) => {
    const wish = readQuery(request.query, models);
    const { predictions, timings, engine } = await recognise(await readImage(request, settings), wish, goneSignal(reply), request.span);
    sayWhatAnswered(reply, wish.network, [engine]);
    reply.header('Server-Timing', Object.entries(timings).map(([name, ms]) => `${name};dur=${(ms as number).toFixed(2)}`).join(', '));
    return predictions;
  });

  app.post('/predict/batch', { config: { works: true }, bodyLimit: settings.maxBatchBytes + FORM_OVERHEAD }, async (request, reply) => {
    const wish = readQuery(request.query, models);
    const files = await readBatch(request, settings);
    metrics.batch(files.length);
    const engines = new Set<Engine>();
    const results = await recogniseAll(pool.workers, files, goneSignal(reply), (file, signal) => recogniseFile(file, wish, signal, request.span, engines));
    if (results.every((result) => 'error' in result && result.error.code === 'busy')) {
      throw new Problem('busy', 'No picture of the batch found a place in the queue.');
    }
    sayWhatAnswered(reply, wish.network, engines);
    return { results };
  });

  for (const url of ['/predict', '/predict/batch']) answerOtherMethods(app, url, 'POST');
}
