import { EngineError } from '../engine-error.ts';

/** Why weights are not those of a ResNet, in words for the person who chose them. */
export class WeightsError extends EngineError {
  override readonly name = 'WeightsError';

  constructor(message: string, options?: ErrorOptions) {
    super('model-invalid', message, options);
  }
}
