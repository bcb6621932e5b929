/** What can go wrong in the engine, by kind. */
export type EngineErrorCode =
  /** The file is no model that this engine can run. */
  | 'model-invalid'
  /** A known model could not be run here. */
  | 'engine-failed'
  | 'threads-failed'
  | 'out-of-memory'
  /** An answer differs from the one that is known. */
  | 'self-test-failed';

/** An error of the engine; `code` says what to do about it, `message` is for a bug report. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The engine's error that an error is; `fallback` is the code of those that are none. */
  static from(error: unknown, fallback: EngineErrorCode): EngineError {
    if (error instanceof EngineError) return error;
    if (!(error instanceof Error)) return new EngineError(fallback, String(error));
    return new EngineError(isOutOfMemory(error) ? 'out-of-memory' : fallback, error.message, { cause: error });
  }
}

/** Browsers and Emscripten name running out of memory in different words. */
export function isOutOfMemory(error: Error): boolean {
  return /out of memory|could not allocate|allocation failed|cannot enlarge memory|bad_alloc|\bOOM\b/i.test(error.message);
}
