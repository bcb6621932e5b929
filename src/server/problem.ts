/** Each kind of failure that a caller can meet: its HTTP status and what the caller does next. */
const KINDS = {
  'bad-request': [400, 'Correct the request: /openapi.json describes what is understood.'],
  'bad-parameter': [400, 'Correct the address: /openapi.json lists the parameters.'],
  'no-picture': [400, 'Send a picture: curl -F file=@picture.jpg ADDRESS/predict'],
  'bad-upload': [400, 'Send one multipart/form-data body whose picture is in the field "file": curl -F file=@picture.jpg ADDRESS/predict'],
  'bad-tensor': [400, 'Send what /v2/models/MODEL describes: one input, as the Open Inference Protocol (V2) has it.'],
  'picture-corrupt': [400, 'Open the picture in a viewer; save or send it again if it is broken there too.'],
  unauthorised: [401, 'Send a key of this service: Authorization: Bearer KEY, or X-API-Key: KEY.'],
  'cross-site': [403, 'Call the service from a page of its own address, or from a program; or start it with --allow-origin and the page\'s origin.'],
  'not-found': [404, 'The service answers at /predict, /predict/batch, /v2, /healthz, /metrics and /openapi.json; the page is at /.'],
  'no-such-model': [404, 'Leave the parameter out, or name one that /healthz lists.'],
  'method-not-allowed': [405, 'Use the method that the Allow header names.'],
  'request-timeout': [408, 'Send the request again, over a faster connection or with less in it.'],
  'precondition-failed': [412, 'Ask again without the condition: the file is another one by now.'],
  'upload-too-large': [413, 'Send a smaller file, or raise the limit (see docs/service.md).'],
  'picture-too-large': [413, 'Reduce the picture: the network sees 224 x 224 pixels of it. Or raise MAX_PIXELS.'],
  'too-many-files': [413, 'Send fewer files in one request.'],
  'unsupported-type': [415, 'Send a JPEG, PNG, WebP, GIF, AVIF or BMP picture.'],
  'too-many-requests': [429, 'Try again after the seconds in the Retry-After header.'],
  'headers-too-large': [431, 'Send fewer or shorter headers.'],
  'range-not-satisfiable': [416, 'Ask for a part that the file has: Content-Range tells its length.'],
  'expectation-failed': [417, 'Leave the Expect header out; 100-continue is the only one that is understood.'],
  'wrong-host': [421, 'Use the address that the service printed, or start it with --allowed-hosts and the name that you use.'],
  // Nobody is there to read it: it stands in the metrics alone.
  aborted: [499, 'Stay connected until the answer has come.'],
  'worker-crashed': [500, 'Try once more; if the same picture fails again, it breaks the decoder: convert it.'],
  internal: [500, 'Try again. The service has written the cause to its log under the request id.'],
  busy: [503, 'Try again after the seconds in the Retry-After header.'],
  stopping: [503, 'Try again after the seconds in the Retry-After header, when the service has started anew.'],
  'timed-out': [504, 'Try again later, or send a smaller picture.'],
} as const satisfies Record<string, readonly [status: number, next: string]>;

export type ProblemCode = keyof typeof KINDS;

export const PROBLEM_CODES = Object.keys(KINDS) as readonly ProblemCode[];

/** What a caller gets of a failure, under the key `error`. */
export interface ProblemBody {
  readonly status: number;
  readonly code: ProblemCode;
  /** What is wrong with this very request. */
  readonly message: string;
  /** What to do about it. */
  readonly next: string;
}

/** RFC 9457's members, ours beside them, and ours once more under `error`, where callers of before look for them. */
export interface ProblemDocument extends ProblemBody {
  /** Names the kind of the problem; there is no page behind it. */
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  /** Names the request; absent where there was none. */
  readonly instance?: string;
  readonly error: ProblemBody;
}

/** The media type of a `ProblemDocument`. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A failure that is told to the caller as it is. Anything else is told as `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    message: string,
    options?: ErrorOptions & { readonly next?: string },
  ) {
    super(message, options);
    this.next = options?.next ?? KINDS[code][1];
  }

  readonly next: string;

  get status(): number {
    return KINDS[this.code][0];
  }

  body(): ProblemBody {
    return { status: this.status, code: this.code, message: this.message, next: this.next };
  }

  /** @param requestId of the request that failed */
  document(requestId?: string): ProblemDocument {
    const { code, message } = this;
    return {
      type: `urn:problem-type:sightglass:${code}`,
      title: code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' '),
      detail: message,
      ...(requestId === undefined ? {} : { instance: `urn:sightglass:request:${requestId}` }),
      ...this.body(),
      error: this.body(),
    };
  }
}

/** What whatever was thrown says of itself. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
