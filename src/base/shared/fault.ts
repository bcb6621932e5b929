import { EngineError, isOutOfMemory } from '../../engine/index';

/** What can go wrong, one code for each message that a person can get. */
const FAULT_CODES = [
  // sessions taken away and read back
  'export-empty',
  'export-codec',
  'export-failed',
  'export-features',
  'import-foreign',
  'import-newer',
  'import-broken',
  'import-unsafe',
  'import-packed',
  'annotations-foreign',
  // camera
  'insecure-context',
  'no-camera-api',
  'no-camera',
  'permission-denied',
  'camera-busy',
  'camera-ended',
  'camera-silent',
  'camera-slow',
  'camera-failed',
  // other sources of images
  'screen-failed',
  'screen-silent',
  'film-unreadable',
  // worker and engine
  'no-wasm',
  'no-simd',
  'start-timeout',
  'worker-crashed',
  'worker-hung',
  'out-of-memory',
  'threads-failed',
  'self-test-failed',
  'engine-failed',
  // never seen by a person: frames are then sent in another way
  'frame-unreadable',
  // models
  'no-model',
  'model-download',
  'model-corrupt',
  'model-invalid',
  'storage-failed',
  'model-stays',
  // recorded sessions
  'storage-full',
  'storage-cleared',
  'session-missing',
  'session-busy',
  'session-newer',
  'no-recorder',
  'recording-failed',
  // taught classes
  'things-file',
  'things-model',
  'things-full',
  'name-taken',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

const isFaultCode = (code: string): code is FaultCode => (FAULT_CODES as readonly string[]).includes(code);

const NAME_PREFIX = 'Fault:';

/**
 * An error with a code. The code is part of `name`, because Comlink carries only name, message and stack of an error
 * from the worker to the page.
 */
export class Fault extends Error {
  /** Name of the file that it is about, where it is about one. */
  readonly file: string | undefined;

  /** @param message detail for a bug report, in English; the page shows its own words for the code */
  constructor(
    readonly code: FaultCode,
    message: string,
    options?: ErrorOptions & { readonly file?: string | undefined },
  ) {
    super(message, options);
    this.name = NAME_PREFIX + code;
    this.file = options?.file;
  }

  /** The fault that an error is, however it came; `fallback` is the code for errors that are none. */
  static from(error: unknown, fallback: FaultCode): Fault {
    if (error instanceof Fault) return error;
    if (error instanceof EngineError) return new Fault(error.code, error.message, { cause: error });
    if (!(error instanceof Error)) return new Fault(fallback, String(error));
    const code = error.name.startsWith(NAME_PREFIX) ? error.name.slice(NAME_PREFIX.length) : '';
    if (isFaultCode(code)) return new Fault(code, error.message, { cause: error });
    return new Fault(isOutOfMemory(error) ? 'out-of-memory' : fallback, error.message, { cause: error });
  }
}
