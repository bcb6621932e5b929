export type ControlAction = 'start' | 'stop' | 'pause' | 'resume' | 'mirror' | 'freeze' | 'unfreeze' | 'statistics' | 'flip' | 'torch' | 'sources' | 'record';

/** A person pressed one of the controls. */
export class ControlEvent extends Event {
  static readonly type = 'sg-control';

  constructor(readonly action: ControlAction) {
    super(ControlEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-control': ControlEvent;
  }
}
