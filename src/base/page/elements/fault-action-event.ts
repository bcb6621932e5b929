import type { Fault } from '../../shared/fault';

/** A person wants to get on after a fault. */
export class FaultActionEvent extends Event {
  static readonly type = 'sg-fault-action';

  constructor(readonly fault: Fault) {
    super(FaultActionEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-fault-action': FaultActionEvent;
  }
}
