import type { Fault } from '../../shared/fault';
import type { LabelRef } from '../../shared/labels/label-ref';

/** A person wants to get on after a fault. */
export class FaultActionEvent extends Event {
  static readonly type = 'sg-fault-action';

  constructor(readonly fault: Fault) {
    super(FaultActionEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chose a label: one of ImageNet's classes, or their own words. */
export class LabelChoiceEvent extends Event {
  static readonly type = 'sg-label-choice';

  constructor(readonly label: LabelRef) {
    super(LabelChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** The last change is to be taken back. */
export class UndoEvent extends Event {
  static readonly type = 'sg-undo';

  constructor() {
    super(UndoEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-fault-action': FaultActionEvent;
    'sg-label-choice': LabelChoiceEvent;
    'sg-undo': UndoEvent;
  }
}
