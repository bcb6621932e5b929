import type { LabelRef } from '../../contract/session';

/** A person picked a label from the search, or wrote one of their own. */
export class LabelPickEvent extends Event {
  static readonly type = 'sg-label-pick';

  constructor(readonly label: LabelRef) {
    super(LabelPickEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-label-pick': LabelPickEvent;
  }
}
