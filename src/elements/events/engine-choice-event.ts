import type { EngineId } from '../../contract/engine';

/** A person chose what runs the network. */
export class EngineChoiceEvent extends Event {
  static readonly type = 'sg-engine-choice';

  constructor(readonly engine: EngineId | 'auto') {
    super(EngineChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-engine-choice': EngineChoiceEvent;
  }
}
