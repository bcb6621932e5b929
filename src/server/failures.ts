import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, PROBLEM_TYPE } from './problem';
import type { ServiceParts } from './service-parts';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What a caller is told of any failure. Words of unknown errors stay in the log: they may hold paths. */
export function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (request.raw.destroyed && !request.raw.complete) return new Problem('aborted', 'The upload ended before it was whole.', { cause: error });
  const code = codeOf(error);
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new Problem('upload-too-large', `The body is larger than the ${request.routeOptions.bodyLimit} bytes that are accepted.`, { cause: error });
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return new Problem('too-many-files', 'The form has too many parts.', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_INVALID_MULTIPART_CONTENT_TYPE': {
      const type = request.headers['content-type'];
      return new Problem('unsupported-type', type === undefined ? 'The request has no Content-Type.' : `A body of the type ${type} is no picture.`, {
        cause: error,
        next: "Send a form (curl -F file=@picture.jpg) or the picture itself (curl --data-binary @picture.jpg -H 'Content-Type: image/jpeg').",
      });
    }
    case 'FST_ERR_BAD_URL':
      return new Problem('bad-request', 'The address cannot be read: it has a broken % code.', { cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem('bad-request', 'The body is not as long as its Content-Length says.', { cause: error });
  }
  const status = (error as Partial<FastifyError>).statusCode ?? 500;
  if (request.isMultipart() && (status < 500 || /boundary|unexpected end|multipart|part terminated/i.test(String(error)))) {
    return new Problem('bad-upload', 'The multipart form is broken or ends too early.', { cause: error });
  }
  if (status < 500) return new Problem('bad-request', 'The request cannot be read.', { cause: error });
  return new Problem('internal', `The service failed on request ${request.id}.`, { cause: error });
}

/** How problems are written into answers: their media type and body. */
export interface ProblemShape {
  readonly type: string;
  readonly body: (problem: Problem, requestId: string) => object;
}

/** RFC 9457's. */
const DOCUMENT: ProblemShape = { type: PROBLEM_TYPE, body: (problem, requestId) => problem.document(requestId) };

/** Answers with a problem and the headers that go with it. */
export function sendProblem(reply: FastifyReply, problem: Problem, retryAfter: number, { type, body } = DOCUMENT): FastifyReply {
  if (problem.status === 503) reply.header('Retry-After', retryAfter);
  if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer');
  // Fastify closes the connection of a body that is too large, and with unread bytes in it the sender may never see why.
  // An open one is read to its end, within the server's request time-out.
  if (problem.status === 413) reply.removeHeader('Connection');
  return reply.code(problem.status).header('Cache-Control', 'no-store').header('X-Request-Id', reply.request.id).type(type).send(body(problem, reply.request.id));
}

/** Has whatever fails in a scope be counted, logged where it is the service's own fault, and told. */
export function answerFailures(scope: FastifyInstance, { pool, metrics }: Pick<ServiceParts, 'pool' | 'metrics'>, shape?: ProblemShape): void {
  scope.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request);
    metrics.problem(problem.code);
    if (problem.status >= 500 && problem.status !== 503) request.log.error({ err: problem.cause ?? error, code: problem.code }, problem.message);
    return sendProblem(reply, problem, pool.retryAfter, shape);
  });
}

/** What a request to a path that there is not is told. */
export const nothingAt = ({ url }: FastifyRequest): Problem => new Problem('not-found', `There is nothing at ${url.split('?', 1)[0].slice(0, 200)}.`);
