import type { Engine as EngineName } from '../job';

/** A network that an engine runs. */
export interface Runner {
  readonly engine: EngineName;
  /** float32 NCHW [1, 3, size, size], normalised; the preprocessor writes into it. */
  readonly input: Float32Array;
  /** @returns scores of what `input` holds, as `probabilitiesOf` takes them; the next run may overwrite them */
  run(): Promise<Float32Array>;
  release(): Promise<void>;
}
