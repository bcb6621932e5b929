import type { Precision } from '../../../engine/model';

/** A person chose a model. */
export class ModelChoiceEvent extends Event {
  static readonly type = 'sg-model-choice';

  constructor(
    readonly modelId: string,
    readonly precision: Precision,
  ) {
    super(ModelChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-model-choice': ModelChoiceEvent;
  }
}
