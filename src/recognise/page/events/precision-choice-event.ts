import type { Precision } from '../../../engine/model';

/** A person chose a precision of the model that runs, or whichever is quicker. */
export class PrecisionChoiceEvent extends Event {
  static readonly type = 'sg-precision-choice';

  constructor(readonly precision: Precision | 'auto') {
    super(PrecisionChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-precision-choice': PrecisionChoiceEvent;
  }
}
