import type { Network } from './job';
import type { Settings } from './settings';

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean;

const tensor = (data: Json): Json => ({
  type: 'object',
  required: ['name', 'datatype', 'shape'],
  properties: {
    name: { type: 'string' },
    datatype: { type: 'string', enum: ['FP32', 'BYTES'] },
    shape: { type: 'array', items: { type: 'integer' } },
    parameters: { type: 'object' },
    data,
  },
});

const text = (description: string): Json => ({ description, schema: { type: 'string' } });

/** Headers of every answer with what was recognised. */
export const ANSWER_HEADERS: Json = {
  'Sightglass-Model': text(
    'What answered: the model, percent-encoded, and as parameters its precision and what ran it: native (our own kernels), onnxruntime, or native+onnxruntime ' +
    'where it was both for some of several pictures. Where no picture of a batch was recognised, the last is left out.',
  ),
  'X-Request-Id': text("The request's id: the caller's own, where it sent one, else one of ours; it stands in the log too."),
};

/** Schemas of the Open Inference Protocol's JSON. */
export const INFERENCE_SCHEMAS: Readonly<Record<string, Json>> = {
  Tensor: tensor({ type: 'array', description: 'Numbers; of BYTES strings: a picture in base64, `value:index:label` in an answer.' }),
  InferRequest: {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string' },
      parameters: { type: 'object' },
      inputs: { type: 'array', minItems: 1, maxItems: 1, items: { $ref: '#/components/schemas/Tensor' }, description: '`image` (BYTES, picture files), or `input` (FP32, the normalised input of the network).' },
      outputs: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string', enum: ['logits', 'probabilities'] }, parameters: { type: 'object' } } } },
    },
  },
  InferAnswer: {
    type: 'object',
    required: ['model_name', 'model_version', 'outputs'],
    properties: { id: { type: 'string' }, model_name: { type: 'string' }, model_version: { type: 'string' }, outputs: { type: 'array', items: { $ref: '#/components/schemas/Tensor' } } },
  },
  InferError: { type: 'object', required: ['error', 'code'], properties: { error: { type: 'string', minLength: 1 }, code: { type: 'string' } } },
};

const json = (schema: Json): Json => ({ 'application/json': { schema } });
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const failed = (...statuses: readonly number[]): Record<string, Json> => Object.fromEntries(statuses.map((status) => [String(status), { description: 'Why not.', content: json(ref('InferError')) }]));
const flags = (...names: readonly string[]): Json => json({ type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, name === 'name' ? { type: 'string' } : { type: 'boolean' }])) });

function get(operationId: string, summary: string, parameters: Json, responses: Record<string, Json>): Json {
  return { get: { operationId, summary, parameters, responses } };
}

/** Paths of the Open Inference Protocol (V2). */
export function inferencePaths({ maxFiles }: Settings, networks: readonly Network[], refusals: readonly number[]): Readonly<Record<string, Json>> {
  const choice = (values: readonly string[]): Json => ({ type: 'string', enum: [...new Set(values)] });
  const named: Json = { name: 'name', in: 'path', required: true, schema: choice(networks.map(({ model }) => model)) };
  const versioned: Json = { name: 'version', in: 'path', required: true, description: 'A precision.', schema: choice(networks.map(({ precision }) => precision)) };
  const models = ([['/v2/models/{name}', '', [named]], ['/v2/models/{name}/versions/{version}', 'Version', [named, versioned]]] as const).map(([path, suffix, parameters]) => ({
    [path]: get(`model${suffix}`, 'What a model takes and gives.', parameters, { '200': { description: 'Its inputs, of which one is given, and its outputs.', content: json({ type: 'object', required: ['name', 'platform', 'inputs', 'outputs'] }) }, ...failed(404) }),
    [`${path}/ready`]: get(`modelReady${suffix}`, 'Whether a model answers now.', parameters, { '200': { description: 'It does.', content: flags('name', 'ready') }, '503': { description: 'Not now.', content: flags('name', 'ready') }, ...failed(404) }),
    [`${path}/infer`]: {
      post: {
        operationId: `infer${suffix}`,
        summary: `Scores of up to ${maxFiles} pictures, or of as many inputs of the network.`,
        parameters: [...parameters, { name: 'Inference-Header-Content-Length', in: 'header', description: 'Bytes of the JSON where tensors lie behind it.', schema: { type: 'integer', minimum: 1 } }],
        requestBody: { required: true, content: { ...(json(ref('InferRequest')) as Record<string, Json>), 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
        responses: {
          '200': { description: 'Scores.', headers: ANSWER_HEADERS, content: { ...(json(ref('InferAnswer')) as Record<string, Json>), 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
          ...failed(...refusals),
        },
      },
    },
  }));
  return {
    '/v2': get('server', 'What answers.', [], { '200': { description: 'Name, version, extensions.', content: json({ type: 'object', required: ['name', 'version', 'extensions'] }) } }),
    '/v2/health/live': get('live', 'Whether it is there.', [], { '200': { description: 'It is.', content: flags('live') } }),
    '/v2/health/ready': get('ready', 'Whether it takes pictures now.', [], { '200': { description: 'It does.', content: flags('ready') }, '503': { description: 'It is stopping, or has too much to do.', content: flags('ready') } }),
    ...Object.assign({}, ...models) as Record<string, Json>,
  };
}
