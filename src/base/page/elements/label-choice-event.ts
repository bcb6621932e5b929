import type { LabelRef } from '../../shared/labels/label-ref';

/** A person chose a label: one of ImageNet's classes, or their own words. */
export class LabelChoiceEvent extends Event {
  static readonly type = 'sg-label-choice';

  constructor(readonly label: LabelRef) {
    super(LabelChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-label-choice': LabelChoiceEvent;
  }
}
