import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { version } from '../../../package.json';
import { answerFailures, nothingAt, type ProblemShape } from '../failures';
import { checkInput, itemsIn, OUTPUTS, outputTensors, PICTURES, PIXELS, wantedOutputs } from '../inference/infer';
import { jsonTooLarge, MAX_JSON, readInferRequest, writeInferAnswer } from '../inference/tensors';
import type { Engine, Network, Scores } from '../job';
import { answerOtherMethods } from '../methods';
import { Problem } from '../problem';
import { recogniseAll } from '../recognise-all';
import type { ServiceParts } from '../service-parts';
import { readBody } from '../uploads';
import { sayWhatAnswered } from './answered';
import { goneSignal } from './gone';

interface Named {
  Params: { readonly name: string; readonly version?: string };
}

const HEAD_LENGTH = 'inference-header-content-length';

/** The protocol's own shape: clients show what stands in `error`. */
const SHAPE: ProblemShape = { type: 'application/json', body: ({ message, next, code }) => ({ error: `${message} ${next}`, code }) };

const bodyTooLarge = (limit: number): Problem => new Problem('upload-too-large', `The request is larger than the ${limit} bytes that are accepted.`, { next: 'Send fewer pictures in one request.' });

/** What clients need to know of a model: exactly one of the inputs is given. */
function metadataOf({ model, preprocessing: { crop }, classes = -1 }: Network, precisions: readonly string[]): object {
  return {
    name: model,
    versions: precisions,
    // The protocol's own name of a model in ONNX, whatever runs it; what has run it stands in each answer.
    platform: 'onnx_onnxv1',
    inputs: [
      { name: PICTURES, datatype: 'BYTES', shape: [-1] },
      { name: PIXELS, datatype: 'FP32', shape: [-1, 3, crop, crop] },
    ],
    outputs: OUTPUTS.map((name) => ({ name, datatype: 'FP32', shape: [-1, classes] })),
  };
}

/**
 * The Open Inference Protocol (V2), which KServe, Triton and their clients speak: health, models by name, and `infer`. A model's
 * versions are its precisions. https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol
 */
export async function inferenceRoutes(app: FastifyInstance, parts: ServiceParts): Promise<void> {
  const { settings, models, pool, metrics, stopping } = parts;
  const limits = { maxPixels: settings.maxPixels, seconds: Math.max(1, Math.ceil(settings.timeoutMs / 1000)) };
  const ready = (): boolean => !stopping() && !pool.overloaded;

  await app.register((scope, _options, done) => {
    answerFailures(scope, parts, SHAPE);
    scope.removeAllContentTypeParsers();
    // tritonclient names no type.
    scope.addContentTypeParser('*', (request: FastifyRequest, body: IncomingMessage) =>
      request.headers[HEAD_LENGTH] === undefined
        ? readBody(request, body, Math.min(MAX_JSON, settings.maxBatchBytes), jsonTooLarge)
        : readBody(request, body, settings.maxBatchBytes, bodyTooLarge),
    );

    scope.get('/v2', () => ({ name: 'sightglass', version, extensions: ['binary_tensor_data', 'classification'] }));
    scope.get('/v2/health/live', () => ({ live: true }));
    scope.get('/v2/health/ready', (_request, reply) => reply.code(ready() ? 200 : 503).header('Cache-Control', 'no-store').send({ ready: ready() }));

    const model = (name: string, precision: string | undefined): { readonly network: Network; readonly precisions: readonly string[] } => ({
      network: models.choose(name, precision),
      precisions: models.all.filter((each) => each.model === name).map((each) => each.precision),
    });
    for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
      scope.get<Named>(path, ({ params: { name, version: precision } }) => {
        const { network, precisions } = model(name, precision);
        return metadataOf(network, precisions);
      });
      scope.get<Named>(`${path}/ready`, ({ params: { name, version: precision } }, reply) => {
        model(name, precision);
        return reply.code(ready() ? 200 : 503).header('Cache-Control', 'no-store').send({ name, ready: ready() });
      });
      scope.post<Named>(`${path}/infer`, { config: { works: true }, bodyLimit: settings.maxBatchBytes }, async (request, reply) => {
        const { network } = model(request.params.name, request.params.version);
        const length = request.headers[HEAD_LENGTH];
        const asked = readInferRequest(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), length === undefined ? undefined : Number(length), (head) => {
          checkInput(head, network, settings.maxFiles);
        });
        const wanted = wantedOutputs(asked);
        const items = itemsIn(asked);
        metrics.batch(items.length);
        const engines = new Set<Engine>();
        const scores = await recogniseAll(pool.workers, items, goneSignal(reply), async (item, signal): Promise<Scores> => {
          const answer = await pool.run({ network, ...item, count: 1, limits, scores: true }, signal);
          metrics.prediction(network, answer);
          request.span?.steps(answer.timings);
          engines.add(answer.engine);
          if (!answer.scores) throw new Error('A recognising process gave no scores.');
          return answer.scores;
        });
        const { body, headLength } = writeInferAnswer(
          { model_name: network.model, model_version: network.precision, ...(asked.id === undefined ? {} : { id: asked.id }) },
          outputTensors(wanted, scores),
        );
        if (headLength !== undefined) reply.header('Inference-Header-Content-Length', headLength);
        sayWhatAnswered(reply, network, engines);
        return reply.type(headLength === undefined ? 'application/json' : 'application/octet-stream').send(body);
      });
    }
    for (const url of ['/v2', '/v2/health/live', '/v2/health/ready']) answerOtherMethods(scope, url, 'GET', 'HEAD');
    for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
      answerOtherMethods(scope, path, 'GET', 'HEAD');
      answerOtherMethods(scope, `${path}/ready`, 'GET', 'HEAD');
      answerOtherMethods(scope, `${path}/infer`, 'POST');
    }
    scope.route({
      method: scope.supportedMethods,
      url: '/v2/*',
      // Before any body is read.
      onRequest: (request, _reply, done) => done(nothingAt(request)),
      handler: (_request, reply) => reply.callNotFound(),
    });
    done();
  });
}
