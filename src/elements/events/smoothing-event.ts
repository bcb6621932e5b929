/** A person switched smoothing or hold. */
export class SmoothingEvent extends Event {
  static readonly type = 'sg-smoothing';

  constructor(
    readonly smoothing: boolean,
    readonly hold: boolean,
  ) {
    super(SmoothingEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-smoothing': SmoothingEvent;
  }
}
