import { version } from '../../package.json';
import type { Network } from './job';
import { IMAGE_TYPES } from './image-type';
import { ANSWER_HEADERS, INFERENCE_SCHEMAS, inferencePaths } from './openapi-inference';
import { CLASSES } from './models';
import { Problem, PROBLEM_CODES, PROBLEM_TYPE, type ProblemCode } from './problem';
import { DEFAULT_COUNT } from './query';
import type { Settings } from './settings';
import { FILE_FIELD } from './uploads';

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });

const PROBLEM = {
  status: { type: 'integer' },
  code: { type: 'string', enum: PROBLEM_CODES },
  message: { type: 'string', minLength: 1, description: 'What is wrong with this request.' },
  next: { type: 'string', minLength: 1, description: 'What to do about it.' },
} as const;

const SCHEMAS: Json = {
  ...INFERENCE_SCHEMAS,
  Prediction: {
    type: 'object',
    required: ['label', 'confidence'],
    additionalProperties: false,
    properties: {
      label: { type: 'string', description: "Name of the class: ImageNet's, or one of an own model's." },
      index: { type: 'integer', minimum: 0, description: 'Of the class, where `index=true` asks for it: as in ImageNet-1k, or in the own model.' },
      confidence: { type: 'number', minimum: 0, maximum: 1, description: 'Probability; of a model whose classes exclude each other, all sum to 1.' },
    },
  },
  Predictions: { type: 'array', minItems: 1, maxItems: CLASSES, items: ref('Prediction'), description: 'Most probable first.' },
  Problem: {
    type: 'object',
    required: ['status', 'code', 'message', 'next'],
    additionalProperties: false,
    properties: PROBLEM,
  },
  Failure: {
    description: 'RFC 9457, with members of our own; `error` holds those that a batch has for each file.',
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'message', 'next', 'error'],
    additionalProperties: false,
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string', minLength: 1 },
      detail: { type: 'string', minLength: 1, description: 'The message.' },
      instance: { type: 'string', format: 'uri', description: "The request's id." },
      ...PROBLEM,
      error: ref('Problem'),
    },
  },
  BatchResult: {
    oneOf: [
      { type: 'object', required: ['file', 'predictions'], additionalProperties: false, properties: { file: { type: 'string' }, predictions: ref('Predictions') } },
      { type: 'object', required: ['file', 'error'], additionalProperties: false, properties: { file: { type: 'string' }, error: ref('Problem') } },
    ],
  },
  Batch: {
    type: 'object',
    required: ['results'],
    additionalProperties: false,
    properties: { results: { type: 'array', minItems: 1, items: ref('BatchResult'), description: 'In the order of the files.' } },
  },
  Health: {
    type: 'object',
    required: ['status', 'model', 'precision', 'models', 'workers', 'busy', 'queued', 'uptimeSeconds'],
    additionalProperties: false,
    properties: {
      status: { type: 'string', enum: ['ok', 'stopping'] },
      model: { type: 'string' },
      precision: { type: 'string' },
      models: {
        type: 'array',
        items: { type: 'object', required: ['model', 'precision'], additionalProperties: false, properties: { model: { type: 'string' }, precision: { type: 'string' } } },
      },
      workers: { type: 'integer', minimum: 1 },
      busy: { type: 'integer', minimum: 0 },
      queued: { type: 'integer', minimum: 0 },
      uptimeSeconds: { type: 'number', minimum: 0 },
    },
  },
};

const RETRY_AFTER: Json = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } } };

/** The answers of a route for some problems, one for each status. */
function failures(codes: readonly ProblemCode[]): Record<string, Json> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = new Problem(code, '');
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      { description: list.join(', '), content: { [PROBLEM_TYPE]: { schema: ref('Failure') } }, ...(status === 503 ? { headers: RETRY_AFTER } : {}) },
    ]),
  );
}

const COMMON: readonly ProblemCode[] = [
  'bad-request', 'bad-parameter', 'no-picture', 'bad-upload', 'cross-site', 'no-such-model', 'upload-too-large',
  'unsupported-type', 'unauthorised', 'too-many-requests', 'internal', 'busy', 'stopping',
];

/** What one picture may call for besides. */
const PICTURE: readonly ProblemCode[] = ['picture-corrupt', 'picture-too-large', 'worker-crashed', 'timed-out'];

const form = (many: boolean): Json => ({
  'multipart/form-data': {
    schema: {
      type: 'object',
      required: [FILE_FIELD],
      properties: { [FILE_FIELD]: many ? { type: 'array', items: { type: 'string', format: 'binary' } } : { type: 'string', format: 'binary' } },
    },
  },
});

function parameters(networks: readonly Network[]): Json {
  const choice = (name: string, values: readonly string[], description: string): Json => ({
    name, in: 'query', description, schema: { type: 'string', enum: [...new Set(values)] },
  });
  return [
    { name: 'k', in: 'query', description: 'Labels wanted.', schema: { type: 'integer', minimum: 1, maximum: CLASSES, default: DEFAULT_COUNT } },
    choice('model', networks.map(({ model }) => model), 'The model that answers.'),
    choice('precision', networks.map(({ precision }) => precision), 'Its precision, where it is there in several.'),
    { name: 'index', in: 'query', description: "Whether each label comes with its class's index.", schema: { type: 'boolean', default: false } },
  ];
}

/** The service's OpenAPI 3.1 document, with the limits and models of this very instance. */
export function openApiDocument(settings: Settings, networks: readonly Network[]): Json {
  const raw = Object.fromEntries([...IMAGE_TYPES, 'application/octet-stream'].map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  const ok = (schema: string, description: string, headers: Json = {}): Json => ({ '200': { description, headers, content: json(ref(schema)) } });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sightglass',
      version,
      description: `Names what is on a picture: ${CLASSES} ImageNet classes${networks.some(({ own }) => own) ? ', or those of an own model' : ''}. Pictures up to ${settings.maxBytes} bytes and ${settings.maxPixels} pixels.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/predict': {
        post: {
          operationId: 'predict',
          summary: 'The most probable labels of one picture.',
          parameters: parameters(networks),
          requestBody: { required: true, content: { ...(form(false) as Record<string, Json>), ...raw } },
          responses: { ...(ok('Predictions', 'Labels.', ANSWER_HEADERS) as Record<string, Json>), ...failures([...COMMON, ...PICTURE]) },
        },
      },
      '/predict/batch': {
        post: {
          operationId: 'predictBatch',
          summary: `The labels of up to ${settings.maxFiles} pictures, each with its own result or error.`,
          parameters: parameters(networks),
          requestBody: { required: true, content: form(true) },
          responses: { ...(ok('Batch', 'One result a file.', ANSWER_HEADERS) as Record<string, Json>), ...failures([...COMMON, 'too-many-files']) },
        },
      },
      ...inferencePaths(settings, networks, [...new Set([...COMMON, ...PICTURE, 'bad-tensor', 'too-many-files'] as const)].map((code) => new Problem(code, '').status)),
      '/healthz': {
        get: {
          operationId: 'health',
          summary: 'Whether the service answers, and with what.',
          responses: { ...(ok('Health', 'It does.') as Record<string, Json>), '503': { description: 'It is stopping.', content: json(ref('Health')) } },
        },
      },
      '/metrics': {
        get: {
          operationId: 'metrics',
          summary: "Counters in Prometheus' text format.",
          responses: { '200': { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } } },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This document.',
          responses: { '200': { description: 'OpenAPI 3.1.', content: json({ type: 'object' }) } },
        },
      },
    },
    components: { schemas: SCHEMAS },
  };
}
